import { type BaseFacts, type Playbook, step, WRITE_SECONDS } from "./playbook.ts";

/** Gateway operation 2: the subtask stands still until somebody resumes it; DM does not resume it by itself. */
export const pauseTask: Playbook<BaseFacts> = {
  id: "pause-task",
  risk: "disruptive",
  steps: ({ target }) => [step(target, { kind: "pause-task" }, WRITE_SECONDS)],
};
