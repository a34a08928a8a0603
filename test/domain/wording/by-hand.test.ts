import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { StepAction } from "../../../src/domain/plan/plan.ts";
import { stepWords } from "../../../src/domain/wording/step.ts";

const byHand = (action: StepAction, generation: string): string =>
  stepWords(
    { number: 1, target: { task: "orders", source: "s1", unit: "Sync" }, action, atMostSeconds: 1 },
    { language: "en", generation, masterAddress: "dm:8261" },
  ).byHand.join("\n");

describe("commands for a person", () => {
  const SCOPED: readonly StepAction[] = [
    { kind: "stop-task", op: 7 },
    { kind: "wait-until-gone" },
    { kind: "start-task", form: "original" },
    { kind: "resume-task" },
    { kind: "pause-task" },
    { kind: "verify-recovered" },
    { kind: "watch-past-file", file: "mysql-bin.000002", sizeBytes: 1 },
  ];

  for (const action of SCOPED)
    test(`${action.kind}: v2 and later name the source, v1.0 its worker`, () => {
      assert.match(byHand(action, "v2+"), /^dmctl --master-addr dm:8261 \S+ -s s1/);
      assert.match(byHand(action, "v1.0"), /^dmctl --master-addr dm:8261 \S+ -w '<the worker of s1>'/);
    });

  test("v1.0 hands out no YAML that could be exported", () => {
    assert.match(byHand({ kind: "keep-task-yaml" }, "v2+"), /config export/);
    assert.match(byHand({ kind: "keep-task-yaml" }, "v1.0"), /^# the file that the task was started with/);
  });
});
