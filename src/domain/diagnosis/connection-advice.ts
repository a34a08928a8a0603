import type { DmError } from "../observation/observation.ts";
import { DEFAULT_BACKOFF_SECONDS } from "./checker-settings.ts";
import { dmRetries } from "./dm-retries.ts";
import { saysConnectionBroke, saysNobodyThere } from "./error-words.ts";
import { advise, assumed, seen } from "./evidence.ts";
import type { Advice, Evidence } from "./finding.ts";
import { causeNeverResumed, neverResumed } from "./never-resumed.ts";
import type { SubtaskCase } from "./subtask-case.ts";

// A downstream that is down fails thousands of subtasks alike: what is the same for all of them is made once.
const RESTART = { playbook: "stop-start-task", notBefore: null } as const;
const RESUME_THEN_RESTART = advise("resume-now", "resume-task", [RESTART]);
const PAUSED_AFTERWARDS = advise("paused-after-the-failure", "resume-task", [RESTART]);
const DEFAULT_CHECKER = assumed(
  "checker-settings",
  `check-enable: true, backoff-max: ${DEFAULT_BACKOFF_SECONDS / 60}m`,
  "DM's defaults",
);
const assumedChecker = (seconds: number): Evidence =>
  seconds === DEFAULT_BACKOFF_SECONDS
    ? DEFAULT_CHECKER
    : assumed("checker-settings", `check-enable: true, backoff-max: ${seconds}s`, "the configuration");

/** What DM does and what is offered for the FAQ's two connection errors, by unit, generation, other errors and checker settings. */
export function connectionAdvice(
  theCase: SubtaskCase,
  word: "invalid" | "bad",
): { retries: boolean | null; advice: Advice; evidence: Evidence[] } {
  const { generation, checker, result, subtask } = theCase;
  const evidence = circumstances(theCase);
  const retries = retriesAfter(theCase, word);
  if (result.isCanceled === true) return { retries: false, advice: PAUSED_AFTERWARDS, evidence };
  if (checker?.checkEnable === false) return { retries: false, advice: RESUME_THEN_RESTART, evidence };
  if (subtask.unit !== "Sync") return { retries, advice: RESUME_THEN_RESTART, evidence };
  if (generation === "v1.0" && word === "bad")
    return { retries: false, advice: advise("stop-and-start", "stop-start-task"), evidence };
  return { retries: true, advice: afterBackoff(theCase), evidence };
}

/**
 * Errors beside which a broken connection is not the trouble: one that DM never resumes leads, because calling the mixture a
 * connection trouble would hide it; and where nothing takes connections, the broken one is only what was noticed first.
 */
export function isOtherTrouble(errors: readonly DmError[]): boolean {
  return errors.some(
    (error) => saysNobodyThere(error) || causeNeverResumed(error) || (neverResumed(error) && !saysConnectionBroke(error)),
  );
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
  const offeredFrom = since + (theCase.checker?.backoffMaxSeconds ?? theCase.backoffSecondsOtherwise) * 1000;
  if (theCase.firstFailedAt !== null && theCase.at >= offeredFrom) return RESUME_THEN_RESTART;
  return advise("wait-dm-retries", null, [{ playbook: "resume-task", notBefore: offeredFrom }, RESTART]);
}

function circumstances(theCase: SubtaskCase): Evidence[] {
  const { result, checker, version, generation } = theCase;
  const evidence: Evidence[] = [];
  if (result.isCanceled === true) evidence.push(seen("isCanceled", "true", theCase.places.result));
  if (result.isCanceled === null) evidence.push(assumed("pause-by-person", "false", "this surface does not say it"));
  if (version === null) evidence.push(assumed("dm-generation", generation, "the shape of the answer"));
  if (checker === null) evidence.push(assumedChecker(theCase.backoffSecondsOtherwise));
  else
    evidence.push(
      seen("checker", `check-enable: ${checker.checkEnable}, backoff-max: ${checker.backoffMaxSeconds}s`, "source config"),
    );
  return evidence;
}
