import { failingStatement, isDdl } from "../statement/failing-statement.ts";
import { causeOf } from "./cause.ts";
import { CONFIDENCE } from "./confidence.ts";
import { dmRetries } from "./dm-retries.ts";
import { answerIn, wordsOf } from "./error-words.ts";
import { advise, errorEvidence, seen } from "./evidence.ts";
import type { Advice, Kind } from "./finding.ts";
import { saysRelayLogMissing } from "./relay-log-missing.ts";
import type { Conclusion, SubtaskCase } from "./subtask-case.ts";

function concluded(theCase: SubtaskCase, kind: Kind, advice: Advice, confidence: number = CONFIDENCE.shown): Conclusion {
  const { errors, places, result, subtask, generation, checker } = theCase;
  const evidence = errorEvidence(errors, places.error);
  if (result.isCanceled === true) evidence.push(seen("isCanceled", "true", places.result));
  return {
    ...{ kind, confidence, evidence, advice, incident: true },
    dmRetriesByItself: dmRetries(result, subtask.unit, generation, checker),
  };
}

/** It failed, then somebody paused it so that DM leaves it alone: the person is asked before anything is offered as the way (dm-facts §2.3). */
export function failedThenStopped(theCase: SubtaskCase): Conclusion | null {
  if (theCase.result.isCanceled !== true || theCase.errors.length === 0) return null;
  const resume = { playbook: "resume-task", notBefore: null } as const;
  const restart = { playbook: "stop-start-task", notBefore: null } as const;
  return {
    ...concluded(theCase, "failed-then-stopped-by-person", advise("paused-after-the-failure", null, [resume, restart])),
    dmRetriesByItself: false,
  };
}

const DUPLICATE = /error 1062\b|duplicate entry/i;

/** `Error 1062`: replayed without safe mode, or somebody else writes downstream. DM never resumes it. */
export function duplicateEntry(theCase: SubtaskCase): Conclusion | null {
  if (!theCase.errors.some((error) => DUPLICATE.test(wordsOf(error)) && DUPLICATE.test(answerIn(error)))) return null;
  return concluded(
    theCase,
    "duplicate-entry",
    advise("find-the-second-writer", null, [{ playbook: "compare-rows", notBefore: null }]),
  );
}

const REFUSED_DDL =
  /unsupported (?:add|modify|drop|collation|charset)|cannot track ddl|error (?:1059|1117|1069|8200)\b|\[ddl:\d+\]|can't drop column with index|invalid default value for/;
const SYNTAX = /error 1064\b|you have an error in your sql syntax/;

/** A DDL that the downstream (or DM's own tracker) does not take: skipped or replaced by people, never by itself. */
export function unsupportedDdl(theCase: SubtaskCase): Conclusion | null {
  const { errors, generation } = theCase;
  const isRefused = errors.some((error) => error.code === 44006 || REFUSED_DDL.test(wordsOf(error)));
  const isNotUnderstood = errors.some((error) => SYNTAX.test(wordsOf(error)));
  if (!isRefused && !isNotUnderstood) return null;
  const failing = failingStatement(errors);
  if (failing === null ? !isRefused : !isDdl(failing.statement)) return null;
  const canSkip = failing !== null && generation !== "v1.0";
  return concluded(
    theCase,
    "unsupported-ddl",
    canSkip ? advise("skip-or-replace", "skip-or-replace-statement") : advise("skip-or-replace"),
    failing ? CONFIDENCE.shown : CONFIDENCE.wordsOnly,
  );
}

/** A login that is refused, or a right that is missing: mended outside, and looked at before the resume. */
export function accessDenied(theCase: SubtaskCase): Conclusion | null {
  const cause = causeOf(theCase.errors, theCase.subtask.unit);
  if (cause.kind !== "login" && cause.kind !== "grant") return null;
  return concluded(theCase, "access-denied", advise("mend-the-rights", "fix-and-resume"));
}

/** A table that is not there downstream, or a full disk: mended outside, and looked at before the resume. */
export function mendedOutside(theCase: SubtaskCase): Conclusion | null {
  const { kind } = causeOf(theCase.errors, theCase.subtask.unit);
  if (kind !== "missing-table" && kind !== "disk-full") return null;
  return concluded(theCase, kind, advise("mend-the-cause", "fix-and-resume"));
}

export function relayLogMissing(theCase: SubtaskCase): Conclusion | null {
  // Only the Sync unit reads the relay's files; a dump that is not there has words like these, too.
  if (theCase.subtask.unit !== "Sync" || !theCase.errors.some(saysRelayLogMissing)) return null;
  return concluded(theCase, "relay-log-missing", advise("reset-the-relay", "reset-relay"), CONFIDENCE.wordsOnly);
}
