import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { NO_OPTIONS } from "../../../src/domain/plan/plan.ts";
import { dieEverywhere } from "../../support/death.ts";
import { proofOf, type RowsBench } from "../../support/rows-bench.ts";

const ABOUT = { options: { ...NO_OPTIONS, file: "mysql-bin.000002" } };
const GATEWAY_FORM = ["PUT tasks 7", "PUT sources 3", "PUT sources 1", "POST tasks", "PUT tasks 7", "POST tasks"];
async function passed(bench: RowsBench): Promise<void> {
  await bench.writeHuge();
  await bench.until("the file is passed", () => bench.isPast(bench.hugeFile));
}

describe("wherever their processes die, checkpoints are rewritten once and replayed to the end", { timeout: 170_000 }, () => {
  test("rewind-sync-checkpoint", async () => {
    await dieEverywhere({
      async begin(bench) {
        await passed(bench);
        return bench.approvedRun("rewind-sync-checkpoint", ABOUT);
      },
      async check(bench, run) {
        assert.ok(run.state.kind === "failed" && run.state.left === "task-running", JSON.stringify(run.state));
        assert.match(run.state.why, /1 missing/);
        assert.deepEqual(bench.writes(), ["PUT tasks 7", "POST tasks", "PUT tasks 7", "POST tasks"]);
        assert.equal(bench.subtask()?.definition.instances.get("replica-1")?.isSafe, false);
      },
    });
  });

  test("rewind-sync-checkpoint of a DM v1.0", async () => {
    await dieEverywhere({
      options: { version: "v1.0.7" },
      async begin(bench) {
        await bench.writeHuge();
        await bench.until("the sync unit has failed", () => bench.subtask()?.stage === "Paused");
        bench.world.repairRelay("replica-1");
        return bench.approvedRun("rewind-sync-checkpoint", ABOUT);
      },
      async check(bench, run) {
        assert.match(proofOf(run, "compare-rows"), /1 missing/);
        assert.deepEqual(bench.writes(), ["PUT tasks 1", "POST tasks", "PUT tasks 1", "POST tasks"]);
        assert.deepEqual(await bench.ids(), [1, 2, 200, 202]);
      },
    });
  });

  test("switch-to-gtid behind the file, by the gateway", async () => {
    await dieEverywhere({
      async begin(bench) {
        await passed(bench);
        return bench.approvedRun("switch-to-gtid", ABOUT);
      },
      async check(bench, run) {
        assert.equal(run.state.kind, "succeeded", JSON.stringify(run.state));
        assert.deepEqual(bench.writes(), GATEWAY_FORM);
        assert.deepEqual(await bench.ids(), [1, 2, 200, 201, 202]);
      },
    });
  });

  test("switch-to-gtid where the relay turns on the file, and the relay switched on again", async () => {
    await dieEverywhere({
      options: { relay: true, policy: { relayAfterSwitch: true } },
      async begin(bench) {
        await bench.writeHuge();
        await bench.until("a row arrives", async () => (await bench.ids()).includes(2));
        return bench.approvedRun("switch-to-gtid");
      },
      async check(bench, run) {
        assert.equal(run.state.kind, "succeeded", JSON.stringify(run.state));
        assert.deepEqual(await bench.ids(), [1, 2, 200, 201, 202]);
        assert.ok(bench.source().relay, "a relay is there again");
      },
    });
  });
});
