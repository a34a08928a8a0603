import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isChanging } from "../../../src/domain/plan/step-action.ts";
import { targetKey } from "../../../src/domain/plan/target-key.ts";
import { riskOf } from "../../../src/domain/playbooks/choose-playbook.ts";
import type { StepDraft } from "../../../src/domain/playbooks/playbook.ts";
import { PLANNED, type PlannedPlaybook } from "../../support/playbook-plans.ts";

const told = ({ steps }: PlannedPlaybook): string[] =>
  steps.map(({ action, target }) => {
    const form = "form" in action ? ` ${action.form}` : "on" in action ? ` ${action.on ? "on" : "off"}` : "";
    return `${action.kind}${form}${target.task === null ? "" : ` ${target.task}`}`;
  });
const named = (name: string): PlannedPlaybook => PLANNED.find((one) => one.name === name)!;
const isStop = ({ action }: StepDraft): boolean => ["stop-task", "stop-source", "stop-worker"].includes(action.kind);

/** The issue's order of each playbook, for one task where it is about one. */
const ORDER: Readonly<Record<string, readonly string[]>> = {
  "rewind-sync-checkpoint": [
    ...[
      "keep-task-yaml a",
      "check-before-stop a",
      "prepare-backup a",
      "stop-task a",
      "wait-until-gone a",
      "rewrite-checkpoint a",
    ],
    ...["start-task safe-mode a", "watch-past-file a", "stop-task a", "wait-until-gone a", "start-task original a"],
    ...["verify-recovered a", "compare-rows a"],
  ],
  "stop-start-task": [
    ...[
      "keep-task-yaml a",
      "check-before-stop a",
      "stop-task a",
      "wait-until-gone a",
      "start-task original a",
      "verify-recovered a",
    ],
  ],
  "replace-relay-file": [
    ...[
      "check-before-stop",
      "fetch-relay-file",
      "stop-worker",
      "put-relay-file",
      "rewrite-relay-meta",
      "start-worker",
      "verify-relay",
    ],
    ...["watch-past-file a", "watch-past-file b", "verify-recovered a", "verify-recovered b", "compare-rows a", "compare-rows b"],
  ],
  "reset-relay, by OpenAPI": [
    ...["check-before-stop", "switch-relay off", "verify-recovered a", "verify-recovered b", "switch-relay on"],
    ...["verify-relay", "verify-recovered a", "verify-recovered b"],
  ],
  "skip-or-replace-statement": ["check-before-stop a", "handle-statement a", "verify-recovered a", "compare-rows a"],
  "fix-and-resume": ["check-cause a", "resume-task a", "verify-recovered a"],
  "copy-missing-rows": ["copy-missing-rows a", "compare-rows a"],
};

describe("the steps of a playbook", () => {
  for (const [name, expected] of Object.entries(ORDER))
    test(`${name} stand in their order`, () => {
      assert.deepEqual(told(named(name)), expected);
    });

  test("switch-to-gtid by the gateway: every task stopped, the source anew, rows aligned, replayed, started with the original", () => {
    const kinds = told(named("switch-to-gtid, by the gateway"));
    const order = [
      "wait-until-gone b",
      "stop-source",
      "start-source",
      "rewrite-checkpoint a",
      "start-task safe-mode b",
      "prove-gtid-stream",
      "watch-past-file b",
      "start-task original b",
      "compare-rows b",
    ];
    assert.deepEqual(
      order.map((step) => kinds.indexOf(step)).toSorted((a, b) => a - b),
      order.map((step) => kinds.indexOf(step)),
    );
    assert.ok(!kinds.includes("") && order.every((step) => kinds.includes(step)));
  });

  test("a relay that is switched on again after a move pulls where the source is now", () => {
    const { steps } = named("switch-to-gtid, by OpenAPI and a move, relay on again");
    const [off, on] = steps.flatMap(({ action }) => (action.kind === "switch-relay" ? [action] : []));
    assert.deepEqual([off?.workers, on?.workers], [["w1"], ["w2"]]);
  });

  for (const planned of PLANNED) {
    const { name, steps, playbook } = planned;

    test(`${name}: whatever is taken away was looked at before, and its YAML kept`, () => {
      const firstStop = steps.findIndex(isStop);
      if (firstStop === -1) return assert.ok(!steps.some(isStop));
      const before = steps.slice(0, firstStop).map(({ action }) => action.kind);
      assert.ok(before.includes("check-before-stop"));
      for (const { action, target } of steps)
        if (action.kind === "stop-task")
          assert.ok(
            steps
              .slice(0, firstStop)
              .some((one) => one.action.kind === "keep-task-yaml" && targetKey(one.target) === targetKey(target)),
          );
        else if (action.kind === "stop-source") assert.ok(before.includes("keep-source-yaml"));
      assert.ok(!steps.slice(0, firstStop).some(({ action }) => isChanging(action) && action.kind !== "switch-relay"));
    });

    test(`${name}: a stop is waited for, a start in safe mode ends with a stop and the original`, () => {
      for (const [index, { action, target }] of steps.entries()) {
        const later = steps
          .slice(index + 1)
          .filter((one) => targetKey(one.target) === targetKey(target))
          .map((one) => one.action);
        if (action.kind === "stop-task") assert.equal(later[0]?.kind, "wait-until-gone");
        if (action.kind === "start-task" && action.form === "safe-mode") {
          assert.deepEqual(
            later.slice(0, 3).map(({ kind }) => kind),
            ["watch-past-file", "stop-task", "wait-until-gone"],
          );
          assert.deepEqual(
            later.find((one) => one.kind === "start-task"),
            { kind: "start-task", form: "original" },
          );
        }
      }
    });

    test(`${name}: what changes data ends with a comparison of every task's rows`, () => {
      if (riskOf(playbook) !== "data") return assert.ok(playbook !== "switch-to-gtid");
      const touched = new Set(steps.flatMap(({ target }) => (target.task === null ? [] : [targetKey(target)])));
      const compared = new Set(
        steps.flatMap(({ action, target }) => (action.kind === "compare-rows" ? [targetKey(target)] : [])),
      );
      assert.deepEqual(compared, touched);
      assert.equal(steps.at(-1)?.action.kind, "compare-rows");
    });

    test(`${name}: every step has a deadline of its own`, () => {
      assert.ok(steps.length > 0 && steps.every(({ atMostSeconds }) => atMostSeconds > 0));
    });
  }
});
