import { type BaseFacts, type Playbook, step } from "./playbook.ts";
import { stopAndWait } from "./task-steps.ts";

/** The task is taken away from the source; its checkpoint and its YAML are kept, so that it can be started again. */
export const stopTask: Playbook<BaseFacts> = {
  id: "stop-task",
  risk: "disruptive",
  steps: (facts) => [
    step(facts.target, { kind: "keep-task-yaml" }),
    step(facts.target, { kind: "check-before-stop" }),
    ...stopAndWait(facts, facts.target),
  ],
};
