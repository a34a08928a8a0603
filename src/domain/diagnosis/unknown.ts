import { CONFIDENCE } from "./confidence.ts";
import { dmRetries } from "./dm-retries.ts";
import { saysConnectionBroke } from "./error-words.ts";
import { advise, errorEvidence, seen } from "./evidence.ts";
import type { AdviceKey } from "./finding.ts";
import { neverResumed } from "./never-resumed.ts";
import type { Conclusion, SubtaskCase } from "./subtask-case.ts";

/** Nothing that we know fits. DM's own words are shown and nobody guesses. */
export function unknown(theCase: SubtaskCase): Conclusion {
  const { subtask, errors, result, generation, checker, places } = theCase;
  const evidence = [
    ...errorEvidence(errors, places.error),
    seen("stage", subtask.stageAsSaid || "(empty)", places.subtask),
    seen("unit", subtask.unitAsSaid || "(empty)", places.subtask),
  ];
  if (result.isCanceled === true) evidence.push(seen("isCanceled", "true", places.result));
  if (errors.length === 0 && subtask.message !== "")
    evidence.push({ fact: { kind: "said", text: subtask.message }, from: `${places.subtask}.msg` });
  return {
    kind: "unknown",
    incident: true,
    confidence: CONFIDENCE.none,
    evidence,
    dmRetriesByItself: errors.length === 0 ? null : dmRetries(result, subtask.unit, generation, checker),
    advice: advise(whyOf(theCase)),
  };
}

function whyOf({ errors, subtask }: SubtaskCase): AdviceKey {
  if (errors.some(saysConnectionBroke) && errors.some(neverResumed)) return "other-error-first";
  return errors.length === 0 && NOT_STARTED.test(subtask.message) ? "no-such-task" : "ask-a-person";
}

/** What a worker says of a task that it does not hold. */
const NOT_STARTED = /^no sub task with name .* has started$/;
