import { cannotKnow, subtaskAtWorker } from "./dm-questions.ts";
import { scopeOf } from "./scope.ts";
import { type StepRoutine, taskOf } from "./step-action.ts";

/** Gateway operation 3. Taken is not held: the next step watches whether it goes on. */
export const resumeTask: StepRoutine = {
  writes: true,
  async ask(context) {
    const at = await subtaskAtWorker(context);
    if (at.kind === "not-known") return cannotKnow(at.why);
    if (at.kind === "absent") return cannotKnow("the source's worker does not list the task: somebody stopped it");
    const { stage, result } = at.subtask;
    // Made a moment ago: a resume would be refused, and it goes on by itself.
    if (stage === "New") return cannotKnow("the worker is only making it (stage New)");
    const runs = (stage === "Running" || stage === "Resuming") && (result?.errors.length ?? 0) === 0;
    return runs ? { kind: "already", proof: `stage ${stage}` } : { kind: "not-yet" };
  },
  async act(context) {
    const { dm, timeoutMs, signal } = context;
    const outcome = await dm.operate({ task: taskOf(context), op: "resume", ...(await scopeOf(context)) }, timeoutMs, signal);
    switch (outcome.kind) {
      case "accepted":
        return { kind: "done", proof: "DM took it" };
      case "refused":
        return { kind: "failed", why: outcome.said };
      case "unknown":
        return { kind: "unclear", why: outcome.why };
      default:
        return outcome satisfies never;
    }
  },
};
