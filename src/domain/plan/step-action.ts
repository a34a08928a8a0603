import type { RowChange } from "../binlog/checkpoint-row.ts";
import type { Cause } from "../diagnosis/cause.ts";

/** What the engine can carry out. Each kind has, in `src/app/execute`, its question ("is it already so?"), its command and its proof. */
export type StepAction = KeepingAction | TaskAction | CheckpointAction | SourceAction | HostAction | StatementAction | RowAction;

/** Reads only; what is kept lies sealed in the store. */
export type KeepingAction =
  | { readonly kind: "keep-task-yaml" }
  | { readonly kind: "keep-source-yaml" }
  | { readonly kind: "check-before-stop" }
  | { readonly kind: "check-cause"; readonly cause: Cause };

export type TaskAction =
  /** Gateway operation 7, or 1 before v6.0 (dm-facts §1.2). */
  | { readonly kind: "stop-task"; readonly op: 1 | 7 }
  /** `unlessHeld`: where the master lists the task after all, the stop before it was not made and there is nothing to wait for. */
  | { readonly kind: "wait-until-gone"; readonly unlessHeld?: true }
  | { readonly kind: "start-task"; readonly form: StartForm }
  | { readonly kind: "resume-task" }
  | { readonly kind: "pause-task" }
  | { readonly kind: "verify-recovered" }
  /**
   * Until the subtask is past the file (null: there is none to pass) and past where DM had been when its rows were kept: what it wrote
   * before must not be met outside of safe mode.
   */
  | { readonly kind: "watch-past-file"; readonly file: string | null; readonly sizeBytes: number };

/** `safe-mode`: a rendered copy of the YAML; the original is never touched. */
export type StartForm = "original" | "safe-mode";

export type CheckpointAction =
  /** `backupTable`: the run's number is put behind it. */
  | { readonly kind: "prepare-backup"; readonly metaSchema: string; readonly backupTable: string }
  | {
      readonly kind: "rewrite-checkpoint";
      readonly metaSchema: string;
      readonly backupTable: string;
      readonly rewrite: CheckpointRewrite;
      /** What it would write into the rows as they were when the plan was made: to be read, not to be executed. */
      readonly asSeen: readonly RowChange[];
    }
  /** Brings the images back that the run `of` stored, while the rows are still those that it wrote. */
  | { readonly kind: "restore-checkpoint"; readonly metaSchema: string; readonly of: string };

/**
 * `rewind`: the FAQ's form, the global row and every row in the file or later to its start. `align`: every table row to the global
 * row, which stays. `rewind-all`: every row, for a file that DM is already past. (over-4gib-lab)
 */
export type CheckpointRewrite =
  | { readonly form: "rewind"; readonly file: string; readonly previousGtids: string | null }
  /** `should`: DM may pass the file by position until it has let go (it ends its transaction first): then it is `rewind-all`. */
  | { readonly form: "align"; readonly should?: { readonly havePassed: string; readonly previousGtids: string } }
  | { readonly form: "rewind-all"; readonly file: string; readonly previousGtids: string };

/** `null`: as the kept YAML of the source says. */
export interface SourceSettingsWanted {
  readonly gtid: boolean | null;
  readonly relay: boolean | null;
}

export type SourceAction =
  | { readonly kind: "stop-source" }
  | { readonly kind: "start-source"; readonly settings: SourceSettingsWanted }
  | { readonly kind: "update-source"; readonly settings: SourceSettingsWanted }
  | { readonly kind: "transfer-source"; readonly worker: string }
  /** `workers` as in `DmSources.switchRelay`. */
  | { readonly kind: "switch-relay"; readonly on: boolean; readonly workers: readonly string[] | null }
  | { readonly kind: "prove-gtid-stream" }
  /** The relay runs, and stands in a later file than this one; null: it runs and moves. */
  | { readonly kind: "verify-relay"; readonly past: string | null };

/** The same work as commands for a person, with the names of this host; absent where the host is not asked (a way back). */
interface OnHost {
  readonly worker: string;
  readonly commands?: readonly string[];
}

export type HostAction =
  /** Into a folder of its own beside the relay's, while the worker still runs. */
  | ({ readonly kind: "fetch-relay-file"; readonly file: string; readonly sizeBytes: number } & OnHost)
  | ({ readonly kind: "stop-worker" } & OnHost)
  | ({ readonly kind: "put-relay-file"; readonly file: string; readonly sizeBytes: number } & OnHost)
  | ({
      readonly kind: "rewrite-relay-meta";
      readonly file: string;
      readonly nextFile: string;
      readonly gtids: string | null;
    } & OnHost)
  | ({ readonly kind: "start-worker" } & OnHost)
  | { readonly kind: "restore-relay-files"; readonly worker: string; readonly of: string };

export interface StatementAction {
  readonly kind: "handle-statement";
  readonly how: "skip" | "replace" | "revert";
  /** The failing statement's position, in the form that DM's `-b` takes; null: where the subtask fails now. */
  readonly position: string | null;
  /** What fails, in full, as DM told it. */
  readonly statement: string;
  readonly instead: readonly string[];
}

export type RowAction =
  /** Upstream against downstream, every table that the task replicates; read-only. */
  | { readonly kind: "compare-rows" }
  /** Inserts what the comparison found missing, nothing else. */
  | { readonly kind: "copy-missing-rows"; readonly comparison: string }
  | { readonly kind: "remove-copied-rows"; readonly of: string };

/** Steps after which what the plan was bound to is not the same any more by the run's own hand. */
const CHANGING: ReadonlySet<StepAction["kind"]> = new Set<StepAction["kind"]>([
  "stop-task",
  "start-task",
  "resume-task",
  "pause-task",
  "rewrite-checkpoint",
  "restore-checkpoint",
  "stop-source",
  "start-source",
  "update-source",
  "transfer-source",
  "switch-relay",
  "stop-worker",
  "start-worker",
  "put-relay-file",
  "rewrite-relay-meta",
  "restore-relay-files",
  "handle-statement",
  "copy-missing-rows",
  "remove-copied-rows",
]);
export const isChanging = ({ kind }: StepAction): boolean => CHANGING.has(kind);
