import type { Stage, Unit } from "../../domain/observation/observation.ts";

const STAGES: ReadonlySet<string> = new Set<Stage>([
  "New",
  "Running",
  "Paused",
  "Stopped",
  "Finished",
  "Pausing",
  "Resuming",
  "Stopping",
  "InvalidStage",
]);
const UNITS: ReadonlySet<string> = new Set<Unit>(["Check", "Dump", "Load", "Sync", "InvalidUnit"]);

/** A word that DM never used before becomes `unknown`; the caller keeps DM's own beside it. Left out (v1.0) is DM's zero value. */
export function readStage(said: string): Stage {
  if (said === "") return "InvalidStage";
  return STAGES.has(said) ? (said as Stage) : "unknown";
}

export function readUnit(said: string): Unit {
  if (said === "") return "InvalidUnit";
  return UNITS.has(said) ? (said as Unit) : "unknown";
}

/** null for what is no finite number of zero or more (NaN, negative, text). */
export function readNumber(value: unknown): number | null {
  if (value === null || value === undefined || value === "") return null;
  const number = Number(value);
  return Number.isFinite(number) && number >= 0 ? number : null;
}

export function readBinlogType(said: string): "local" | "remote" | "unknown" {
  return said === "local" || said === "remote" ? said : "unknown";
}
