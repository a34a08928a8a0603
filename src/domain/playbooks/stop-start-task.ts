import type { Playbook } from "./playbook.ts";
import { WRITE_TIMEOUT_SECONDS } from "./playbook.ts";

/** The subtask is removed and made anew from the task's YAML; it goes on from its checkpoint in the downstream. */
export const stopStartTask: Playbook = {
  id: "stop-start-task",
  risk: "disruptive",
  steps: ({ stopOperation, waitUntilGoneSeconds, verifySeconds }) => [
    { action: { kind: "keep-task-yaml" }, atMostSeconds: 30 },
    { action: { kind: "check-before-stop" }, atMostSeconds: 30 },
    { action: { kind: "stop-task", op: stopOperation }, atMostSeconds: WRITE_TIMEOUT_SECONDS },
    { action: { kind: "wait-until-gone" }, atMostSeconds: waitUntilGoneSeconds },
    { action: { kind: "start-task" }, atMostSeconds: WRITE_TIMEOUT_SECONDS },
    { action: { kind: "verify-recovered" }, atMostSeconds: verifySeconds },
  ],
};
