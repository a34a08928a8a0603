import type { DmError } from "../observation/observation.ts";
import { CONFIDENCE } from "./confidence.ts";
import { dmRetries } from "./dm-retries.ts";
import { type Side, saysNetworkFailed, sideOf } from "./error-words.ts";
import { advise, assumed, errorEvidence } from "./evidence.ts";
import { causeNeverResumed, neverResumed } from "./never-resumed.ts";
import type { Conclusion, SubtaskCase } from "./subtask-case.ts";

const SURENESS = { said: CONFIDENCE.shown, "from-unit": CONFIDENCE.sideFromUnit, guessed: CONFIDENCE.sideUnknown } as const;

/** A database that no connection reaches, on the asked side; null where the errors say something else or the other side. */
export function unreachableDatabase(theCase: SubtaskCase, side: Side["side"]): Conclusion | null {
  const { errors, result, subtask, generation, checker } = theCase;
  const failed = errors.filter(saysNetworkFailed);
  const isHiding = (error: DmError) => causeNeverResumed(error) || (neverResumed(error) && !saysNetworkFailed(error));
  if (failed.length === 0 || errors.some(isHiding)) return null;
  const sides = failed.map((error) => sideOf(error, subtask.unit));
  const best = sides.find((candidate) => candidate.sure === "said") ?? sides[0]!;
  if (best.side !== side) return null;
  const retries = dmRetries(result, subtask.unit, generation, checker);
  const evidence = errorEvidence(errors, theCase.places.error);
  if (best.sure !== "said") evidence.push(assumed("unit", `${subtask.unit} → ${side}`, "DM names no side"));
  return {
    kind: `${side}-unreachable`,
    incident: true,
    confidence: SURENESS[best.sure],
    evidence,
    dmRetriesByItself: retries,
    advice: advise(retries === true ? `mend-the-${side}` : `mend-the-${side}-and-resume`),
  };
}
