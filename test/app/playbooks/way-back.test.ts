import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { NO_OPTIONS } from "../../../src/domain/plan/plan.ts";
import type { Run } from "../../../src/domain/run/run.ts";
import { ADMIN, OPERATOR } from "../../support/engine.ts";
import { mortalOnceIs } from "../../support/mortal-store.ts";
import { proofOf, type RowsBench, startRowsBench, took } from "../../support/rows-bench.ts";

let bench: RowsBench;
beforeEach(async () => {
  bench = await startRowsBench();
  await bench.writeHuge();
  await bench.until("the file is passed", () => bench.isPast(bench.hugeFile));
});
afterEach(() => bench.end());
const ABOUT = { options: { ...NO_OPTIONS, file: "mysql-bin.000002" } };
const undoOf = (run: string) => ({ task: null, options: { ...NO_OPTIONS, run } });

/** DM refuses the start behind the rewrite: the task is gone and its rows are other ones. */
async function stuckAtTheStart(playbook: "rewind-sync-checkpoint" | "switch-to-gtid"): Promise<Run> {
  bench.world.refuseNextStart("the precheck does not like it");
  const run = await bench.finish(await bench.approvedRun(playbook, ABOUT));
  assert.ok(run.state.kind === "needs-person" && run.state.left === "task-gone", JSON.stringify(run.state));
  assert.equal(bench.subtask(), null);
  return run;
}

