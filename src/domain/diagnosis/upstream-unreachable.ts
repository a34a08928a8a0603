import type { ProcessResult, SourceObservation } from "../observation/observation.ts";
import { CONFIDENCE } from "./confidence.ts";
import { saysNetworkFailed } from "./error-words.ts";
import { advise, errorEvidence } from "./evidence.ts";
import type { Conclusion, SubtaskCase } from "./subtask-case.ts";
import { unreachableDatabase } from "./unreachable-database.ts";

/** The MySQL or MariaDB that a source reads does not take connections. */
export function upstreamUnreachable(theCase: SubtaskCase): Conclusion | null {
  return unreachableDatabase(theCase, "upstream");
}

/** DM asks the upstream for its position with every status; a source that failed to says so in its own result. */
export function sourceCannotReachUpstream(
  source: SourceObservation,
  result: ProcessResult,
  place: (index: number) => string,
): Conclusion | null {
  if (!source.answered || result.errors.length === 0 || !result.errors.some(saysNetworkFailed)) return null;
  return {
    kind: "upstream-unreachable",
    incident: true,
    confidence: CONFIDENCE.shown,
    evidence: errorEvidence(result.errors, place),
    dmRetriesByItself: null,
    advice: advise("mend-the-upstream-and-resume"),
  };
}
