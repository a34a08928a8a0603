import type { Observation, SourceObservation } from "../../domain/observation/observation.ts";

/** One DM cluster, read and written through its masters. Never throws for what DM or the network does: outcomes are values. */
export interface DmCluster extends DmSources {
  readonly cluster: string;
  /** Status of everything, members and version in one go. */
  observe(signal: AbortSignal): Promise<ObserveOutcome>;
  /** `GET status/?sources=…`: the only answer that tells whether a worker has let go of a subtask (over-4gib-lab). */
  sourceStatus(source: string, signal: AbortSignal): Promise<SourceStatusOutcome>;
  /** `GET status/{task}`: which sources the master holds the task for; it answers "gone" as soon as a stop was taken. */
  taskSources(task: string, signal: AbortSignal): Promise<TaskSourcesOutcome>;
  /** `GET tasks/{task}?type=1`: the gateway's own copy, password masked. Not there in v1.0. */
  taskConfig(task: string, signal: AbortSignal): Promise<ConfigOutcome>;
  /** `GET tasks/{source}?type=4`. Not there in v1.0. */
  sourceConfig(source: string, signal: AbortSignal): Promise<ConfigOutcome>;
  /** `PUT tasks/{task}` with exactly these sources. `accepted` proves nothing: read the state again. */
  operate(call: OperateCall, timeoutMs: number, signal: AbortSignal): Promise<WriteOutcome>;
  /** `POST tasks` with exactly these sources, `removeMeta` always false. */
  startTask(call: StartCall, timeoutMs: number, signal: AbortSignal): Promise<WriteOutcome>;
  /** `PUT errors` for one source. Its answer is read element by element; what follows is read from the status (dm-facts §1.2). */
  handleStatement(call: StatementCall, timeoutMs: number, signal: AbortSignal): Promise<WriteOutcome>;
}

/** Sources and their relays. The gateway stops and starts sources (v2 and later); relay and settings of a source go by OpenAPI, which may be off. */
export interface DmSources {
  /** `PUT sources` op 3: the source is unbound and its relay ends with it; refused while tasks or named relay workers are there (46010, 46023). */
  stopSource(source: string, timeoutMs: number, signal: AbortSignal): Promise<WriteOutcome>;
  /** `PUT sources` op 1 with a YAML whose password is in the clear: the source is bound anew, so its settings are in force (over-4gib-lab). */
  startSource(yaml: string, timeoutMs: number, signal: AbortSignal): Promise<WriteOutcome>;
  /** The source as OpenAPI describes it, password masked. */
  describeSource(source: string, signal: AbortSignal): Promise<SourceDescription>;
  /** OpenAPI PUT: changes the settings alone; a worker that holds the source goes on with its old ones (over-4gib-lab). */
  updateSource(source: string, description: JsonObject, timeoutMs: number, signal: AbortSignal): Promise<WriteOutcome>;
  transferSource(source: string, worker: string, timeoutMs: number, signal: AbortSignal): Promise<WriteOutcome>;
  /** `workers` null: no list is sent; an empty list means the relay that the source's own setting switched on (dm-facts §1.3, 46031). */
  switchRelay(
    call: { readonly source: string; readonly on: boolean; readonly workers: readonly string[] | null },
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<WriteOutcome>;
}

export type JsonObject = Readonly<Record<string, unknown>>;

export type SourceDescription =
  | { readonly kind: "described"; readonly description: JsonObject }
  | { readonly kind: "absent" }
  /** OpenAPI is off (DM's default) or this DM has none. */
  | { readonly kind: "not-offered" }
  | { readonly kind: "not-known"; readonly why: string };

export interface StatementCall {
  readonly task: string;
  readonly source: string;
  readonly how: "skip" | "replace" | "revert";
  /** `mysql-bin|000001.000003:3270`; null: where the subtask fails now. */
  readonly position: string | null;
  /** For `replace`: what is executed instead. */
  readonly statements: readonly string[];
}

export interface OperateCall {
  readonly task: string;
  readonly sources: readonly string[];
  /** v1.0 scopes by worker address instead of source; null for v2 and later. */
  readonly workers: readonly string[] | null;
  readonly op: "stop-1" | "stop-7" | "pause" | "resume";
}

export interface StartCall {
  readonly task: string;
  readonly yaml: string;
  readonly sources: readonly string[];
  /** As in `OperateCall`. */
  readonly workers: readonly string[] | null;
}

export type ObserveOutcome =
  | { readonly kind: "observed"; readonly observation: Observation }
  | { readonly kind: "unreachable"; readonly tried: readonly { readonly master: string; readonly why: string }[] }
  /** A master answered something that no DM says: HTML, cut-off JSON, too large. */
  | { readonly kind: "unreadable"; readonly master: string; readonly expected: string; readonly broke: string };

export type SourceStatusOutcome =
  | { readonly kind: "answered"; readonly entries: readonly SourceObservation[] }
  | { readonly kind: "not-known"; readonly why: string };

export type TaskSourcesOutcome =
  | { readonly kind: "answered"; readonly sources: readonly string[] }
  | { readonly kind: "gone" }
  | { readonly kind: "not-known"; readonly why: string };

export type ConfigOutcome =
  | { readonly kind: "config"; readonly yaml: string }
  | { readonly kind: "absent"; readonly why: string }
  | { readonly kind: "not-offered" }
  | { readonly kind: "not-known"; readonly why: string };

export type WriteOutcome =
  | { readonly kind: "accepted"; readonly said: string }
  | { readonly kind: "refused"; readonly said: string; readonly codes: readonly number[] }
  /** The reply was lost or late: the effect may or may not be there. */
  | { readonly kind: "unknown"; readonly why: string };
