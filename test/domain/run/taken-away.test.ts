import assert from "node:assert/strict";
import { test } from "node:test";
import type { StepAction } from "../../../src/domain/plan/plan.ts";
import type { Run } from "../../../src/domain/run/run.ts";
import { sourcesTakenAway } from "../../../src/domain/run/taken-away.ts";
import { aPlan } from "../../support/samples.ts";

type Kind = "todo" | "started" | "done";
const target = { task: null, source: "s1", unit: "Relay" as const };

function runOf(...steps: readonly (readonly [StepAction, Kind])[]): Run {
  const plan = aPlan("P-1", { targets: [target] });
  const states = { todo: { kind: "todo" }, started: { kind: "started" }, done: { kind: "done", proof: "" } } as const;
  const records = steps.map(([action, kind], index) => ({
    step: { number: index + 1, target, action, atMostSeconds: 1 },
    state: states[kind],
  }));
  return { id: "R-1", plan, steps: records } as unknown as Run;
}
const STOP: StepAction = { kind: "stop-worker", worker: "w1" };
const START: StepAction = { kind: "start-worker", worker: "w1" };
const VERIFY: StepAction = { kind: "verify-relay", past: "mysql-bin.000002" };

test("a source is away from the intent to stop its worker until its relay is proved to be at work", () => {
  assert.deepEqual(sourcesTakenAway(runOf([STOP, "todo"], [START, "todo"], [VERIFY, "todo"])), []);
  assert.deepEqual(sourcesTakenAway(runOf([STOP, "started"], [START, "todo"], [VERIFY, "todo"])), ["s1"]);
  assert.deepEqual(sourcesTakenAway(runOf([STOP, "done"], [START, "done"], [VERIFY, "started"])), ["s1"]);
  assert.deepEqual(sourcesTakenAway(runOf([STOP, "done"], [START, "done"], [VERIFY, "done"])), []);
});

test("a source that was stopped is away until it is started", () => {
  const start: StepAction = { kind: "start-source", settings: { gtid: true, relay: false } };

  assert.deepEqual(sourcesTakenAway(runOf([{ kind: "stop-source" }, "done"], [start, "todo"])), ["s1"]);
  assert.deepEqual(sourcesTakenAway(runOf([{ kind: "stop-source" }, "done"], [start, "done"])), []);
});
