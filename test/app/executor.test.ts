import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import type { Run } from "../../src/domain/run/run.ts";
import { type Bench, type BenchOptions, OPERATOR, startBench } from "../support/engine.ts";
import { createLife } from "../support/life.ts";
import { mortalStore } from "../support/mortal-store.ts";

describe("a run", () => {
  let bench: Bench;
  const start = async (options: BenchOptions = {}, clearedBy: "resume" | "stop-start" = "stop-start"): Promise<void> => {
    bench = await startBench(options);
    bench.dm.world.breakConnections("invalid-connection", clearedBy);
  };
  const runOf = async (id: string): Promise<Run> => {
    const run = await bench.store.runs.get(id);
    assert.ok(run);
    return run;
  };
  const outcomes = (run: Run): string[] => run.steps.map(({ step, state }) => `${step.action.kind}: ${state.kind}`);
  afterEach(() => bench.stop());

  test("stops and starts exactly the failing source, proves it, and lets go of its locks", async () => {
    await start({ sources: ["s1", "s2"] });
    bench.dm.world.resume(bench.dm.world.subtask("orders", "s2")!);
    bench.dm.world.subtask("orders", "s2")!.trouble = null;
    const id = await bench.approvedRun("stop-start-task");

    await bench.executor.goOn(bench.signal);

    const run = await runOf(id);
    assert.equal(run.state.kind, "succeeded", JSON.stringify(run.state));
    assert.deepEqual(bench.writes(), ["PUT 7 s1", "POST s1"]);
    assert.deepEqual(await bench.store.runs.locks(), []);
    assert.equal(bench.dm.world.subtask("orders", "s1")?.stage, "Running");
  });

  test("resumes two sources one after the other on one vote", async () => {
    await start({ sources: ["s1", "s2"] }, "resume");
    const id = await bench.approvedRun("resume-task");

    await bench.executor.goOn(bench.signal);

    assert.equal((await runOf(id)).state.kind, "succeeded");
    assert.deepEqual(bench.writes(), ["PUT 3 s1", "PUT 3 s2"]);
  });

  test("stops with operation 1 on v5.3.0 and by worker address on v1.0", async () => {
    for (const [version, expected] of [
      ["v5.3.0", ["PUT 1 s1", "POST s1"]],
      ["v1.0.7", ["PUT 1 127.0.0.1:8262", "POST 127.0.0.1:8262"]],
    ] as const) {
      await start({ version });
      const id = await bench.approvedRun("stop-start-task");

      await bench.executor.goOn(bench.signal);

      assert.equal((await runOf(id)).state.kind, "succeeded", version);
      assert.deepEqual(bench.writes(), expected);
      if (version === "v5.3.0") await bench.stop();
    }
  });

  test("is done once although the reply to the stop was lost", async () => {
    await start();
    const id = await bench.approvedRun("stop-start-task");
    bench.dm.faultNext({ matches: (call) => call.method === "PUT", what: { kind: "lose-reply" } });

    await bench.executor.goOn(bench.signal);

    assert.equal((await runOf(id)).state.kind, "succeeded");
    assert.deepEqual(bench.writes(), ["PUT 7 s1", "POST s1"]);
  });

  test("is done once although the reply to the start was lost", async () => {
    await start();
    const id = await bench.approvedRun("stop-start-task");
    bench.dm.faultNext({ matches: (call) => call.method === "POST", what: { kind: "lose-reply" } });

    await bench.executor.goOn(bench.signal);

    assert.equal((await runOf(id)).state.kind, "succeeded");
    assert.deepEqual(bench.writes(), ["PUT 7 s1", "POST s1"]);
  });

  test("says loudly that the task is gone when DM's precheck refuses the start, keeps YAML and locks, and goes on when told to", async () => {
    await start();
    const id = await bench.approvedRun("stop-start-task");
    bench.dm.world.refuseNextStart("GTID state purged");

    await bench.executor.goOn(bench.signal);

    const waiting = await runOf(id);
    assert.equal(waiting.state.kind, "needs-person");
    assert.ok("left" in waiting.state && waiting.state.left === "task-gone");
    assert.match("why" in waiting.state ? waiting.state.why : "", /GTID state purged/);
    assert.equal((await bench.store.runs.locks()).length, 2);
    assert.ok((await bench.store.audit.about({ run: id }, 50)).some(({ kind }) => kind === "task-left-gone"));
    const words = (await bench.store.outbox.get(`run:${id}`))?.document;
    assert.match(JSON.stringify(words), /DOES NOT EXIST/);
    assert.deepEqual(
      words?.buttons.map(({ action }) => action),
      ["go-on", "put-back", "show-audit"],
    );

    const answer = await bench.executor.byPerson(id, OPERATOR, "go-on");
    await bench.executor.goOn(bench.signal);

    assert.equal(answer.kind, "done");
    assert.equal((await runOf(id)).state.kind, "succeeded");
    assert.deepEqual(bench.writes(), ["PUT 7 s1", "POST s1", "POST s1"]);
  });

  test("ends as ineffective when the resume does not hold, and counts against the playbook's budget", async () => {
    await start();
    await bench.poll();
    const id = await bench.approvedRun("resume-task");

    await bench.executor.goOn(bench.signal);

    const run = await runOf(id);
    assert.equal(run.state.kind, "failed");
    assert.deepEqual(outcomes(run), ["resume-task: done", "verify-recovered: failed"]);
    const [incident] = await bench.store.incidents.open("shop");
    assert.deepEqual(incident?.treatments["resume-task"]?.ineffective, 1);
    assert.deepEqual(await bench.store.runs.locks(), []);
  });

  test("touches nothing when what it was bound to has changed since the vote", async () => {
    await start();
    const id = await bench.approvedRun("stop-start-task");
    bench.dm.world.sources.get("s1")!.config.backoffMaxSeconds = 77;

    await bench.executor.goOn(bench.signal);

    const run = await runOf(id);
    assert.equal(run.state.kind, "failed");
    assert.match("why" in run.state ? run.state.why : "", /source settings s1/);
    assert.deepEqual(bench.writes(), []);
  });

  test("touches nothing when the checkpoint row is gone", async () => {
    await start();
    const id = await bench.approvedRun("stop-start-task");
    bench.dm.world.stop();
    await bench.dm.world.settled();
    bench.downstream.checkpoints.set("orders", []);

    await bench.executor.goOn(bench.signal);

    assert.equal((await runOf(id)).state.kind, "failed");
    assert.deepEqual(bench.writes(), []);
  });

  test("does nothing while this copy does not hold the lease", async () => {
    await start();
    const id = await bench.approvedRun("stop-start-task");
    const lost = { start: async () => {}, stop: async () => {}, held: () => null };

    await bench.executorOver(bench.store, lost).goOn(bench.signal);

    assert.equal((await runOf(id)).state.kind, "running");
    assert.deepEqual(bench.writes(), []);
  });

  test("does not hold one run up for another: their locks keep them apart", async () => {
    bench = await startBench({ sources: ["s1", "s2"], taskFile: "none" });
    const stock = bench.yaml.replace("name: orders", "name: stock");
    await bench.dm.world.startTask(stock, ["s2"]);
    await bench.dm.world.remove(bench.dm.world.subtask("orders", "s2")!);
    await bench.dm.world.settled();
    await bench.until(() => bench.dm.world.subtask("orders", "s2") === null);
    bench.dm.world.breakConnections("invalid-connection", "stop-start");
    const slow = await bench.approvedRun("stop-start-task");
    const quick = await bench.approvedRun("stop-start-task", { task: "stock" });
    bench.dm.faultNext({
      matches: ({ method, path }) => method === "PUT" && path.endsWith("/orders"),
      what: { kind: "delay", milliseconds: 1_500 },
    });

    await bench.executor.goOn(bench.signal);

    assert.deepEqual([(await runOf(slow)).state.kind, (await runOf(quick)).state.kind], ["succeeded", "succeeded"]);
    assert.deepEqual(bench.writes(), ["PUT 7 s1", "PUT 7 s2", "POST s2", "POST s1"]);
  });

  test("waits for the lease's renewal rather than call DM with too little of it left", async () => {
    await start();
    await bench.approvedRun("stop-start-task");
    const short = { start: async () => {}, stop: async () => {}, held: () => ({ fence: 1, timeLeftMs: () => 500 }) };
    const ending = new AbortController();

    const running = bench.executorOver(bench.store, short).goOn(ending.signal);
    setTimeout(() => ending.abort(), 1_000);
    await running;

    assert.deepEqual(bench.writes(), []);
  });
});

