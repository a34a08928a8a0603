import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import { describe, test } from "node:test";
import { sha256 } from "../../src/adapters/keys/keys.ts";
import { openSqliteStore } from "../../src/adapters/store/sqlite-store.ts";
import { startBotStage } from "../support/bot-stage.ts";

describe("kill -9 of the whole bot in a run", { timeout: 170_000 }, () => {
  for (const [when, killAt] of [
    ["right after the approval", 1],
    ["after the intent to stop was stored", 6],
    ["after the stop", 7],
    ["in the start", 10],
  ] as const) {
    test(`${when}: another start goes on, nothing is done twice, and the run ends rightly`, async () => {
      const set = await startBotStage();
      try {
        const first = await set.bot(killAt);
        const plan = await set.troubleWithPlan();
        const died = once(first, "exit");
        void set.slack.act.press("bo", "C0ALERTS", plan.ts, "Approve");
        const [, signal] = await died;
        assert.equal(signal, "SIGKILL");

        await set.bot();
        await set.find("the run's end", ({ text }) => /R-1.*(?:proved|did not|WAITS)/.test(text), 60_000);

        const store = await openSqliteStore({ file: join(set.folder, "medic.db"), hashing: sha256 });
        assert.equal((await store.runs.get("R-1"))?.state.kind, "succeeded");
        assert.deepEqual(await store.runs.locks(), []);
        await store.close();
        assert.deepEqual(set.writes(), ["PUT", "POST"]);
      } finally {
        await set.end();
      }
    });
  }
});
