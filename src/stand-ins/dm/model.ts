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

export interface Subtask {
  readonly task: string;
  readonly source: string;
  /** null: it failed before it had a unit. */
  unit: "Dump" | "Load" | "Sync" | null;
  stage: "Running" | "Paused" | "Stopped";
  isCanceled: boolean;
  errors: readonly DmErrorModel[];
  position: Position;
  /** Upstream tables that it holds a checkpoint for. */
  readonly tables: readonly { readonly schema: string; readonly table: string }[];
  synced: boolean;
  events: number;
  /** While set, resuming fails again; cleared by what it names. */
  trouble: Trouble | null;
  /** Statements that a person had skipped or replaced. */
  readonly handled: string[];
  attempts: number;
  resumeAt: number | null;
  flushedAt: number;
  /** The master has forgotten it, the worker still lets go until then. */
  goneAt: number | null;
  /** Started again before the worker let go: takes its place then. */
  isWanted: boolean;
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
}

export interface Relay {
  stage: "Running" | "Paused";
  errors: readonly DmErrorModel[];
  position: Position;
  /** Named by start-relay or OpenAPI; null: whichever worker the source is bound to. */
  worker: string | null;
  /** The file that it pulls again and again. */
  stuckOn: { readonly file: number; readonly since: number; readonly cycleMs: number } | null;
}

export interface Source {
  readonly id: string;
  worker: string | null;
  config: SourceConfig;
  /** How the bound worker reads: taken from the settings when the source is bound, not when they change. */
  readsByGtid: boolean;
  upstream: Position;
  upstreamIsUp: boolean;
  /** Files over 4 GiB that the upstream wrote. */
  readonly hugeFiles: Set<number>;
  relay: Relay | null;
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
  readonly target: { readonly host: string; readonly port: number; readonly user: string; readonly password: string };
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

export const fileName = (position: Position): string => `mysql-bin.${String(position.file).padStart(6, "0")}`;
export const placeText = (position: Position): string => `(${fileName(position)}, ${position.position})`;
export const gtidText = (position: Position): string => (position.gtid === 0 ? "" : `0-101-${position.gtid}`);
export const gtidNumber = (text: string): number => Number(/^\d+-\d+-(\d+)$/.exec(text)?.[1] ?? 0);
export const fileNumber = (name: string): number => Number(/\.(\d+)$/.exec(name)?.[1] ?? 1);
export const isBehind = (a: Position, b: Position): boolean => a.file < b.file || (a.file === b.file && a.position < b.position);
