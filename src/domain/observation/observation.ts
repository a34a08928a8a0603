/**
 * What one DM cluster said at one time, in our words. Every surface (gateway of v1.0 to v8.5, OpenAPI, dmctl) is turned into this
 * by `src/adapters/dm`; whatever decides reads only this.
 */
export interface Observation {
  readonly cluster: string;
  /** When the answer was complete, milliseconds since the epoch. */
  readonly at: number;
  readonly surface: Surface;
  /** The generation of DM: from the version page where it tells, else from the answer's shape. */
  readonly generation: Generation;
  /** "v8.1.0", or null where DM did not say (`Release Version: None`). */
  readonly version: string | null;
  readonly masters: readonly MasterObservation[] | null;
  readonly workers: readonly WorkerObservation[] | null;
  readonly sources: readonly SourceObservation[];
}

export type Surface = "gateway" | "dmctl" | "dmctl-error" | "openapi";

/** v1.0 keys its answers by worker and leaves out empty fields; v2 and later key them by source and write every field. */
export type Generation = "v1.0" | "v2+";

export interface MasterObservation {
  readonly name: string;
  readonly alive: boolean;
  readonly isLeader: boolean;
  readonly clientUrls: readonly string[];
}

export interface WorkerObservation {
  readonly name: string;
  readonly address: string;
  /** `unknown` where DM used a word that we do not know; it stands in `stageAsSaid`. */
  readonly stage: "offline" | "free" | "bound" | "relay" | "unknown";
  readonly stageAsSaid: string;
  readonly source: string | null;
}

export interface SourceObservation {
  readonly source: string;
  /** null when no worker is bound or DM does not say. */
  readonly worker: string | null;
  /** false when the master could not ask the worker or no worker is bound (`result: false` of this source). */
  readonly answered: boolean;
  /** Why it did not answer, or what DM added ("no sub task started"). */
  readonly message: string;
  /** Codes found in `message`, e.g. 38008. */
  readonly messageCodes: readonly number[];
  /** What went wrong on the source itself (e.g. the upstream cannot be asked), null where nothing did. */
  readonly result: ProcessResult | null;
  readonly relay: RelayObservation | null;
  readonly subtasks: readonly SubtaskObservation[];
}

export interface RelayObservation {
  readonly source: string;
  readonly worker: string | null;
  readonly stage: Stage;
  readonly stageAsSaid: string;
  readonly result: ProcessResult | null;
  readonly masterPosition: BinlogPosition | null;
  readonly relayPosition: BinlogPosition | null;
  readonly subDirectory: string;
  readonly caughtUp: boolean | null;
}

export interface SubtaskObservation {
  readonly task: string;
  readonly source: string;
  readonly worker: string | null;
  readonly stage: Stage;
  /** DM's own word, also where it is none that we know. */
  readonly stageAsSaid: string;
  readonly unit: Unit;
  readonly unitAsSaid: string;
  readonly result: ProcessResult | null;
  readonly unresolvedDdlLock: string;
  readonly progress: UnitProgress | null;
  /** What DM's continuous validation says (v6.3 and later); null where it is off or the surface does not show it. */
  readonly validation: ValidationObservation | null;
  /** Free words that DM put in place of a status ("no sub task with name X has started"). */
  readonly message: string;
}

export type Stage =
  | "New"
  | "Running"
  | "Paused"
  | "Stopped"
  | "Finished"
  | "Pausing"
  | "Resuming"
  | "Stopping"
  | "InvalidStage"
  | "unknown";

export type Unit = "Check" | "Dump" | "Load" | "Sync" | "InvalidUnit" | "unknown";

export interface ProcessResult {
  /** true: a person (or OpenAPI's stop) paused it. null: this surface does not tell. */
  readonly isCanceled: boolean | null;
  readonly errors: readonly DmError[];
}

/** One error as DM gave it. Numbers of v1.0 are turned into the words of v2. Go stack traces are cut off. */
export interface DmError {
  /** null where no code could be found. 50000 is DM's own "not one of my errors". */
  readonly code: number | null;
  readonly class: string;
  readonly scope: string;
  readonly level: string;
  readonly message: string;
  readonly rawCause: string;
  readonly workaround: string;
}

export interface ValidationObservation {
  readonly stageAsSaid: string;
  readonly errors: readonly DmError[];
  /** Rows that differ and that nobody has ignored or resolved; null where DM did not say. */
  readonly newErrorRows: number | null;
}

export type UnitProgress =
  | {
      readonly kind: "sync";
      readonly masterPosition: BinlogPosition | null;
      readonly syncerPosition: BinlogPosition | null;
      readonly masterGtid: string;
      readonly syncerGtid: string;
      readonly synced: boolean | null;
      readonly binlogType: "local" | "remote" | "unknown";
      readonly secondsBehindMaster: number | null;
      readonly totalEvents: number | null;
      readonly blockingDdls: readonly string[];
      readonly unresolvedGroups: number;
      readonly conflict: string;
    }
  | {
      readonly kind: "load";
      readonly finishedBytes: number | null;
      readonly totalBytes: number | null;
      readonly progress: string;
    }
  | {
      readonly kind: "dump";
      readonly completedTables: number | null;
      readonly totalTables: number | null;
      readonly progress: string;
    }
  | { readonly kind: "check"; readonly passed: boolean | null; readonly failed: number | null; readonly detail: string };

/** `(mysql-bin|000001.000006, 4)`: name without the relay's suffix, the suffix apart. `position` is a uint32 that wraps at 4 GiB. */
export interface BinlogPosition {
  readonly file: string;
  readonly relaySuffix: string | null;
  /** The number at the end of the file's name. */
  readonly fileNumber: number;
  readonly position: number;
}
