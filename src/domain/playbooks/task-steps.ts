import type { Target } from "../plan/plan.ts";
import type { StartForm } from "../plan/step-action.ts";
import { type BaseFacts, type StepDraft, step, WRITE_SECONDS } from "./playbook.ts";

/** Steps that several playbooks take with a task. */
export function stopAndWait({ stopOperation, timing }: BaseFacts, target: Target): StepDraft[] {
  return [
    step(target, { kind: "stop-task", op: stopOperation }, WRITE_SECONDS),
    step(target, { kind: "wait-until-gone" }, timing.waitUntilGoneSeconds),
  ];
}

export const start = (target: Target, form: StartForm): StepDraft => step(target, { kind: "start-task", form }, WRITE_SECONDS);

export const verify = ({ timing }: BaseFacts, target: Target): StepDraft =>
  step(target, { kind: "verify-recovered" }, timing.verifySeconds);

export const compare = ({ timing }: BaseFacts, target: Target): StepDraft =>
  step(target, { kind: "compare-rows" }, timing.compareSeconds);
