import type { ReplicationRules } from "../../domain/comparison/replication-rules.ts";

/** Reading and comparing DM's YAML texts; the domain and the use cases see only what they need of them. */
export interface TaskYaml {
  /** What the gates and the plan need of a task's YAML; `unreadable` tells where it broke. */
  read(text: string): TaskFacts | { readonly kind: "unreadable"; readonly why: string };
  /** Shared settings that the source's instance names and nothing defines (`syncers.fast`): DM refuses the start, and the task stays gone. */
  undefinedNames(text: string, source: string): readonly string[];
  /** Keys in which the file says something other than DM's own (defaulted, masked) copy; passwords are not compared. */
  drift(fileText: string, gatewayText: string): readonly string[];
  /** The gateway's copy with `******` of the target replaced. */
  withPassword(gatewayText: string, password: string): string;
  /** Without passwords, for plans, audit and eyes. */
  masked(text: string): string;
  /**
   * A copy in which the instance of this source, and no other, has `safe-mode: true`, and its `meta` at that place (null: left alone).
   * Whatever else the file says stays as it is.
   */
  withSafeMode(
    text: string,
    source: string,
    meta: { readonly file: string; readonly position: number; readonly gtid: string } | null,
  ): string;
  isSafeMode(text: string, source: string): boolean;
  /** What plans need of a source's configuration; null: not readable. */
  readSource(text: string): SourceFacts | null;
  /** A copy with these settings and this password in place of the mask; null leaves a setting as it is. */
  withSourceSettings(
    text: string,
    settings: { readonly gtid: boolean | null; readonly relay: boolean | null; readonly password: string | null },
  ): string;
  /** The checker of a source's configuration. */
  checkerOf(sourceText: string): { readonly checkEnable: boolean; readonly backoffMaxSeconds: number } | null;
}

export interface SourceFacts {
  readonly id: string;
  readonly enableGtid: boolean;
  readonly enableRelay: boolean;
  readonly login: { readonly host: string; readonly port: number; readonly user: string };
}

export interface TaskFacts {
  readonly kind: "task";
  readonly name: string;
  readonly metaSchema: string;
  readonly removeMeta: boolean;
  /** `pessimistic`, `optimistic`, or empty: no shards are merged. */
  readonly shardMode: string;
  readonly sources: readonly string[];
  /** By source, the binlog file at which its `meta` lets an incremental task begin. */
  readonly begins: ReadonlyMap<string, string>;
  readonly target: { readonly host: string; readonly port: number; readonly user: string; readonly password: string } | null;
  /** Which rows go where: what a comparison of rows needs. */
  readonly replication: TaskReplication;
}

export type TaskReplication =
  | {
      readonly kind: "rules";
      /** `shard-mode` or `is-sharding`: tables of several sources may go into one. */
      readonly mergesShards: boolean;
      readonly sources: readonly ReplicationRules[];
    }
  | { readonly kind: "unreadable"; readonly why: string };
