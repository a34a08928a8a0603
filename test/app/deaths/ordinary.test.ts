import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { DmCluster } from "../../../src/app/ports/dm.ts";
import { NO_OPTIONS } from "../../../src/domain/plan/plan.ts";
import { keyOf } from "../../../src/stand-ins/dm/faults.ts";
import { dieEverywhere, dieOnce, type Mortal } from "../../support/death.ts";
import type { RowsBench } from "../../support/rows-bench.ts";

const FROM_SOURCE = { source: "replica-1" };
async function stopAtDdl(bench: RowsBench): Promise<void> {
  await bench.world.writeRefusedDdl("replica-1");
  await bench.write("INSERT INTO shop.orders VALUES (3, 'three')");
  await bench.until("DM stops at it", () => bench.subtask()?.stage === "Paused");
  await bench.poll();
}
const ledger = async ({ store }: RowsBench) =>
  (await store.records.list("handled-statement")).map(({ how, followUp }) => `${how} ${followUp.kind}`);

describe("wherever their processes die, tasks are paused, stopped, started and resumed once", { timeout: 120_000 }, () => {
  test("pause-task", async () => {
    await dieEverywhere({
      begin: (bench) => bench.approvedRun("pause-task"),
      async check(bench, run) {
        assert.equal(run.state.kind, "succeeded", JSON.stringify(run.state));
        assert.equal(bench.subtask()?.stage, "Paused");
        assert.deepEqual(bench.writes(), ["PUT tasks 2"]);
      },
    });
  });

  test("resume-task, over a person's pause", async () => {
    await dieEverywhere({
      async begin(bench) {
        await bench.world.pause(bench.subtask()!);
        return bench.approvedRun("resume-task");
      },
      async check(bench, run) {
        assert.equal(run.state.kind, "succeeded", JSON.stringify(run.state));
        assert.equal(bench.subtask()?.stage, "Running");
        assert.deepEqual(bench.writes(), ["PUT tasks 3"]);
      },
    });
  });

  test("stop-task", async () => {
    await dieEverywhere({
      begin: (bench) => bench.approvedRun("stop-task"),
      async check(bench, run) {
        assert.equal(run.state.kind, "succeeded", JSON.stringify(run.state));
        assert.equal(bench.subtask(), null);
        assert.deepEqual(bench.writes(), ["PUT tasks 7"]);
      },
    });
  });

  test("a stop whose process died while DM does not answer any more: a person is called, and goes on when DM is back", async () => {
    let isSilent = false;
    const run = await dieOnce(
      {
        begin: (bench) => bench.approvedRun("stop-start-task"),
        outside: (facts, process) => {
          isSilent ||= process === 2;
          const silent = (dm: DmCluster): DmCluster => ({
            ...dm,
            taskSources: async (task, signal) =>
              isSilent ? { kind: "not-known", why: "no DM-master answers" } : dm.taskSources(task, signal),
          });
          return { ...facts, clusters: new Map([...facts.clusters].map(([name, dm]) => [name, silent(dm)])) };
        },
        async person(bench, { id, state }) {
          if (state.kind !== "needs-person") return false;
          assert.equal(state.left, "not-known");
          assert.match(state.why, /no DM-master answers/);
          const words = JSON.stringify((await bench.store.outbox.get(`run:${id}`))?.document);
          assert.match(words, /Go on/);
          assert.deepEqual(bench.writes(), ["PUT tasks 7"]);
          isSilent = false;
          return true;
        },
        async check(bench) {
          assert.deepEqual(bench.writes(), ["PUT tasks 7", "POST tasks"]);
        },
      },
      /^before \d+ stop-task done$/,
    );
    assert.equal(run.state.kind, "succeeded", JSON.stringify(run.state));
  });

  test("start-task", async () => {
    await dieEverywhere({
      async begin(bench) {
        await bench.finish(await bench.approvedRun("stop-task"));
        return bench.approvedRun("start-task", FROM_SOURCE);
      },
      async check(bench, run) {
        assert.equal(run.state.kind, "succeeded", JSON.stringify(run.state));
        assert.equal(bench.subtask()?.stage, "Running");
        assert.deepEqual(bench.writes(), ["PUT tasks 7", "POST tasks"]);
      },
    });
  });

  test("stop-start-task", async () => {
    await dieEverywhere({
      begin(bench) {
        bench.world.breakConnections("invalid-connection", "stop-start");
        return bench.approvedRun("stop-start-task");
      },
      async check(bench, run) {
        assert.equal(run.state.kind, "succeeded", JSON.stringify(run.state));
        assert.deepEqual(bench.writes(), ["PUT tasks 7", "POST tasks"]);
      },
    });
  });

  test("stop-start-task of a DM v1.0, which scopes by workers and answers another operation with true", async () => {
    await dieEverywhere({
      options: { version: "v1.0.7" },
      begin(bench) {
        bench.world.breakConnections("invalid-connection", "stop-start");
        return bench.approvedRun("stop-start-task");
      },
      async check(bench, run) {
        assert.equal(run.state.kind, "succeeded", JSON.stringify(run.state));
        assert.deepEqual(bench.writes(), ["PUT tasks 1", "POST tasks"]);
      },
    });
  });

  test("fix-and-resume", async () => {
    await dieEverywhere({
      options: { checkEnable: false },
      async begin(bench) {
        await bench.db.query("DROP TABLE shop.orders");
        await bench.write("INSERT INTO shop.orders VALUES (3, 'three')");
        await bench.until("DM stops at it", () => bench.subtask()?.stage === "Paused");
        await bench.poll();
        await bench.db.query("CREATE TABLE shop.orders (id INT NOT NULL PRIMARY KEY, note VARCHAR(40))");
        return bench.approvedRun("fix-and-resume");
      },
      async check(bench, run) {
        assert.equal(run.state.kind, "succeeded", JSON.stringify(run.state));
        assert.deepEqual(bench.writes(), ["PUT tasks 3"]);
        assert.deepEqual(await bench.ids(), [3]);
      },
    });
  });

  test("skip-or-replace-statement: a skip", async () => {
    await dieEverywhere({
      async begin(bench) {
        await stopAtDdl(bench);
        return bench.approvedRun("skip-or-replace-statement");
      },
      async check(bench, run) {
        assert.equal(run.state.kind, "succeeded", JSON.stringify(run.state));
        assert.deepEqual(bench.writes(), ["PUT errors 1"]);
        assert.deepEqual(await ledger(bench), ["skip open"]);
        assert.deepEqual(await bench.ids(), [1, 2, 3]);
      },
    });
  });

  /** Whether DM was told already shows only in DM's own refusal to hear it twice. */
  const REVERTED_UNTOLD = /^after \d+ handle-statement: handleStatement|^before \d+ handle-statement done$/;
  const reverting: Mortal = {
    async begin(bench) {
      await stopAtDdl(bench);
      const place = bench.subtask()!.failingAt!;
      bench.world.operators.set(keyOf("orders", "replica-1"), [{ ...place, op: "replace", statements: ["SELECT 1"] }]);
      const statement = { how: "revert" as const, instead: [] };
      return bench.approvedRun("skip-or-replace-statement", { options: { ...NO_OPTIONS, statement } });
    },
    async check(bench, run) {
      assert.equal(run.state.kind, "succeeded", JSON.stringify(run.state));
      assert.deepEqual(bench.world.operators.get(keyOf("orders", "replica-1")), []);
    },
  };

  test("skip-or-replace-statement: what DM was told is taken back", async () => {
    await dieEverywhere({ ...reverting, spared: REVERTED_UNTOLD });
  });

  test("what was taken back when the process died is asked for again, and DM's refusal is its proof", async () => {
    await dieOnce(reverting, REVERTED_UNTOLD);
  });

  test("skip-or-replace-statement: a replacement", async () => {
    const statement = { how: "replace" as const, instead: ["ALTER TABLE `shop`.`orders` ADD COLUMN extra INT"] };
    await dieEverywhere({
      async begin(bench) {
        await stopAtDdl(bench);
        return bench.approvedRun("skip-or-replace-statement", { options: { ...NO_OPTIONS, statement } });
      },
      async check(bench, run) {
        assert.equal(run.state.kind, "succeeded", JSON.stringify(run.state));
        assert.deepEqual(bench.writes(), ["PUT errors 2"]);
        assert.deepEqual(await ledger(bench), ["replace open"]);
      },
    });
  });
});
