import { cannotKnow, subtaskAtWorker } from "./dm-questions.ts";
import { scopeOf } from "./scope.ts";
import { type StepRoutine, taskOf } from "./step-action.ts";
import { pause } from "./wait-until-gone.ts";

/** Gateway operation 2; proved by the worker's own word that a person paused it. */
export const pauseTask: StepRoutine = {
  writes: true,
  async ask(context) {
    const at = await subtaskAtWorker(context);
    if (at.kind === "not-known") return cannotKnow(at.why);
    if (at.kind === "absent") return cannotKnow("the source's worker does not list the task: somebody stopped it");
    const isPaused = at.subtask.stage === "Paused" && at.subtask.result?.isCanceled === true;
    return isPaused ? { kind: "already", proof: "Paused, by a person" } : { kind: "not-yet" };
  },
  async act(context) {
    const { dm, timeoutMs, signal } = context;
    const outcome = await dm.operate({ task: taskOf(context), op: "pause", ...(await scopeOf(context)) }, timeoutMs, signal);
    if (outcome.kind === "unknown") return { kind: "unclear", why: outcome.why };
    if (outcome.kind === "refused") return { kind: "failed", why: outcome.said };
    while (!signal.aborted) {
      const answer = await this.ask(context);
      if (answer.kind === "already") return { kind: "done", proof: answer.proof };
      await pause(context);
    }
    return { kind: "unclear", why: "DM took it, but the worker does not list it as paused" };
  },
};
