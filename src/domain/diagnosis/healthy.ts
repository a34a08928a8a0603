import type { SubtaskObservation } from "../observation/observation.ts";
import { CONFIDENCE } from "./confidence.ts";
import { advise, seen } from "./evidence.ts";
import type { Evidence } from "./finding.ts";
import type { Places } from "./places.ts";
import type { Conclusion, SubtaskCase } from "./subtask-case.ts";

/** Stages in which a subtask without an error is on its way; one sample of them is no incident. */
const ON_ITS_WAY: ReadonlySet<string> = new Set(["New", "Pausing", "Resuming", "Stopping"]);

export function healthy(theCase: SubtaskCase): Conclusion | null {
  const { subtask, errors, places } = theCase;
  if (errors.length > 0) return null;
  const settled = subtask.stage === "Running" || subtask.stage === "Finished";
  if (!settled && !ON_ITS_WAY.has(subtask.stage)) return null;
  if (subtask.unit === "unknown") return null;
  const evidence = [seen("stage", subtask.stageAsSaid, places.subtask)];
  if (subtask.progress?.kind === "sync" && subtask.progress.synced !== null)
    evidence.push(seen("synced", String(subtask.progress.synced), places.sync));
  const waiting = waitingForShards(subtask, places);
  return {
    kind: "healthy",
    incident: false,
    confidence: settled && waiting.length === 0 ? CONFIDENCE.shown : CONFIDENCE.wordsOnly,
    evidence: [...evidence, ...waiting],
    dmRetriesByItself: null,
    advice: advise(waiting.length > 0 ? "shards-wait-for-a-ddl" : "nothing-to-do"),
  };
}

/** A DDL that has not come from every shard yet: the usual course of a merge, so no incident in one sample, but worth a look. */
function waitingForShards(subtask: SubtaskObservation, places: Places): Evidence[] {
  const waiting: Evidence[] = [];
  const { progress, unresolvedDdlLock } = subtask;
  if (unresolvedDdlLock !== "") waiting.push(seen("shard DDL lock", unresolvedDdlLock, places.subtask));
  if (progress?.kind !== "sync") return waiting;
  if (progress.unresolvedGroups > 0)
    waiting.push(seen("unresolved shard groups", String(progress.unresolvedGroups), places.sync));
  if (progress.blockingDdls.length > 0) waiting.push(seen("blocking DDLs", progress.blockingDdls.join("; "), places.sync));
  return waiting;
}
