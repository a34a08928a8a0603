import { isAfter } from "../../domain/incident/member-progress.ts";
import type { BinlogPosition, SubtaskObservation } from "../../domain/observation/observation.ts";
import { subtaskAtWorker, wasBrokenOff } from "./dm-questions.ts";
import type { StepRoutine } from "./step-action.ts";
import { pause } from "./wait-until-gone.ts";

/** One good sample is no proof: DM says Running between two failing attempts too. */
const GOOD_SAMPLES = 3;

/** Running without an error over several samples, and the position moved or everything is synced. */
export const verifyRecovered: StepRoutine = {
  writes: false,
  ask: async () => ({ kind: "not-yet" }),
  async act(context) {
    let good = 0;
    let begin: BinlogPosition | null = null;
    let last = "no answer";
    while (!context.signal.aborted) {
      const at = await subtaskAtWorker(context);
      if (wasBrokenOff(context, at)) break;
      if (at.kind === "subtask") {
        const here = positionOf(at.subtask);
        begin ??= here;
        const runs = runsWithoutError(at.subtask);
        good = runs ? good + 1 : 0;
        last = describe(at.subtask);
        if (good >= GOOD_SAMPLES && hasMoved(at.subtask, begin, here)) return { kind: "done", proof: last };
      } else {
        good = 0;
        last = at.kind === "absent" ? "the worker does not list it" : at.why;
      }
      await pause(context);
    }
    return { kind: "failed", why: `not proved within ${context.step.atMostSeconds} s: ${last}` };
  },
};

function runsWithoutError({ stage, result }: SubtaskObservation): boolean {
  return stage === "Finished" || (stage === "Running" && (result?.errors.length ?? 0) === 0);
}

function hasMoved({ progress, stage }: SubtaskObservation, begin: BinlogPosition | null, here: BinlogPosition | null): boolean {
  if (stage === "Finished" || progress?.kind !== "sync") return true;
  return progress.synced === true || (begin !== null && here !== null && isAfter(here, begin));
}

function positionOf({ progress }: SubtaskObservation): BinlogPosition | null {
  return progress?.kind === "sync" ? progress.syncerPosition : null;
}

function describe(subtask: SubtaskObservation): string {
  const here = positionOf(subtask);
  const error = subtask.result?.errors[0];
  const place = here ? ` at ${here.file}, ${here.position}` : "";
  return `${subtask.stageAsSaid}${place}${subtask.progress?.kind === "sync" && subtask.progress.synced ? ", synced" : ""}${error ? `: ${error.rawCause || error.message}`.slice(0, 300) : ""}`;
}
