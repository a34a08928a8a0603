import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { type Bench, type BenchOptions, OPERATOR, startBench } from "../support/engine.ts";

let bench: Bench;
const start = async (options?: BenchOptions): Promise<void> => {
  bench = await startBench(options);
  Object.assign(bench.settings.clusters[0]!.onCallGroup, { critical: "S0ONCALL", warning: "S0ONCALL" });
};
afterEach(() => bench.stop());
const callOf = async (id: string) => bench.store.outbox.get(`run:${id}:call:${(await bench.store.runs.get(id))!.version}`);
const pings = (message: Awaited<ReturnType<typeof callOf>>): boolean =>
  JSON.stringify(message?.document).includes('{"kind":"mention","of":"group","id":"S0ONCALL"}');

describe("who is on call is called by a message of its own, because edits notify nobody", () => {
  test("when a stopped task does not come back, and again when the run stands still again", async () => {
    await start();
    bench.dm.world.breakConnections("invalid-connection", "stop-start");
    bench.dm.world.refuseNextStart("the precheck does not like it");
    const id = await bench.approvedRun("stop-start-task");
    await bench.executor.goOn(bench.signal);
    const first = await callOf(id);

    assert.match(first?.document.headline ?? "", /R-1 needs a person: orders @ s1\. The task is stopped and not started\./);
    assert.equal(first?.threadOf, "incident:I-1:card");
    assert.ok(pings(first));

    bench.dm.world.refuseNextStart("it still does not");
    await bench.executor.byPerson(id, OPERATOR, "go-on");
    await bench.executor.goOn(bench.signal);
    const second = await callOf(id);

    assert.ok(pings(second));
    assert.notEqual(second?.key, first?.key);
  });

  test("when every playbook that may be offered was used up without effect", async () => {
    await start({ version: "v1.0.7" });
    Object.assign(bench.settings.policy, { verifySeconds: 1 });
    bench.dm.world.breakConnections("bad-connection", "stop-start");
    const { errors } = bench.dm.world.subtask("orders", "s1")!;
    for (let run = 1; run <= 2; run++) {
      assert.equal(await bench.store.outbox.get("incident:I-1:used-up"), null);
      bench.dm.world.failSubtask("orders", "s1", errors, "never");
      await bench.approvedRun("stop-start-task");
      await bench.executor.goOn(bench.signal);
    }

    const incident = await bench.store.incidents.get("I-1");
    assert.equal(incident?.treatments["stop-start-task"]?.ineffective, 2);
    assert.ok(pings(await bench.store.outbox.get("incident:I-1:used-up")));
  });

  test("at once when a trouble comes back on which everything was tried", async () => {
    await start({ version: "v1.0.7" });
    Object.assign(bench.settings.policy, { ineffectiveRunsAtMost: 1 });
    const breakOnce = async (): Promise<void> => {
      bench.dm.world.breakConnections("bad-connection", "stop-start");
      await bench.poll();
    };
    await breakOnce();
    await bench.approvedRun("stop-start-task");
    await bench.executor.goOn(bench.signal);
    const isClosed = async () => (await bench.store.incidents.get("I-1"))?.state === "closed";
    for (let poll = 0; poll < 20 && !(await isClosed()); poll++) await bench.poll();
    assert.ok(await isClosed());
    assert.equal(await bench.store.outbox.get("incident:I-1:used-up"), null);

    await breakOnce();

    const back = await bench.store.incidents.get("I-2");
    assert.equal(back?.relapseOf, "I-1");
    assert.ok(pings(await bench.store.outbox.get("incident:I-2:used-up")));
    const card = JSON.stringify((await bench.store.outbox.get("incident:I-2:card"))?.document);
    assert.match(card, /Back again.*I-1/);
    assert.doesNotMatch(card, /Show plan/);
  });

  test("not before the playbook that ran has had its time to show", async () => {
    await start({ version: "v1.0.7" });
    Object.assign(bench.settings.policy, { verifySeconds: 1, coolDownSeconds: 600 });
    bench.dm.world.breakConnections("bad-connection", "stop-start");
    const { errors } = bench.dm.world.subtask("orders", "s1")!;
    bench.dm.world.failSubtask("orders", "s1", errors, "never");
    await bench.approvedRun("stop-start-task");
    await bench.executor.goOn(bench.signal);
    bench.dm.world.failSubtask("orders", "s1", errors, "never");
    await bench.poll();

    assert.match((await bench.why("stop-start-task")).join(), /needs time to show. It may be asked for again from/);
    const card = JSON.stringify((await bench.store.outbox.get("incident:I-1:card"))?.document);
    assert.match(card, /will be offered from/);
  });
});
