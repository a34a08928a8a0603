import type { RowChange } from "../binlog/checkpoint-row.ts";
import type { CheckpointRewrite } from "../plan/step-action.ts";
import { type BaseFacts, type Playbook, step, WRITE_SECONDS } from "./playbook.ts";
import { compare, start, stopAndWait, verify } from "./task-steps.ts";

export interface RewindFacts extends BaseFacts {
  readonly metaSchema: string;
  readonly backupTable: string;
  readonly file: string;
  readonly sizeBytes: number;
  /** The set before the file's first event where the source reads by GTIDs, else null. */
  readonly previousGtids: string | null;
  readonly asSeen: readonly RowChange[];
}

/**
 * The repair that the FAQ documents for the sync unit. Read by position it moves replication on and may leave rows behind without a
 * word (over-4gib-lab), so the comparison at its end is part of it.
 */
export const rewindSyncCheckpoint: Playbook<RewindFacts> = {
  id: "rewind-sync-checkpoint",
  risk: "data",
  steps: (facts) => {
    const { target, metaSchema, backupTable, file, previousGtids, asSeen } = facts;
    const rewrite: CheckpointRewrite = { form: "rewind", file, previousGtids };
    return [
      step(target, { kind: "keep-task-yaml" }),
      step(target, { kind: "check-before-stop" }),
      // Before the stop: a right that is missing is found while the task still runs.
      step(target, { kind: "prepare-backup", metaSchema, backupTable }),
      ...stopAndWait(facts, target),
      step(target, { kind: "rewrite-checkpoint", metaSchema, backupTable, rewrite, asSeen }, WRITE_SECONDS),
      start(target, "safe-mode"),
      step(target, { kind: "watch-past-file", file, sizeBytes: facts.sizeBytes }, facts.timing.passFileSeconds),
      ...stopAndWait(facts, target),
      start(target, "original"),
      verify(facts, target),
      compare(facts, target),
    ];
  },
};
