import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Step } from "../../../src/domain/plan/plan.ts";
import { newRun } from "../../../src/domain/run/new-run.ts";
import type { LeftBehind, Run, StepState } from "../../../src/domain/run/run.ts";
import { putBack } from "../../../src/domain/run/run-progress.ts";
import { runCall } from "../../../src/domain/wording/run-call.ts";
import { LEFT, runMessage } from "../../../src/domain/wording/run-message.ts";
import { stepWords } from "../../../src/domain/wording/step.ts";
import { linesOf } from "../../support/document-text.ts";
import { PLANNED, planOf } from "../../support/playbook-plans.ts";

const DONE: StepState = { kind: "done", at: 1, proof: "", alreadySo: false, caveat: null };
const RUNS: readonly Run[] = PLANNED.map((planned) => newRun("R-1", planOf(planned), 0, 60));
const unknown: StepState = { kind: "unknown", at: 1, why: "the reply was lost" };
const PUT_BACK: readonly Run[] = RUNS.flatMap((run) =>
  run.steps.map((record) =>
    putBack(
      {
        ...run,
        steps: run.steps.map((one) =>
          one.step.number < record.step.number ? { ...one, state: DONE } : one === record ? { ...one, state: unknown } : one,
        ),
      },
      "U1",
      2,
    ),
  ),
);
const STEPS = [
  ...new Map(
    [...RUNS, ...PUT_BACK].flatMap(({ steps }) =>
      steps.map(({ step }) => [JSON.stringify([step.action, step.target.task === null]), step] as const),
    ),
  ).values(),
];
const HAN = /\p{Script=Han}/u;
const ODD = /undefined|null\b|NaN|\[object|\{\w+\}(?!")/;

function words(step: Step, language: "en" | "zh") {
  return stepWords(step, { language, masterAddress: "dm:8261" });
}

describe("the words of a step", () => {
  test("are there for every kind that a plan or a put-back takes", () => {
    assert.ok(STEPS.length > 40, `only ${STEPS.length} steps`);
  });

  for (const step of STEPS)
    test(`${step.action.kind} ${JSON.stringify(step.action).slice(0, 80)}`, () => {
      const [english, chinese] = [words(step, "en"), words(step, "zh")];
      for (const part of ["title", "call", "needs", "proves", "undo"] as const) {
        assert.notEqual(english[part].trim(), "", part);
        assert.doesNotMatch(english[part], part === "call" ? /undefined|NaN|\[object/ : ODD, part);
        if (part !== "call") assert.match(chinese[part], HAN, part);
        if (part !== "call") assert.doesNotMatch(english[part], HAN, part);
      }
      assert.equal(english.byHand.length, chinese.byHand.length);
    });
});

describe("the words of a run", () => {
  const left = Object.keys(LEFT.en) as LeftBehind[];

  for (const one of left)
    test(`say in which state it leaves what it touched: ${one}`, () => {
      const run: Run = { ...RUNS[0]!, state: { kind: "needs-person", at: 1, why: "DM refused the start", left: one } };
      for (const language of ["en", "zh"] as const) {
        const lines = linesOf(runMessage(run, language)).join("\n");
        assert.ok(lines.includes(LEFT[language][one]) && lines.includes("DM refused the start"), lines);
        assert.ok(
          linesOf(runCall(run, [], false, language))
            .join("\n")
            .includes(LEFT[language][one]),
        );
      }
      assert.notEqual(LEFT.en[one], LEFT.zh[one]);
    });

  test("offer the two buttons that make sense while it waits, and none of them to an undo that can only go on", () => {
    const waiting: Run = { ...RUNS[0]!, state: { kind: "needs-person", at: 1, why: "x", left: "task-gone" } };
    assert.deepEqual(
      runMessage(waiting, "en")
        .buttons.map(({ action }) => action)
        .filter((action) => action !== "show-audit" && action !== "undo"),
      ["go-on", "put-back"],
    );
    const undo: Run = { ...waiting, plan: { ...waiting.plan, playbook: "undo" } };
    assert.deepEqual(
      runMessage(undo, "en").buttons.map(({ action }) => action),
      ["go-on", "show-audit"],
    );
  });

  test("say why the old rows are not brought back where something may have read them", () => {
    const rewind = RUNS.find(({ plan }) => plan.playbook === "rewind-sync-checkpoint")!;
    const until = (kind: string): Run => {
      const at = rewind.steps.findIndex(({ step }) => step.action.kind === kind);
      return {
        ...rewind,
        steps: rewind.steps.map((one, index) =>
          index < at ? { ...one, state: DONE } : index === at ? { ...one, state: { kind: "failed", at: 1, why: "x" } } : one,
        ),
      };
    };
    const said = (run: Run): boolean =>
      linesOf(runMessage(putBack(run, "U1", 2), "en")).some((line) => line.startsWith("Its rows had been set back"));

    assert.equal(said(until("watch-past-file")), true);
    assert.equal(said(until("start-task")), false);
    assert.match(linesOf(runMessage(putBack(until("watch-past-file"), "U1", 2), "zh")).join("\n"), /断点行已被退回/);
  });
});
