import type { Generation, ProcessResult, Unit } from "../observation/observation.ts";
import type { CheckerSettings } from "./finding.ts";
import { neverResumed, neverResumedByV1 } from "./never-resumed.ts";

/**
 * Whether DM resumes this subtask by itself: not after a person's pause, not with an error on its never-list, not with the checker
 * switched off; a Sync unit of v2 and later otherwise yes. Load and Dump, and v1.0's other errors, are not known.
 */
export function dmRetries(
  result: ProcessResult,
  unit: Unit,
  generation: Generation,
  checker: CheckerSettings | null,
): boolean | null {
  if (result.isCanceled === true) return false;
  if (result.errors.some(generation === "v1.0" ? neverResumedByV1 : neverResumed)) return false;
  if (checker && !checker.checkEnable) return false;
  if (unit === "Sync") return generation === "v2+" ? true : null;
  return generation === "v2+" ? null : false;
}
