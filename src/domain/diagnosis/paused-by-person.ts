import { CONFIDENCE } from "./confidence.ts";
import { advise, assumed, seen } from "./evidence.ts";
import type { Conclusion, SubtaskCase } from "./subtask-case.ts";

/** Paused with `isCanceled` and without an error, or stopped: somebody wants it so. No incident, nothing to press. */
export function pausedByPerson(theCase: SubtaskCase): Conclusion | null {
  const { subtask, result, errors, places } = theCase;
  if (errors.length > 0) return null;
  const stopped = subtask.stage === "Stopped";
  if (!stopped && subtask.stage !== "Paused") return null;
  // A worker that starts again, or a relay that is toggled, makes the subtask anew in the
  // stage that a person asked for, without a result; an error would have left one.
  const madeAnew = subtask.result === null;
  if (!stopped && result.isCanceled === false && !madeAnew) return null;
  const evidence = [seen("stage", subtask.stageAsSaid, places.subtask)];
  if (result.isCanceled === true) evidence.push(seen("isCanceled", "true", places.result));
  else if (madeAnew && !stopped) evidence.push(seen("result", "null", places.result));
  else if (!stopped)
    evidence.push(assumed("pause-by-person", "true", "paused without an error; this surface does not say by whom"));
  return {
    kind: "paused-by-person",
    incident: false,
    confidence: result.isCanceled === true ? CONFIDENCE.shown : CONFIDENCE.wordsOnly,
    evidence,
    dmRetriesByItself: false,
    advice: advise("leave-it-to-the-person"),
  };
}
