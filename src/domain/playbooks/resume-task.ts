import { type BaseFacts, type Playbook, step, WRITE_SECONDS } from "./playbook.ts";
import { verify } from "./task-steps.ts";

/** Gateway operation 3. The subtask keeps its memory: nothing is read again, nothing is dumped again. */
export const resumeTask: Playbook<BaseFacts> = {
  id: "resume-task",
  risk: "safe",
  steps: (facts) => [step(facts.target, { kind: "resume-task" }, WRITE_SECONDS), verify(facts, facts.target)],
};
