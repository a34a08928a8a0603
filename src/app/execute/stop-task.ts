import type { WriteOutcome } from "../ports/dm.ts";
import { cannotKnow, masterHolds } from "./dm-questions.ts";
import { scopeOf } from "./scope.ts";
import { type StepContext, type StepOutcome, type StepRoutine, taskOf } from "./step-action.ts";

/** Gateway operation 7, or 1 before v6. What it answers is not believed: the master's list of the task decides. */
export const stopTask: StepRoutine = {
  writes: true,
  async ask(context) {
    const holds = await masterHolds(context);
    if (typeof holds === "object") return cannotKnow(holds.why);
    return holds ? { kind: "not-yet" } : { kind: "already", proof: "the master does not list it for this source" };
  },
  async act(context) {
    const { step } = context;
    const wanted = step.action.kind === "stop-task" && step.action.op === 1 ? "stop-1" : "stop-7";
    const first = await operate(context, wanted);
    // 38041: this version does not know the operation (a build without a version stamp); the other one is then the right one.
    const outcome =
      first.kind === "refused" && first.codes.includes(38041)
        ? await operate(context, wanted === "stop-1" ? "stop-7" : "stop-1")
        : first;
    return proved(context, outcome);
  },
};

async function operate(context: StepContext, op: "stop-1" | "stop-7"): Promise<WriteOutcome> {
  const { dm, timeoutMs, signal } = context;
  return dm.operate({ task: taskOf(context), op, ...(await scopeOf(context)) }, timeoutMs, signal);
}

async function proved(context: StepContext, outcome: WriteOutcome): Promise<StepOutcome> {
  if (outcome.kind === "unknown") return { kind: "unclear", why: outcome.why };
  const holds = await masterHolds(context);
  if (holds === false) return { kind: "done", proof: "the master does not list it for this source" };
  const said = outcome.kind === "refused" ? outcome.said : "accepted, but the master still lists it";
  return holds === true ? { kind: "failed", why: said } : { kind: "unclear", why: holds.why };
}