describe("a process that dies in a run", () => {
  /** One whole run with a death at the given point, before or after a write; then another process that goes on. */
  async function dieAndGoOn(dieAt: number): Promise<number> {
    const bench = await startBench();
    try {
      bench.dm.world.breakConnections("invalid-connection", "stop-start");
      const id = await bench.approvedRun("stop-start-task");
      let points = 0;
      const life = createLife(() => ++points === dieAt);

      await bench.executorOver(mortalStore(bench.store, life)).goOn(bench.signal);
      await bench.executorOver(bench.store).goOn(bench.signal);

      const run = await bench.store.runs.get(id);
      assert.equal(run?.state.kind, "succeeded", `death at point ${dieAt}: ${JSON.stringify(run?.state)}`);
      assert.deepEqual(bench.writes(), ["PUT 7 s1", "POST s1"], `death at point ${dieAt}`);
      assert.deepEqual(await bench.store.runs.locks(), []);
      const ended = (await bench.store.audit.about({ run: id }, 100)).filter(({ kind }) => kind === "run-ended");
      assert.equal(ended.length, 1, `death at point ${dieAt}`);
      return points;
    } finally {
      await bench.stop();
    }
  }

  test("leaves nothing done twice and a run that ends rightly, whichever write it died at", { timeout: 170_000 }, async () => {
    const points = await dieAndGoOn(Number.POSITIVE_INFINITY);
    assert.ok(points >= 24, `only ${points} points: the gaps were not tried`);

    for (let point = 1; point <= points; point++) await dieAndGoOn(point);
  });
});
