import assert from "node:assert/strict";
import type { ActiveLease } from "../../../src/app/active-lease.ts";
import { ADMIN, APPROVER } from "../../support/engine.ts";
import { type FaultCase, TROUBLES } from "../../support/fault-case.ts";
import { movedClock } from "../../support/moved-clock.ts";

const HOUR_MS = 3_600_000;
const STOP_AND_START = ["PUT tasks 7", "POST tasks"];
const AGAIN = { as: "succeeded", says: /proved: it runs again/ } as const;
const leaseThat = (isHeld: () => boolean): ActiveLease => ({
  start: async () => {},
  stop: async () => {},
  held: () => (isHeld() ? { fence: 1, timeLeftMs: () => 600_000 } : null),
});
/** One clock a case. */
const [before, away, back, replaying, plan, plain] = Array.from({ length: 6 }, movedClock);

export const CLOCK_FAULTS: readonly FaultCase[] = [
  {
    id: "clock-ahead-before-stop",
    happens: "the clock jumps two hours ahead between vote and stop: the run's own deadline has passed",
    holds: "the run ends, nothing was changed",
    ...{ trouble: "connection", options: { clock: before! }, fault: () => before!.jump(2 * HOUR_MS) },
    ends: { as: "failed", left: "task-untouched", says: /Nothing was changed.*deadline has passed/ },
    ...{ calls: [], task: "Paused" },
  },
  {
    id: "clock-ahead-after-stop",
    happens: "the clock jumps two hours ahead while the task is stopped",
    holds: "what is away is brought back, whatever expired; the run ends behind the start and says so",
    trouble: "connection",
    options: { clock: away! },
    at: { step: "stop-task", is: "done", happen: () => away!.jump(2 * HOUR_MS) },
    ends: { as: "failed", left: "task-running", says: /left running.*deadline has passed/ },
    calls: STOP_AND_START,
  },
  {
    id: "clock-back-after-stop",
    happens: "the clock jumps an hour back while the task is stopped",
    holds: "time-outs are measured by a clock that only goes forward; the audit record keeps its order",
    trouble: "connection",
    options: { clock: back! },
    at: { step: "stop-task", is: "done", happen: () => back!.jump(-HOUR_MS) },
    ends: AGAIN,
    calls: STOP_AND_START,
  },
  {
    id: "clock-ahead-in-replay",
    happens: "the clock jumps days ahead while a file is replayed in safe mode",
    holds: "safe mode is ended first; the run ends behind that and says that it was not proved",
    trouble: "lost-row",
    options: { clock: replaying! },
    at: { step: "rewrite-checkpoint", is: "done", happen: () => replaying!.jump(200 * HOUR_MS) },
    ends: { as: "failed", left: "task-running", says: /deadline has passed/ },
    calls: ["PUT tasks 7", "PUT sources 3", "PUT sources 1", "POST tasks", ...STOP_AND_START],
    check: ({ subtask }) => assert.equal(subtask()?.definition.instances.get("replica-1")?.isSafe, false),
  },
  {
    id: "lease-lost-before-stop",
    happens: "the lease is lost between vote and stop",
    holds: "this copy makes no call and stores nothing; the one that has the lease carries the run",
    options: TROUBLES.connection.bench,
    async try(stage) {
      await TROUBLES.connection.prepare(stage);
      const id = await stage.approvedRun("stop-start-task");

      await stage
        .executorOver(
          stage.store,
          leaseThat(() => false),
        )
        .goOn(stage.signal);
      assert.equal((await stage.store.runs.get(id))?.version, 0);
      assert.deepEqual(stage.writes(), []);

      assert.equal((await stage.finish(id)).state.kind, "succeeded");
      assert.deepEqual(stage.writes(), STOP_AND_START);
    },
  },
  {
    id: "lease-lost-in-stop",
    happens: "the lease is lost while DM works on the stop",
    holds: "the call is broken off, its outcome is not stored; whoever has the lease asks DM, and does not stop it again",
    options: TROUBLES.connection.bench,
    async try(stage) {
      await TROUBLES.connection.prepare(stage);
      const id = await stage.approvedRun("stop-start-task");
      const wasAsked = () => stage.dm.calls.some(({ method }) => method === "PUT");
      stage.dm.faultNext({ matches: ({ method }) => method === "PUT", what: { kind: "hang" } });

      await stage
        .executorOver(
          stage.store,
          leaseThat(() => !wasAsked()),
        )
        .goOn(stage.signal);
      const stop = (await stage.store.runs.get(id))!.steps.find(({ step }) => step.action.kind === "stop-task");
      assert.equal(stop?.state.kind, "started");

      assert.equal((await stage.finish(id)).state.kind, "succeeded");
      assert.deepEqual(stage.writes(), STOP_AND_START);
    },
  },
  {
    id: "clock-ahead-before-vote",
    happens: "the clock jumps an hour ahead between plan and vote",
    holds: "the plan has expired: the press is refused, with what would lift it",
    options: { ...TROUBLES.connection.bench, clock: plan! },
    async try(stage) {
      await TROUBLES.connection.prepare(stage);
      const { id, digest } = await stage.plan("stop-start-task");
      plan!.jump(HOUR_MS);

      const vote = { plan: id, digest, person: APPROVER, verdict: "approve", reason: "it is needed", at: plan!.now() } as const;
      const outcome = await stage.decide.decide(vote);
      await stage.decide.expirePlans();

      assert.equal(outcome.kind === "refused" && outcome.why.key, "plan-expired");
      assert.equal((await stage.store.plans.get(id))?.state.kind, "expired");
      assert.deepEqual([await stage.store.runs.unfinished(), stage.writes()], [[], []]);
    },
  },
  {
    id: "clock-back-before-vote",
    happens: "the clock jumps an hour back between plan and vote",
    holds: "the press counts once, and the same press again is refused",
    options: { ...TROUBLES.connection.bench, clock: plain! },
    async try(stage) {
      await TROUBLES.connection.prepare(stage);
      const { id, digest } = await stage.plan("stop-start-task");
      plain!.jump(-HOUR_MS);

      const vote = { plan: id, digest, verdict: "approve", reason: "it is needed", at: plain!.now() } as const;
      const first = await stage.decide.decide({ ...vote, person: APPROVER });
      const second = await stage.decide.decide({ ...vote, person: ADMIN });

      assert.equal(first.kind, "started");
      assert.equal(second.kind === "refused" && second.why.key, "plan-approved-already");
      assert.equal((await stage.finish("R-1")).state.kind, "succeeded");
      assert.deepEqual(stage.writes(), STOP_AND_START);
    },
  },
];
