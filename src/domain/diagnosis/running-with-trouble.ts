import type { SubtaskObservation } from "../observation/observation.ts";
import { CONFIDENCE } from "./confidence.ts";
import { advise, errorEvidence, said, seen } from "./evidence.ts";
import type { Conclusion, SubtaskCase } from "./subtask-case.ts";

/**
 * What DM shows beside a green stage: shards whose DDLs contradict each other, rows that its own validation found different, a
 * validator that failed. Calling such a subtask healthy would hide it; it has no kind of its own yet.
 */
export function runningWithTrouble(theCase: SubtaskCase): Conclusion | null {
  if (theCase.errors.length > 0 || theCase.subtask.stage !== "Running") return null;
  return shardConflict(theCase) ?? rowsDiffer(theCase);
}

function shardConflict({ subtask, places }: SubtaskCase): Conclusion | null {
  if (subtask.progress?.kind !== "sync" || subtask.progress.conflict === "") return null;
  const evidence = [said(subtask.progress.conflict, `${places.sync}.conflictMsg`), stageOf(subtask, places.subtask)];
  if (subtask.unresolvedDdlLock !== "") evidence.push(seen("shard DDL lock", subtask.unresolvedDdlLock, places.subtask));
  return concluded(evidence, "settle-the-shard-conflict");
}

function rowsDiffer({ subtask, places }: SubtaskCase): Conclusion | null {
  const { validation } = subtask;
  if (!validation || (validation.errors.length === 0 && !validation.newErrorRows)) return null;
  const from = `${places.subtask}.validation`;
  const evidence = errorEvidence(validation.errors, (index) => `${from}.result.errors[${index}]`);
  if (validation.newErrorRows) evidence.push(seen("new error rows", String(validation.newErrorRows), `${from}.errorRowsStatus`));
  return concluded([...evidence, seen("validation", validation.stageAsSaid, from)], "compare-the-rows");
}

const stageOf = (subtask: SubtaskObservation, from: string) => seen("stage", subtask.stageAsSaid, from);

function concluded(evidence: Conclusion["evidence"], why: "settle-the-shard-conflict" | "compare-the-rows"): Conclusion {
  return {
    kind: "unknown",
    incident: true,
    confidence: CONFIDENCE.none,
    evidence,
    dmRetriesByItself: null,
    advice: advise(why),
  };
}
