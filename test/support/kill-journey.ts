import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "../../src/adapters/keys/keys.ts";
import { openSqliteStore } from "../../src/adapters/store/sqlite-store.ts";
import { startBotStage } from "./bot-stage.ts";

type When = "before" | "after";
const AT_ONCE = 4;
/** Writes that tell of something that was done outside just before: there the other side of the gap is another gap. */
const TELLS_OF_A_CALL = /^\d+ (?:stop-task|wait-until-gone|start-task|verify-recovered) done$|^\d+ run succeeded$/;

/** One whole journey; the bot kills itself at that write of its run (0: never) and another start goes on. Returns the writes that became durable, in their own words. */
async function journey(killAt: number, when: When): Promise<string[]> {
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
    return existsSync(`${set.file}.writes`) ? readFileSync(`${set.file}.writes`, "utf8").trim().split("\n") : [];
  } finally {
    await set.end();
  }
}

/**
 * The process killed at each write of a run, every time in a journey of its own: `after` it was durable (the call that it announces was
 * not made), or `before` (the call that it tells of was). The run must end rightly in the next process.
 */
export async function killAtEveryWrite(when: When): Promise<void> {
  const writes = await journey(0, "after");
  assert.ok(writes.length >= 12, `only ${writes.length} writes: the gaps were not tried`);
  // After the last nothing is left to go on with.
  const gaps = writes.flatMap((words, index) =>
    (when === "after" ? index + 1 < writes.length : TELLS_OF_A_CALL.test(words)) ? [index + 1] : [],
  );
  assert.ok(gaps.length >= (when === "after" ? 11 : 4), writes.join("; "));
  const waiting = gaps.values();
  const work = async (): Promise<void> => {
    for (const killAt of waiting) await journey(killAt, when);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}
