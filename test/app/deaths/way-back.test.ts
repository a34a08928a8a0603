import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import type { PlaybookId } from "../../../src/domain/diagnosis/finding.ts";
import { NO_OPTIONS } from "../../../src/domain/plan/plan.ts";
import { dieEverywhere } from "../../support/death.ts";
import { OPERATOR } from "../../support/engine.ts";
import { createLife } from "../../support/life.ts";
import { type MortalHost, makeMortalHost } from "../../support/mortal-host.ts";
import { type RowsBench, took } from "../../support/rows-bench.ts";

const ABOUT = { options: { ...NO_OPTIONS, file: "mysql-bin.000002" } };
const UNDO = (run: string) => ({ task: null, options: { ...NO_OPTIONS, run } });

/** DM refuses the start behind the rewrite: the task is gone and its rows are other ones. */
async function stuckAtTheStart(bench: RowsBench, playbook: PlaybookId): Promise<string> {
  await bench.writeHuge();
  await bench.until("the file is passed", () => bench.isPast(bench.hugeFile));
  const id = await bench.approvedRun(playbook, ABOUT);
  bench.world.refuseNextStart("the precheck does not like it");
  const run = await bench.finish(id);
  assert.ok(run.state.kind === "needs-person" && run.state.left === "task-gone", JSON.stringify(run.state));
  return id;
}

async function putBack(bench: RowsBench, id: string): Promise<string> {
  await bench.executor.byPerson(id, OPERATOR, "put-back");
  return id;
}

async function isAsItWas(bench: RowsBench): Promise<void> {
  assert.equal(bench.subtask()?.stage, "Running");
  assert.equal(bench.subtask()?.definition.instances.get("replica-1")?.isSafe, false);
  assert.equal(bench.source().config.enableGtid, false);
  await bench.until("replication goes on", () => bench.isPast(2));
  assert.deepEqual(await bench.ids(), [1, 2, 200, 202]);
}

describe("wherever their processes die, the ways back are gone once", { timeout: 170_000 }, () => {
  for (const playbook of ["rewind-sync-checkpoint", "switch-to-gtid"] as const) {
    test(`put back after a refused start: ${playbook}`, async () => {
      await dieEverywhere({
        begin: async (bench) => putBack(bench, await stuckAtTheStart(bench, playbook)),
        async check(bench, run) {
          assert.ok(run.state.kind === "failed" && run.state.left === "task-running", JSON.stringify(run.state));
          await isAsItWas(bench);
        },
      });
    });

    test(`undo as a plan of its own: ${playbook}`, async () => {
      await dieEverywhere({
        begin: async (bench) => bench.approvedRun("undo", UNDO(await stuckAtTheStart(bench, playbook))),
        async check(bench, run) {
          assert.equal(run.state.kind, "succeeded", JSON.stringify(run.state));
          await isAsItWas(bench);
        },
      });
    });
  }
});

describe("wherever their processes die, what was stopped, moved or switched off is brought back once", {
  timeout: 170_000,
}, () => {
  test("put back after a refused start: stop-start-task", async () => {
    await dieEverywhere({
      async begin(bench) {
        bench.world.breakConnections("invalid-connection", "stop-start");
        const id = await bench.approvedRun("stop-start-task");
        bench.world.refuseNextStart("the precheck does not like it");
        await bench.finish(id);
        return putBack(bench, id);
      },
      async check(bench, run) {
        assert.ok(run.state.kind === "failed" && run.state.left === "task-running", JSON.stringify(run.state));
        assert.equal(bench.subtask()?.stage, "Running");
      },
    });
  });

  for (const relay of [false, true])
    test(`put back of a switch by OpenAPI and a move, the relay ${relay ? "on" : "off"}: its start was refused`, async () => {
      await dieEverywhere({
        options: { relay },
        async begin(bench) {
          bench.world.standbyMasters = 2;
          if (!relay) return putBack(bench, await stuckAtTheStart(bench, "switch-to-gtid"));
          await bench.writeHuge();
          await bench.until("a row arrives", async () => (await bench.ids()).includes(2));
          const id = await bench.approvedRun("switch-to-gtid");
          bench.world.refuseNextStart("the precheck does not like it");
          await bench.finish(id);
          return putBack(bench, id);
        },
        async check(bench, run) {
          assert.ok(
            run.state.kind === "failed" && run.state.left === "task-running",
            `${JSON.stringify(run.state)} ${took(run)}`,
          );
          assert.equal(bench.source().config.enableGtid, false);
          assert.equal(bench.subtask()?.stage, "Running");
          assert.equal(bench.source().relay !== null, relay);
        },
      });
    });
});

describe("wherever their processes die, a relay's files are put back once", { timeout: 170_000 }, () => {
  const hosts: MortalHost[] = [];
  afterEach(() => {
    for (const host of hosts.splice(0)) host.end();
  });
  function newHost(): MortalHost {
    const host = makeMortalHost();
    hosts.push(host);
    return host;
  }
  /** The way to the host is lost when relay.meta was just replaced: the worker stands still, over other files. */
  async function stuckAtTheHost(bench: RowsBench, host: MortalHost): Promise<string> {
    await bench.writeHuge();
    await bench.until("the relay has failed", () => bench.source().relay?.stage === "Paused");
    await bench.poll();
    const id = await bench.approvedRun("replace-relay-file", ABOUT);
    host.loseAfter(/^mv .* relay\.meta$/);
    const outside = host.reachedBy(
      bench.facts,
      createLife(() => false),
    );
    await bench.executorOver(bench.store, undefined, outside).goOn(bench.signal);
    const run = (await bench.store.runs.get(id))!;
    assert.ok(run.state.kind === "needs-person" && run.state.left === "worker-stopped", JSON.stringify(run.state));
    assert.match(host.meta(), /mysql-bin\.000003/);
    host.returns();
    return id;
  }

  for (const way of ["put back", "undo"] as const)
    test(`${way} of replace-relay-file`, async () => {
      await dieEverywhere(() => {
        const host = newHost();
        return {
          options: host.bench(),
          outside: (facts, _, life) => host.reachedBy(facts, life),
          async begin(bench) {
            const id = await stuckAtTheHost(bench, host);
            if (way === "undo") return bench.approvedRun("undo", UNDO(id));
            return putBack(bench, id);
          },
          seen: host.changes,
          async check(bench, run) {
            const wanted = way === "undo" ? "succeeded" : "failed";
            assert.equal(run.state.kind, wanted, `${JSON.stringify(run.state)} ${took(run)}`);
            assert.equal(bench.world.workers.get("worker1")?.state, "alive");
            await bench.until("the relay is at the file again", () => bench.source().relayFolder?.pulled.file === 2);
            assert.equal(host.bytesOf("../dm-medic-R-1/mysql-bin.000002.before"), -1);
          },
        };
      });
    });
});
