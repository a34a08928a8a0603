import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import type { ActiveLease } from "../../src/app/active-lease.ts";
import type { Run } from "../../src/domain/run/run.ts";
import { type Bench, type BenchOptions, OPERATOR, startBench } from "../support/engine.ts";
import { mortalOnceIs } from "../support/mortal-store.ts";

describe("a run holds what was approved against what is", () => {
  let bench: Bench;
  const start = async (options: BenchOptions = {}, clearedBy: "resume" | "stop-start" = "stop-start"): Promise<void> => {
    bench = await startBench(options);
    bench.dm.world.breakConnections("invalid-connection", clearedBy);
  };
  const runOf = async (id: string): Promise<Run> => (await bench.store.runs.get(id))!;
  const isStatusOf = (path: string) => path.startsWith("/apis/v1alpha1/status/orders");
  const wasStopped = () => bench.dm.calls.some(({ method }) => method === "PUT");
  const putIsSilent = (times: number): void => {
    bench.dm.faultNext({ matches: ({ method }) => method === "PUT", what: { kind: "lose-reply" } });
    for (let time = 0; time < times; time++)
      bench.dm.faultNext({
        matches: ({ method, path }) => method === "GET" && isStatusOf(path) && wasStopped(),
        what: { kind: "raw", status: 502, text: "<html>bad gateway</html>" },
      });
  };
  afterEach(() => bench.stop());

  test("does not resume what a person has paused since the vote", async () => {
    await start({}, "resume");
    const id = await bench.approvedRun("resume-task");
    const subtask = bench.dm.world.subtask("orders", "s1")!;
    Object.assign(subtask, { errors: [], trouble: null });
    await bench.dm.world.pause(subtask);

    await bench.executor.goOn(bench.signal);

    const run = await runOf(id);
    assert.equal(run.state.kind, "failed");
    assert.ok("left" in run.state && run.state.left === "task-untouched");
    assert.deepEqual(bench.writes(), []);
  });

  test("does not stop when the process died before the call and the plan does not hold any more on return", async () => {
    await start();
    const id = await bench.approvedRun("stop-start-task");
    await bench.executorOver(mortalOnceIs(bench.store, "stop-task", "started")).goOn(bench.signal);
    const stop = (await runOf(id)).steps.find(({ step }) => step.action.kind === "stop-task");
    assert.equal(stop?.state.kind, "started");
    assert.deepEqual(bench.writes(), []);
    bench.dm.world.sources.get("s1")!.config.backoffMaxSeconds = 77;

    await bench.executor.goOn(bench.signal);

    const run = await runOf(id);
    assert.equal(run.state.kind, "failed", JSON.stringify(run.state));
    assert.match("why" in run.state ? run.state.why : "", /source settings s1/);
    assert.deepEqual(bench.writes(), []);
    assert.deepEqual(await bench.store.runs.locks(), []);
  });

  test("does not stop when the process died before the call and the run's deadline passed meanwhile", async () => {
    await start();
    const id = await bench.approvedRun("stop-start-task");
    await bench.executorOver(mortalOnceIs(bench.store, "stop-task", "started")).goOn(bench.signal);
    await bench.store.runs.update({ ...(await runOf(id)), deadlineAt: Date.now() - 1 }, null);

    await bench.executor.goOn(bench.signal);

    assert.equal((await runOf(id)).state.kind, "failed");
    assert.deepEqual(bench.writes(), []);
  });

  test("goes on rightly when a person says so after a stop whose effect could not be known", async () => {
    await start();
    const id = await bench.approvedRun("stop-start-task");
    putIsSilent(5);
    await bench.executor.goOn(bench.signal);
    const waiting = await runOf(id);
    assert.equal(waiting.state.kind, "needs-person", JSON.stringify(waiting.state));
    assert.ok("left" in waiting.state && waiting.state.left === "not-known");

    await bench.executor.byPerson(id, OPERATOR, "go-on");
    await bench.executor.goOn(bench.signal);

    assert.equal((await runOf(id)).state.kind, "succeeded");
    assert.deepEqual(bench.writes(), ["PUT 7 s1", "POST s1"]);
  });

  test("is put back after a stop whose effect could not be known", async () => {
    await start();
    const id = await bench.approvedRun("stop-start-task");
    putIsSilent(5);
    await bench.executor.goOn(bench.signal);

    await bench.executor.byPerson(id, OPERATOR, "put-back");
    await bench.executor.goOn(bench.signal);

    const { state } = await runOf(id);
    assert.ok(state.kind === "failed" && state.left === "task-running", JSON.stringify(state));
    assert.deepEqual(bench.writes(), ["PUT 7 s1", "POST s1"]);
  });

  test("calls nobody when DM is silent for a moment", async () => {
    await start();
    const id = await bench.approvedRun("stop-start-task");
    putIsSilent(2);

    await bench.executor.goOn(bench.signal);

    assert.equal((await runOf(id)).state.kind, "succeeded");
    assert.deepEqual(bench.writes(), ["PUT 7 s1", "POST s1"]);
  });

  test("breaks off a call when the lease is lost under it, stores nothing, and the next owner finishes without doing it twice", async () => {
    await start();
    const id = await bench.approvedRun("stop-start-task");
    bench.dm.faultNext({ matches: ({ method }) => method === "PUT", what: { kind: "delay", milliseconds: 3_000 } });
    const held: ReturnType<ActiveLease["held"]> = { fence: 1, timeLeftMs: () => 600_000 };
    const lease: ActiveLease = { start: async () => {}, stop: async () => {}, held: () => (wasStopped() ? null : held) };
    const begun = performance.now();

    await bench.executorOver(bench.store, lease).goOn(bench.signal);

    assert.ok(performance.now() - begun < 2_500, "the call outlived the lease");
    const stop = (await runOf(id)).steps.find(({ step }) => step.action.kind === "stop-task");
    assert.equal(stop?.state.kind, "started");

    await new Promise((resolve) => setTimeout(resolve, 3_500));
    await bench.executor.goOn(bench.signal);

    assert.equal((await runOf(id)).state.kind, "succeeded");
    assert.deepEqual(bench.writes(), ["PUT 7 s1", "POST s1"]);
  });

  test("touches nothing when the trouble has become another that its steps do not treat", async () => {
    await start();
    const id = await bench.approvedRun("stop-start-task");
    const plan = (await runOf(id)).plan;
    const incident = (await bench.store.incidents.get(plan.incident!))!;
    const members = incident.members.map((member) => ({
      ...member,
      finding: {
        ...member.finding,
        kind: "binlog-over-4gib-suspected" as const,
        advice: { ...member.finding.advice, playbook: null, next: [] },
      },
    }));
    await bench.store.incidents.update({ ...incident, members });

    await bench.executor.goOn(bench.signal);

    const run = await runOf(id);
    assert.equal(run.state.kind, "failed");
    assert.match("why" in run.state ? run.state.why : "", /binlog-over-4gib-suspected/);
    assert.deepEqual(bench.writes(), []);
  });

  test("says that the task runs when its time is over after the start", async () => {
    await start();
    const id = await bench.approvedRun("stop-start-task");
    await bench.executorOver(mortalOnceIs(bench.store, "start-task", "done")).goOn(bench.signal);
    const before = await runOf(id);
    assert.deepEqual(bench.writes(), ["PUT 7 s1", "POST s1"]);
    await bench.store.runs.update({ ...before, deadlineAt: Date.now() - 1 }, null);

    await bench.executor.goOn(bench.signal);

    const { state } = await runOf(id);
    assert.ok(state.kind === "failed" && state.left === "task-running", JSON.stringify(state));
  });

  test("takes one of two answers of people at once", async () => {
    await start();
    const id = await bench.approvedRun("stop-start-task");
    bench.dm.world.refuseNextStart("GTID state purged");
    await bench.executor.goOn(bench.signal);

    const answers = await Promise.all([
      bench.executor.byPerson(id, OPERATOR, "go-on"),
      bench.executor.byPerson(id, OPERATOR, "put-back"),
    ]);
    await bench.executor.goOn(bench.signal);

    assert.deepEqual(answers.map(({ kind }) => kind).sort(), ["done", "refused"]);
    assert.equal((await runOf(id)).state.kind, "succeeded");
    assert.deepEqual(bench.writes(), ["PUT 7 s1", "POST s1", "POST s1"]);
  });
});
