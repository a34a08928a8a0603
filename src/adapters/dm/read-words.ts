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
export function readStage(said: unknown): Stage {
  if (said === "" || said === undefined || said === null) return "InvalidStage";
  return typeof said === "string" && STAGES.has(said) ? (said as Stage) : "unknown";
}

export function readUnit(said: unknown): Unit {
  if (said === "" || said === undefined || said === null) return "InvalidUnit";
  return typeof said === "string" && UNITS.has(said) ? (said as Unit) : "unknown";
}

/** null for what is no finite number of zero or more (NaN, negative, text). int64 travel as texts through the gateway. */
export function readNumber(value: unknown): number | null {
  if ((typeof value !== "string" && typeof value !== "number") || value === "") return null;
  const number = Number(value);
  return Number.isFinite(number) && number >= 0 ? number : null;
}

export function readBinlogType(said: unknown): "local" | "remote" | "unknown" {
  return said === "local" || said === "remote" ? said : "unknown";
}

/** null: not said, or no truth value. */
export function readFlag(value: unknown): boolean | null {
  return typeof value === "boolean" ? value : null;
}
