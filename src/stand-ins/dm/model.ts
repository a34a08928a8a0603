/** What a DM cluster is made of, as far as its surfaces show it. Times are milliseconds on the world's clock. */
export type Version = "v1.0.7" | "v5.3.0" | "v6.5.0" | "v7.5.0" | "v8.1.0";

export interface DmErrorModel {
  readonly code: number;
  readonly class: string;
  readonly scope: "not-set" | "upstream" | "downstream" | "internal";
  readonly level: "low" | "medium" | "high";
  readonly message: string;
  readonly rawCause: string;
  readonly workaround: string;
}

export interface Subtask {
  readonly task: string;
  readonly source: string;
  unit: "Dump" | "Load" | "Sync";
  stage: "Running" | "Paused" | "Stopped";
  isCanceled: boolean;
  errors: readonly DmErrorModel[];
  position: Position;
  synced: boolean;
  events: number;
  /** While set, resuming fails again; cleared by what it names. */
  trouble: {
    readonly errors: readonly DmErrorModel[];
    readonly clearedBy: "itself" | "resume" | "stop-start" | "never";
    readonly until: number;
  } | null;
  attempts: number;
  resumeAt: number | null;
  flushedAt: number;
  /** The master has forgotten it, the worker still lets go until then. */
  goneAt: number | null;
}

export interface Position {
  readonly file: number;
  readonly position: number;
  readonly gtid: number;
}

export interface Source {
  readonly id: string;
  worker: string | null;
  config: { checkEnable: boolean; backoffMaxSeconds: number; enableGtid: boolean };
  upstream: Position;
  upstreamIsUp: boolean;
  relay: { stage: "Running" | "Paused"; errors: readonly DmErrorModel[]; position: Position } | null;
}

export interface Worker {
  readonly name: string;
  readonly address: string;
  state: "alive" | "crashed" | "offline";
}

export interface Task {
  readonly name: string;
  readonly yaml: string;
  readonly sources: readonly string[];
  readonly target: { readonly host: string; readonly port: number; readonly user: string; readonly password: string };
}

export const isV1 = (version: Version): boolean => version.startsWith("v1.");
/** Operation 7 (Delete) stops a task from v6.0 on, 1 (Stop) before. */
export const stopOperation = (version: Version): 1 | 7 => (version === "v1.0.7" || version === "v5.3.0" ? 1 : 7);

export const fileName = (position: Position): string => `mysql-bin.${String(position.file).padStart(6, "0")}`;
export const placeText = (position: Position): string => `(${fileName(position)}, ${position.position})`;
export const gtidText = (position: Position): string => `0-101-${position.gtid}`;
