import type { UpstreamSide } from "./upstream-side.ts";

/** What a DM cluster is made of, as far as its surfaces show it. Times are milliseconds on the world's clock. */
export const VERSIONS = ["v1.0.7", "v2.0.7", "v5.3.0", "v6.5.0", "v7.5.0", "v8.1.0"] as const;
export type Version = (typeof VERSIONS)[number];

export interface DmErrorModel {
  readonly code: number;
  readonly class: string;
  readonly scope: "not-set" | "upstream" | "downstream" | "internal";
  readonly level: "low" | "medium" | "high";
  readonly message: string;
  readonly rawCause: string;
  readonly workaround: string;
}

/** What makes an error go away: DM's own next try, a person's resume, a new subtask, or a statement that is skipped or replaced. */
export type ClearedBy = "itself" | "resume" | "stop-start" | "skip" | "never";
export interface Trouble {
  readonly errors: readonly DmErrorModel[];
  readonly clearedBy: ClearedBy;
  readonly until: number;
}

/** What a subtask's sync unit keeps in memory; made from the checkpoint rows when the subtask is made, and from nothing else. */
export interface SyncMemory {
  /** How it compares places: by GTIDs only where they are in force and a set to compare is there. */
  readonly compares: "by-gtid" | "by-position";
  /** Whether its stream begins behind a GTID set; else at a file and position. */
  readonly streams: "by-gtid" | "by-position";
  /** The last end of a transaction; positions are what a header of 32 bits holds. */
  global: Position;
  /** What each table was given already. */
  readonly tables: Map<string, TablePoint>;
  /** What stands in the rows, to which a failed unit goes back. */
  flushed: { readonly global: Position; readonly tables: ReadonlyMap<string, TablePoint> };
  /** Where the reader stands, in bytes past 2^32; null: the stream is not open. */
  cursor: Cursor | null;
  /** Until then INSERT acts as REPLACE; milliseconds. */
  safeUntil: number;
  /** Safe mode holds until the reader is past this place too. */
  exitSafe: Position | null;
  /** A panic that comes once, with the first event. */
  panic: DmErrorModel | null;
  /** How often the reader of relay files met the end of a huge file and began anew. */
  resets: number;
  /** Tables that the transaction under way changed. */
  readonly touched: Set<string>;
}

export interface Cursor {
  readonly file: number;
  readonly offset: number;
  /** Where the stream was opened. */
  readonly opened: Position;
}

export interface TablePoint {
  readonly schema: string;
  /** Empty: the row of a schema. */
  readonly table: string;
  readonly at: Position;
  /** The table's columns as of then. */
  readonly columns: readonly string[];
}

/** What a person lets DM do with a statement instead of running it. */
export interface StatementOperator {
  readonly file: number;
  readonly position: number;
  readonly op: "skip" | "replace" | "inject";
  readonly statements: readonly string[];
}

export interface Subtask {
  /** The task as it was when the subtask was made. */
  readonly definition: Task;
  readonly task: string;
  readonly source: string;
  /** null: it failed before it had a unit. */
  unit: "Dump" | "Load" | "Sync" | null;
  stage: "Running" | "Paused" | "Stopped";
  isCanceled: boolean;
  errors: readonly DmErrorModel[];
  /** null: its checkpoint rows are not read yet. */
  sync: SyncMemory | null;
  synced: boolean;
  events: number;
  /** While set, resuming fails again; cleared by what it names. */
  trouble: Trouble | null;
  /** The statement that it stands at. */
  failingAt: Position | null;
  /** One thing at a time is done with it. */
  busy: Promise<void> | null;
  movedAt: number;
  attempts: number;
  resumeAt: number | null;
  flushedAt: number;
  /** The master has forgotten it, the worker still lets go until then. */
  goneAt: number | null;
  /** Started again before the worker let go: takes its place then. */
  isWanted: boolean;
  /** The shard DDL lock that it waits for, as status names it. */
  ddlLock?: string;
}

export interface Position {
  readonly file: number;
  readonly position: number;
  readonly gtid: number;
}

export interface SourceConfig {
  checkEnable: boolean;
  backoffMaxSeconds: number;
  enableGtid: boolean;
  enableRelay: boolean;
  enable: boolean;
  flavor: string;
  host: string;
  port: number;
  user: string;
  password: string;
}

/** The relay logs of a source on its worker's disk; they outlive a relay that is switched off. */
export interface RelayFolder {
  /** Counts up when the upstream becomes another server. */
  readonly subDir: string;
  /** The first file that is there; 0: none. */
  first: number;
  /** Up to where it was pulled. */
  pulled: { readonly file: number; readonly offset: number };
  /** Huge files that a person laid here whole. */
  readonly copied: Set<number>;
}

export interface Relay {
  stage: "Running" | "Paused";
  errors: readonly DmErrorModel[];
  /** Named by start-relay or OpenAPI; null: whichever worker the source is bound to. */
  worker: string | null;
  /** When it met the end of a file over 4 GiB: v1.0 stays there, later versions show it for an instant. */
  failedAt: number | null;
  /** The offset of the event that its error names. */
  complainsOf: number | null;
  movedAt: number;
}

export interface Source {
  readonly id: string;
  worker: string | null;
  config: SourceConfig;
  /** How the bound worker reads: taken from the settings when the source is bound, not when they change. */
  readsByGtid: boolean;
  readonly side: UpstreamSide;
  relay: Relay | null;
  relayFolder: RelayFolder | null;
}

export interface Worker {
  readonly name: string;
  readonly address: string;
  state: "alive" | "crashed" | "offline";
  /** When a crashed one's lease ends. */
  leaseEndsAt: number | null;
}

export interface Task {
  readonly name: string;
  readonly yaml: string;
  readonly mode: string;
  readonly sources: readonly string[];
  /** Where an incremental task begins when no checkpoint is known. */
  readonly starts: ReadonlyMap<string, Position>;
  readonly schemas: readonly string[];
  readonly metaSchema: string;
  /** By source: what of it the task replicates, where it goes, and whether safe mode is switched on. */
  readonly instances: ReadonlyMap<string, Instance>;
  readonly target: { readonly host: string; readonly port: number; readonly user: string; readonly password: string };
}

export interface Instance {
  readonly isSafe: boolean;
  /** Where rows of an upstream table go; null: they do not. The table empty: a statement about the schema. */
  readonly route: (schema: string, table: string) => { readonly schema: string; readonly table: string } | null;
}

export const isV1 = (version: Version): boolean => version.startsWith("v1.");
export function atLeast(version: Version, wanted: `v${number}.${number}`): boolean {
  const numbers = (text: string): number[] => text.slice(1).split(".").map(Number);
  const [major = 0, minor = 0] = numbers(version);
  const [wantedMajor = 0, wantedMinor = 0] = numbers(wanted);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}
/** Operation 7 (Delete) stops a task from v6.0 on, 1 (Stop) before. */
export const stopOperation = (version: Version): 1 | 7 => (atLeast(version, "v6.0") ? 7 : 1);
