import type { Playbook } from "./playbook.ts";
import { WRITE_TIMEOUT_SECONDS } from "./playbook.ts";

/** Gateway operation 3. The subtask keeps its memory: nothing is read again, nothing is dumped again. */
export const resumeTask: Playbook = {
  id: "resume-task",
  risk: "safe",
  steps: ({ verifySeconds }) => [
    { action: { kind: "resume-task" }, atMostSeconds: WRITE_TIMEOUT_SECONDS },
    { action: { kind: "verify-recovered" }, atMostSeconds: verifySeconds },
  ],
};
