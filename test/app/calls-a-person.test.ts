import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { systemClock } from "../../src/adapters/clock/system-clock.ts";
import { createLog } from "../../src/adapters/log/log.ts";
import { createReminder } from "../../src/app/remind.ts";
import { createIncidentReport } from "../../src/app/report-incident.ts";
import { createPlanReport } from "../../src/app/report-plan.ts";
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

  test("and again while nobody answers, so often and no oftener; /dm status names the run meanwhile", async () => {
    await start();
    Object.assign(bench.settings.policy, { remindAfterSeconds: 600, remindAtMost: 2 });
    bench.dm.world.breakConnections("invalid-connection", "stop-start");
    bench.dm.world.refuseNextStart("the precheck does not like it");
    const id = await bench.approvedRun("stop-start-task");
    await bench.executor.goOn(bench.signal);
    let now = Date.now();
    const clock = { ...systemClock, now: () => now };
    const { store, settings } = bench;
    const reminder = createReminder({
      ...{ store, settings, clock, log: createLog("silent") },
      report: createIncidentReport({ settings, clock }),
      planReport: createPlanReport({ settings, clock }),
    });
    const calls = async () => {
      const keys = [1, 2, 3].map((again) => `run:${id}:call:${version}:${again}`);
      return (await Promise.all(keys.map((key) => store.outbox.get(key)))).filter((message) => message !== null);
    };
    const { version } = (await store.runs.get(id))!;
    const counts: number[] = [];
    for (let tick = 0; tick < 6; tick++) {
      await reminder.tick();
      counts.push((await calls()).length);
      now += 301_000;
    }

    assert.deepEqual(counts, [0, 0, 1, 1, 2, 2]);
    const [first] = await calls();
    assert.match(first!.document.headline, /R-1 still needs a person, and nobody has answered: orders @ s1\./);
    assert.ok(pings(first!));
    const asked = await bench.commands.handle({ text: "status", person: OPERATOR, channel: "C1" }, bench.signal);
    assert.match(asked.headline, /^1 run needs a person, 1 open incident$/);
    assert.match(JSON.stringify(asked.blocks), /R-1.*stands still and needs a person/);

    await bench.executor.byPerson(id, OPERATOR, "go-on");
    await bench.executor.goOn(bench.signal);
    await reminder.tick();
    assert.deepEqual(await store.records.list("run-reminder"), []);
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
