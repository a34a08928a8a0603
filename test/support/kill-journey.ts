import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "../../src/adapters/keys/keys.ts";
import { openSqliteStore } from "../../src/adapters/store/sqlite-store.ts";
import { startBotStage } from "./bot-stage.ts";

type When = "before" | "after";
const AT_ONCE = 6;

/** One whole journey; the bot kills itself at that write of its run (0: never) and another start goes on. Returns the writes that became durable. */
async function journey(killAt: number, when: When): Promise<number> {
  const name = `killed ${when} write ${killAt}`;
  const set = await startBotStage();
  try {
    const first = await set.bot(killAt, when);
    const plan = await set.troubleWithPlan();
    const died = once(first, "exit") as Promise<[number | null, string | null]>;
    void set.slack.act.press("bo", "C0ALERTS", plan.ts, "Approve");
    if (killAt > 0) {
      assert.equal((await died)[1], "SIGKILL", name);
      await set.bot();
    }
    await set.find(`the run's end, ${name}`, ({ text }) => /R-\d.*(?:proved|did not|WAITS)/.test(text), 60_000);

    const store = await openSqliteStore({ file: join(set.folder, "medic.db"), hashing: sha256 });
    const [run, ...others] = await store.runs.recent(5);
    assert.deepEqual(others, [], name);
    assert.equal(run?.state.kind, "succeeded", `${name}: ${JSON.stringify(run?.state)}`);
    assert.deepEqual(await store.runs.locks(), [], name);
    const ended = (await store.audit.about({ run: run!.id }, 100)).filter(({ kind }) => kind === "run-ended");
    assert.equal(ended.length, 1, name);
    await store.close();
    assert.deepEqual(set.writes(), ["PUT", "POST"], name);
    return existsSync(`${set.file}.writes`) ? readFileSync(`${set.file}.writes`, "utf8").trim().split("\n").length : 0;
  } finally {
    await set.end();
  }
}

/**
 * A journey for each write of a run, the process killed on that side of it: right after it was durable (the call that it announces was
 * not made), or right before (the call that it tells of was). Every run must end rightly in the next process.
 */
export async function killAtEveryWrite(when: When): Promise<void> {
  const writes = await journey(0, "after");
  assert.ok(writes >= 12, `only ${writes} writes: the gaps were not tried`);
  // Before the first nothing has begun; after the last nothing is left to go on with.
  const first = when === "before" ? 2 : 1;
  const waiting = Array.from({ length: writes - 1 }, (_, index) => index + first).values();
  const work = async (): Promise<void> => {
    for (const killAt of waiting) await journey(killAt, when);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}
