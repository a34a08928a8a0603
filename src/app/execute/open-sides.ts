import { fileNumberOf } from "../../domain/binlog/binlog-name.ts";
import { containsSet, parseGtidSet } from "../../domain/binlog/gtid-set.ts";
import type { UpstreamPosition } from "../../domain/comparison/comparison.ts";
import type { SubtaskObservation } from "../../domain/observation/observation.ts";
import type { HasPassed } from "../compare/comparison-parts.ts";
import { type OpenReaders, openReaders } from "../compare/open-readers.ts";
import { databasesOf } from "../fact-sources.ts";
import { type StepContext, taskOf } from "./step-action.ts";

export interface OpenSides extends OpenReaders {
  readonly hasPassed: HasPassed;
}

/** Readers of both sides for these sources; null where one side has no account. */
export function openSides(context: StepContext, sources: readonly string[]): OpenSides | null {
  const readers = openReaders(databasesOf(context.facts, context.run.plan.cluster).rows, sources);
  return readers && { ...readers, hasPassed: hasPassed(context) };
}

/** The downstream has what came before a position once the subtask has flushed a checkpoint at or past it. */
function hasPassed(context: StepContext): HasPassed {
  const task = taskOf(context);
  return async (source, position, signal) => {
    const status = await context.dm.sourceStatus(source, signal);
    if (status.kind === "not-known") return false;
    const subtask = status.entries.flatMap((entry) => entry.subtasks).find((candidate) => candidate.task === task);
    return subtask !== undefined && isPast(subtask, position);
  };
}

/** Sets tell it where both sides have one: positions wrap at 4 GiB. */
export function isPast({ progress }: SubtaskObservation, position: UpstreamPosition): boolean {
  if (progress?.kind !== "sync" || !progress.syncerPosition) return false;
  const [flushed, wanted] = [parseGtidSet(progress.syncerGtid), parseGtidSet(position.gtid)];
  if (flushed && wanted && progress.syncerGtid !== "" && position.gtid !== "" && flushed.flavor === wanted.flavor)
    return containsSet(flushed, wanted);
  const { fileNumber, position: at } = progress.syncerPosition;
  const number = fileNumberOf(position.file);
  return fileNumber > number || (fileNumber === number && at >= position.position);
}
