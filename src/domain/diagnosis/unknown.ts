import { CONFIDENCE } from "./confidence.ts";
import { dmRetries } from "./dm-retries.ts";
import { saysBadConnection, saysInvalidConnection } from "./error-words.ts";
import { advise, errorEvidence, seen } from "./evidence.ts";
import { neverResumed } from "./never-resumed.ts";
import type { Conclusion, SubtaskCase } from "./subtask-case.ts";

/** Nothing that we know fits. DM's own words are shown and nobody guesses. */
export function unknown(theCase: SubtaskCase): Conclusion {
  const { subtask, errors, result, generation, checker } = theCase;
  const connectionToo = errors.some((error) => saysInvalidConnection(error) || saysBadConnection(error));
  const never = errors.some(neverResumed);
  const evidence = [
    ...errorEvidence(errors, "subTaskStatus.result"),
    seen("stage", subtask.stageAsSaid || "(empty)", "subTaskStatus"),
    seen("unit", subtask.unitAsSaid || "(empty)", "subTaskStatus"),
  ];
  if (result.isCanceled === true) evidence.push(seen("isCanceled", "true", "subTaskStatus.result"));
  if (errors.length === 0 && subtask.message !== "")
    evidence.push({ fact: { kind: "said", text: subtask.message }, from: "subTaskStatus.msg" });
  return {
    kind: "unknown",
    incident: true,
    confidence: CONFIDENCE.none,
    evidence,
    dmRetriesByItself: errors.length === 0 ? null : dmRetries(result, subtask.unit, generation, checker),
    advice: advise(connectionToo && never ? "other-error-first" : "ask-a-person"),
  };
}
