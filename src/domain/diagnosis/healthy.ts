import { CONFIDENCE } from "./confidence.ts";
import { advise, seen } from "./evidence.ts";
import type { Conclusion, SubtaskCase } from "./subtask-case.ts";

/** Stages in which a subtask without an error is on its way; one sample of them is no incident. */
const ON_ITS_WAY: ReadonlySet<string> = new Set(["New", "Pausing", "Resuming", "Stopping"]);

export function healthy(theCase: SubtaskCase): Conclusion | null {
  const { subtask, errors } = theCase;
  if (errors.length > 0) return null;
  const settled = subtask.stage === "Running" || subtask.stage === "Finished";
  if (!settled && !ON_ITS_WAY.has(subtask.stage)) return null;
  if (subtask.unit === "unknown") return null;
  const evidence = [seen("stage", subtask.stageAsSaid, "subTaskStatus")];
  const { progress } = subtask;
  if (progress?.kind === "sync") {
    if (progress.synced !== null) evidence.push(seen("synced", String(progress.synced), "subTaskStatus.sync"));
    if (progress.conflict !== "") evidence.push(seen("shard conflict", progress.conflict, "subTaskStatus.sync"));
    if (progress.unresolvedGroups > 0)
      evidence.push(seen("unresolved shard groups", String(progress.unresolvedGroups), "subTaskStatus.sync"));
  }
  if (subtask.unresolvedDdlLock !== "") evidence.push(seen("shard DDL lock", subtask.unresolvedDdlLock, "subTaskStatus"));
  return {
    kind: "healthy",
    incident: false,
    confidence: settled ? CONFIDENCE.shown : CONFIDENCE.wordsOnly,
    evidence,
    dmRetriesByItself: null,
    advice: advise("nothing-to-do"),
  };
}
