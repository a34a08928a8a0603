import type { DmError } from "../observation/observation.ts";
import { CONFIDENCE } from "./confidence.ts";
import { advise, errorEvidence, seen } from "./evidence.ts";
import type { Evidence } from "./finding.ts";
import { fileNamedBy, looksLikeOver4gib } from "./over-4gib-signature.ts";
import type { Conclusion } from "./subtask-case.ts";

/**
 * The signatures of a binlog file over 4 GiB, which purged and corrupted files share: the file's size on the upstream decides, so
 * nothing is offered before it was measured. `place` names where each error stands.
 */
export function over4gibSuspected(
  errors: readonly DmError[],
  place: (index: number) => string,
  retries: boolean | null,
): Conclusion | null {
  const signs = errors.filter(looksLikeOver4gib);
  if (signs.length === 0) return null;
  const evidence: Evidence[] = errorEvidence(signs, (index) => place(errors.indexOf(signs[index]!)));
  const file = signs.map(fileNamedBy).find((name) => name !== null);
  if (file) evidence.push(seen("file to measure", file, "the error's text"));
  return {
    kind: "binlog-over-4gib-suspected",
    incident: true,
    confidence: CONFIDENCE.suspected,
    evidence,
    dmRetriesByItself: retries,
    advice: advise("measure-the-binlog-file"),
  };
}
