import type { CheckpointRow } from "../binlog/checkpoint-row.ts";
import type { BinlogFile, GtidState } from "../binlog/upstream-facts.ts";
import type { Known } from "../observation/known.ts";
import type { RelayFall } from "../signals/relay-going-back.ts";
import type { RowsSuspicion } from "../signals/rows-suspicion.ts";

/** What only the databases and several samples know of one source; null where it was not asked. */
export interface SourceKnowledge {
  readonly at: number;
  readonly files: Known<readonly BinlogFile[]>;
  /** What the server that listed them calls itself, in the words of the relay's sub-directories. */
  readonly server: Known<string>;
  readonly gtid: Known<GtidState>;
  /** How the source reads. null: not known. */
  readonly readsByGtid: boolean | null;
  /** Its setting says GTIDs, and its streams read by position all the same: it was not bound anew since. */
  readonly isNotInForce?: boolean;
  /** Rows of each task's checkpoint table for this source. */
  readonly rows: ReadonlyMap<string, Known<readonly CheckpointRow[]>>;
  readonly relayFalls: readonly RelayFall[];
}

/** What is remembered of a task: what it may be missing, and whether somebody stopped it. */
export interface TaskMemory {
  readonly suspicions: readonly RowsSuspicion[];
  readonly stopped: readonly StoppedAndForgotten[];
}

export interface StoppedAndForgotten {
  readonly task: string;
  readonly source: string;
  readonly goneSince: number;
}

export const NO_MEMORY: TaskMemory = { suspicions: [], stopped: [] };
