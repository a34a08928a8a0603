import { CONFIDENCE } from "./confidence.ts";
import { connectionAdvice, isOtherTrouble } from "./connection-advice.ts";
import { saysBadConnection } from "./error-words.ts";
import { errorEvidence } from "./evidence.ts";
import type { Conclusion, SubtaskCase } from "./subtask-case.ts";

/**
 * The FAQ's second connection error: the driver had no usable connection and sent nothing. Asked before `invalid-connection`,
 * because on v1.0 this is the one of the two that does not heal by itself.
 */
export function badConnection(theCase: SubtaskCase): Conclusion | null {
  const { errors } = theCase;
  if (!errors.some(saysBadConnection)) return null;
  if (isOtherTrouble(errors)) return null;
  const { retries, advice, evidence } = connectionAdvice(theCase, "bad");
  return {
    kind: "bad-connection",
    incident: true,
    confidence: errors.every(saysBadConnection) ? CONFIDENCE.shown : CONFIDENCE.wordsOnly,
    evidence: [...errorEvidence(errors, theCase.places.error), ...evidence],
    dmRetriesByItself: retries,
    advice,
  };
}