describe("the way back", { timeout: 170_000 }, () => {
  for (const playbook of ["rewind-sync-checkpoint", "switch-to-gtid"] as const) {
    test(`put back after a refused start (${playbook}): the rows, the source and the task as they were`, async () => {
      const stopped = await stuckAtTheStart(playbook);

      await bench.executor.byPerson(stopped.id, OPERATOR, "put-back");
      const run = await bench.finish(stopped.id);

      assert.ok(run.state.kind === "failed" && run.state.left === "task-running", JSON.stringify(run.state));
      assert.ok(took(run).includes("restore-checkpoint done"));
      assert.equal(bench.subtask()?.stage, "Running");
      assert.equal(bench.source().config.enableGtid, false);
      assert.equal(bench.subtask()?.definition.instances.get("replica-1")?.isSafe, false);
      await bench.until("and replication goes on", () => bench.isPast(2));
      assert.deepEqual(await bench.store.runs.locks(), []);
    });

    test(`go on after a refused start (${playbook}): the run ends as it would have`, async () => {
      const stopped = await stuckAtTheStart(playbook);

      await bench.executor.byPerson(stopped.id, OPERATOR, "go-on");
      const run = await bench.finish(stopped.id);

      assert.equal(run.state.kind, playbook === "switch-to-gtid" ? "succeeded" : "failed", JSON.stringify(run.state));
      assert.deepEqual(await bench.ids(), playbook === "switch-to-gtid" ? [1, 2, 200, 201, 202] : [1, 2, 200, 202]);
    });
  }

  for (const playbook of ["rewind-sync-checkpoint", "switch-to-gtid"] as const)
    test(`put back in the middle of a replay (${playbook}): in safe mode until it is where it had been, then as before`, async () => {
      const beforeTheWatch = playbook === "switch-to-gtid" ? "prove-gtid-stream" : "start-task";
      const id = await bench.approvedRun(playbook, ABOUT);
      await bench.executorOver(mortalOnceIs(bench.store, beforeTheWatch, "done")).goOn(bench.signal);
      await bench.world.pause(bench.subtask()!);
      const stopped = await bench.finish(id);
      assert.ok(
        stopped.state.kind === "needs-person" && stopped.state.left === "task-in-safe-mode",
        JSON.stringify(stopped.state),
      );

      await bench.executor.byPerson(id, OPERATOR, "put-back");
      const run = await bench.finish(id);

      assert.ok(run.state.kind === "failed" && run.state.left === "task-running", JSON.stringify(run.state));
      const back = run.steps.slice(run.plan.steps.length).map(({ step }) => step.action.kind);
      assert.deepEqual(back, [
        ...["start-task", "resume-task", "watch-past-file", "stop-task", "wait-until-gone"],
        ...(playbook === "switch-to-gtid" ? ["stop-source", "start-source"] : []),
        "start-task",
      ]);
      assert.ok(!took(run).some((one) => one.startsWith("restore-checkpoint")));
      assert.equal(bench.subtask()?.definition.instances.get("replica-1")?.isSafe, false);
      assert.equal(bench.source().config.enableGtid, false);
      await bench.write("INSERT INTO shop.orders VALUES (300, 'later')");
      await bench.until("rows go on to arrive", async () => (await bench.ids()).includes(300));
      assert.deepEqual(bench.subtask()?.errors, []);
    });

  /** DM does what it is told, its reply is lost, and it is silent when it is asked whether it did. */
  const doesItUnheard = (isWrite: (path: string, op: unknown) => boolean, isQuestion: (path: string) => boolean): void => {
    let isDone = false;
    bench.dm.faultNext({
      matches: ({ method, path, body }) => {
        const isIt = method !== "GET" && isWrite(path, (body as { op?: unknown } | null)?.op);
        isDone ||= isIt;
        return isIt;
      },
      what: { kind: "lose-reply" },
    });
    for (let look = 0; look < 5; look++)
      bench.dm.faultNext({
        matches: ({ method, path }) => isDone && method === "GET" && isQuestion(path),
        what: { kind: "raw", status: 502, text: "<html>bad gateway</html>" },
      });
  };

  test("put back after a start in safe mode that nobody heard of: it replays, so it is let past where it had been", async () => {
    const id = await bench.approvedRun("rewind-sync-checkpoint", ABOUT);
    doesItUnheard(
      (path) => path.endsWith("/tasks"),
      (path) => path.startsWith("/apis/v1alpha1/status/orders"),
    );
    const stopped = await bench.finish(id);
    assert.ok(took(stopped).includes("start-task unknown"), JSON.stringify([stopped.state, took(stopped)]));
    assert.equal(bench.dm.faultsLeft(), 0);

    await bench.executor.byPerson(id, OPERATOR, "put-back");
    const run = await bench.finish(id);

    assert.ok(run.state.kind === "failed" && run.state.left === "task-running", JSON.stringify([run.state, took(run)]));
    assert.ok(!took(run).some((one) => one.startsWith("restore-checkpoint")));
    assert.equal(bench.subtask()?.definition.instances.get("replica-1")?.isSafe, false);
    await bench.write("INSERT INTO shop.orders VALUES (300, 'later')");
    await bench.until("rows go on to arrive", async () => (await bench.ids()).includes(300));
  });

  test("put back after a source that nobody heard was made anew: with its own settings, the rows as they were", async () => {
    const before = await bench.checkpoint();
    const id = await bench.approvedRun("switch-to-gtid", ABOUT);
    doesItUnheard(
      (path, op) => path.endsWith("/sources") && op === 1,
      (path) => path.startsWith("/apis/v1alpha1/tasks/replica-1"),
    );
    const stopped = await bench.finish(id);
    assert.ok(took(stopped).includes("start-source unknown"), JSON.stringify([stopped.state, took(stopped)]));
    assert.equal(bench.source().config.enableGtid, true);

    await bench.executor.byPerson(id, OPERATOR, "put-back");
    const run = await bench.finish(id);

    assert.ok(run.state.kind === "failed" && run.state.left === "task-running", JSON.stringify([run.state, took(run)]));
    assert.equal(bench.source().config.enableGtid, false);
    assert.equal(bench.subtask()?.stage, "Running");
    assert.deepEqual(
      (await bench.checkpoint()).map(({ of }) => of),
      before.map(({ of }) => of),
    );
    await bench.write("INSERT INTO shop.orders VALUES (300, 'later')");
    await bench.until("rows go on to arrive", async () => (await bench.ids()).includes(300));
  });

  test("an undo is a plan with its own votes, takes the waiting run's place, and restores the images", async () => {
    const before = (await bench.checkpoint()).map(({ of, file, position }) => [of, file, position]);
    const stopped = await stuckAtTheStart("rewind-sync-checkpoint");
    assert.notDeepEqual(
      (await bench.checkpoint()).map(({ of, file, position }) => [of, file, position]),
      before,
    );

    const undone = await bench.finish(await bench.approvedRun("undo", undoOf(stopped.id)));

    assert.equal(undone.state.kind, "succeeded", JSON.stringify(undone.state));
    assert.deepEqual(took(undone), ["restore-checkpoint done", "start-task done"]);
    assert.equal(bench.subtask()?.stage, "Running");
    const first = (await bench.store.runs.get(stopped.id))!;
    assert.ok(first.state.kind === "failed" && /undoes it/.test(first.state.why), JSON.stringify(first.state));
    assert.deepEqual(await bench.store.runs.locks(), []);
    assert.equal((await bench.executor.byPerson(stopped.id, ADMIN, "go-on")).kind, "refused");
  });

  test("an undo is refused once something was started on what the run wrote", async () => {
    const run = await bench.finish(await bench.approvedRun("switch-to-gtid", ABOUT));
    assert.match((await bench.why("undo", undoOf(run.id))).join(), /started/);
  });

  test("an undo whose rows are others by now changes nothing and says which", async () => {
    const stopped = await stuckAtTheStart("rewind-sync-checkpoint");
    const id = await bench.approvedRun("undo", undoOf(stopped.id));
    await bench.db.query("UPDATE dm_meta.orders_syncer_checkpoint SET binlog_pos = 5 WHERE is_global = 1");

    const undone = await bench.finish(id);

    assert.equal(undone.state.kind, "needs-person", JSON.stringify(undone.state));
    assert.ok("left" in undone.state && undone.state.left === "task-gone");
    assert.match(proofOf(undone, "restore-checkpoint"), /not.*(wrote|written)|other/i);
    const [row] = await bench.checkpoint();
    assert.equal(row?.position, 5);
  });

  test("a freeze lets no run start, and has one that has only stopped the task put it back", async () => {
    const plan = await bench.plan("rewind-sync-checkpoint", ABOUT);
    const id = await bench.approvedRun("switch-to-gtid", ABOUT);
    await bench.executorOver(mortalOnceIs(bench.store, "stop-task", "done")).goOn(bench.signal);
    assert.equal(bench.subtask()?.isWanted, false);
    await bench.store.records.put("freeze", "shop", { cluster: "shop", by: ADMIN, at: 1, reason: "the night of the audit" });

    const run = await bench.finish(id);
    const refused = await bench.decide.decide({
      ...{ plan: plan.id, digest: plan.digest, person: ADMIN, verdict: "break-glass", reason: "it cannot wait", at: Date.now() },
    });

    assert.ok(run.state.kind === "failed" && run.state.left === "task-running", JSON.stringify(run.state));
    assert.ok((await bench.store.audit.about({ run: id }, 50)).some(({ kind }) => kind === "run-put-back"));
    assert.equal(bench.subtask()?.stage, "Running");
    assert.equal(refused.kind === "refused" && refused.why.key, "frozen");
    assert.match((await bench.why("pause-task")).join(), /the night of the audit/);
  });

  test("a freeze lets a run that replays go on to its safe place", async () => {
    const id = await bench.approvedRun("switch-to-gtid", ABOUT);
    await bench.executorOver(mortalOnceIs(bench.store, "rewrite-checkpoint", "done")).goOn(bench.signal);
    await bench.store.records.put("freeze", "shop", { cluster: "shop", by: ADMIN, at: 1, reason: "the night of the audit" });

    const run = await bench.finish(id);

    assert.ok(run.state.kind === "failed" && run.state.left === "task-running", JSON.stringify(run.state));
    assert.match(run.state.why, /the night of the audit/);
    assert.equal(bench.subtask()?.definition.instances.get("replica-1")?.isSafe, false);
    assert.deepEqual(await bench.ids(), [1, 2, 200, 201, 202]);
  });
});
