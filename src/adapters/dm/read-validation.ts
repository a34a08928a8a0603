import type { ValidationObservation } from "../../domain/observation/observation.ts";
import { cleanText, readResult } from "./read-error.ts";

/** Continuous validation of v6.3 and later. `errorRowsStatus` is words and numbers: `new/ignored/resolved: 3/0/0`. */
export function readValidation(raw: unknown): ValidationObservation | null {
  if (raw === null || typeof raw !== "object" || Array.isArray(raw)) return null;
  const { stage, result, errorRowsStatus } = raw as Readonly<Record<string, unknown>>;
  const counts = /new\/ignored\/resolved: *(\d{1,15})\//.exec(cleanText(errorRowsStatus));
  return {
    stageAsSaid: cleanText(stage),
    errors: readResult(result)?.errors ?? [],
    newErrorRows: counts ? Number(counts[1]) : null,
  };
}
