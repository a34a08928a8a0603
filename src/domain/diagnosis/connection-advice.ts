import { DEFAULT_BACKOFF_SECONDS } from "./checker-settings.ts";
import { dmRetries } from "./dm-retries.ts";
import { advise, assumed, seen } from "./evidence.ts";
import type { Advice, Evidence } from "./finding.ts";
import { neverResumed } from "./never-resumed.ts";
import type { SubtaskCase } from "./subtask-case.ts";

/** What DM does and what is offered for the FAQ's two connection errors, by unit, generation, other errors and checker settings. */
export function connectionAdvice(
  theCase: SubtaskCase,
  word: "invalid" | "bad",
): { retries: boolean | null; advice: Advice; evidence: Evidence[] } {
  const { generation, checker, result, subtask, errors } = theCase;
  const evidence = circumstances(theCase);
  const retries = retriesAfter(theCase, word);
  const resumeThenRestart = advise("resume-now", "resume-task", [{ playbook: "stop-start-task", notBefore: null }]);
  if (errors.some(neverResumed)) return { retries: false, advice: advise("other-error-first"), evidence };
  if (result.isCanceled === true || checker?.checkEnable === false)
    return { retries: false, advice: resumeThenRestart, evidence };
  if (subtask.unit !== "Sync") return { retries, advice: resumeThenRestart, evidence };
  if (generation === "v1.0" && word === "bad")
    return { retries: false, advice: advise("stop-and-start", "stop-start-task"), evidence };
  return { retries: true, advice: afterBackoff(theCase), evidence };
}

function retriesAfter(theCase: SubtaskCase, word: "invalid" | "bad"): boolean | null {
  const { generation, result, subtask, checker } = theCase;
  const known = dmRetries(result, subtask.unit, generation, checker);
  if (known === null && generation === "v1.0" && subtask.unit === "Sync") return word === "invalid";
  return known;
}

/** DM's longest gap between two of its own attempts must have passed, counted from the first sample that showed the failure. */
function afterBackoff(theCase: SubtaskCase): Advice {
  const since = theCase.firstFailedAt ?? theCase.at;
  const offeredFrom = since + (theCase.checker?.backoffMaxSeconds ?? DEFAULT_BACKOFF_SECONDS) * 1000;
  const restart = { playbook: "stop-start-task", notBefore: null } as const;
  if (theCase.firstFailedAt !== null && theCase.at >= offeredFrom) return advise("resume-now", "resume-task", [restart]);
  return advise("wait-dm-retries", null, [{ playbook: "resume-task", notBefore: offeredFrom }, restart]);
}

function circumstances(theCase: SubtaskCase): Evidence[] {
  const { result, checker, version, generation } = theCase;
  const evidence: Evidence[] = [];
  if (result.isCanceled === true) evidence.push(seen("isCanceled", "true", "subTaskStatus.result"));
  if (result.isCanceled === null) evidence.push(assumed("pause-by-person", "false", "this surface does not say it"));
  if (version === null) evidence.push(assumed("dm-generation", generation, "the shape of the answer"));
  if (checker === null)
    evidence.push(
      assumed("checker-settings", `check-enable: true, backoff-max: ${DEFAULT_BACKOFF_SECONDS / 60}m`, "DM's defaults"),
    );
  else
    evidence.push(
      seen("checker", `check-enable: ${checker.checkEnable}, backoff-max: ${checker.backoffMaxSeconds}s`, "source config"),
    );
  return evidence;
}
