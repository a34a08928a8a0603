import type { Cause } from "../diagnosis/cause.ts";
import { type BaseFacts, type Playbook, step, WRITE_SECONDS } from "./playbook.ts";
import { verify } from "./task-steps.ts";

export interface CauseFacts extends BaseFacts {
  readonly cause: Cause;
}

/** People mend the cause outside; it is looked at by a probe before the resume, not believed. */
export const fixAndResume: Playbook<CauseFacts> = {
  id: "fix-and-resume",
  risk: "safe",
  steps: (facts) => [
    step(facts.target, { kind: "check-cause", cause: facts.cause }),
    step(facts.target, { kind: "resume-task" }, WRITE_SECONDS),
    verify(facts, facts.target),
  ],
};
