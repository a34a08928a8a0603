import { cannotKnow, masterHolds, subtaskAtWorker, wasBrokenOff } from "./dm-questions.ts";
import { actionOf, type StepContext, type StepRoutine } from "./step-action.ts";

const GONE = "the source's worker answers and does not list it";
const HELD = "the master lists it for this source: it was not stopped";

/** The master forgets a stopped task at once, the worker only after its transaction and its last flush: the worker's own list counts. */
export const waitUntilGone: StepRoutine = {
  writes: false,
  async ask(context) {
    if (await isHeldAfterAll(context)) return { kind: "already", proof: HELD };
    const at = await subtaskAtWorker(context);
    if (at.kind === "not-known") return cannotKnow(at.why);
    return at.kind === "absent" ? { kind: "already", proof: GONE } : { kind: "not-yet" };
  },
  async act(context) {
    let last = "no answer";
    while (!context.signal.aborted) {
      if (await isHeldAfterAll(context)) return { kind: "done", proof: HELD };
      const at = await subtaskAtWorker(context);
      if (wasBrokenOff(context, at)) break;
      if (at.kind === "absent") return { kind: "done", proof: GONE };
      last = at.kind === "not-known" ? at.why : `the worker still lists it as ${at.subtask.stageAsSaid}`;
      await pause(context);
    }
    return { kind: "failed", why: `within ${context.step.atMostSeconds} s: ${last}` };
  },
};

async function isHeldAfterAll(context: StepContext): Promise<boolean> {
  return actionOf(context, "wait-until-gone").unlessHeld === true && (await masterHolds(context)) === true;
}

/** Sleeps one poll; an abort ends the wait, not the step's own telling of it. */
export async function pause({ clock, pollMs, signal }: StepContext): Promise<void> {
  await clock.sleep(pollMs, signal).catch(() => {});
}
