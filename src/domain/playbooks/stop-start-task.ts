import { type BaseFacts, type Playbook, step } from "./playbook.ts";
import { start, stopAndWait, verify } from "./task-steps.ts";

/** The subtask is removed and made anew from the task's YAML; it goes on from its checkpoint in the downstream. */
export const stopStartTask: Playbook<BaseFacts> = {
  id: "stop-start-task",
  risk: "disruptive",
  steps: (facts) => [
    step(facts.target, { kind: "keep-task-yaml" }),
    step(facts.target, { kind: "check-before-stop" }),
    ...stopAndWait(facts, facts.target),
    start(facts.target, "original"),
    verify(facts, facts.target),
  ],
};
