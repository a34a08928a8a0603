import { CONFIDENCE } from "./confidence.ts";
import { connectionAdvice, isOtherTrouble } from "./connection-advice.ts";
import { saysInvalidConnection } from "./error-words.ts";
import { errorEvidence } from "./evidence.ts";
import type { Conclusion, SubtaskCase } from "./subtask-case.ts";

/**
 * The FAQ's first connection error: the connection broke after something was sent, so DM may not repeat the statement on its own
 * connection and hands the matter to its task checker.
 */
export function invalidConnection(theCase: SubtaskCase): Conclusion | null {
  const { errors } = theCase;
  if (!errors.some(saysInvalidConnection)) return null;
  if (isOtherTrouble(errors)) return null;
  const { retries, advice, evidence } = connectionAdvice(theCase, "invalid");
  return {
    kind: "invalid-connection",
    incident: true,
    confidence: errors.every(saysInvalidConnection) ? CONFIDENCE.shown : CONFIDENCE.wordsOnly,
    evidence: [...errorEvidence(errors, theCase.places.error), ...evidence],
    dmRetriesByItself: retries,
    advice,
  };
}
