import { type BaseFacts, type Playbook, step } from "./playbook.ts";
import { start, verify } from "./task-steps.ts";

/** A task that DM does not hold is started from its YAML; it goes on from the checkpoint that its stop left. */
export const startTask: Playbook<BaseFacts> = {
  id: "start-task",
  risk: "disruptive",
  steps: (facts) => [
    step(facts.target, { kind: "keep-task-yaml" }),
    step(facts.target, { kind: "check-before-stop" }),
    start(facts.target, "original"),
    verify(facts, facts.target),
  ],
};
