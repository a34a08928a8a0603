import type { ReplicationRules } from "../../domain/comparison/replication-rules.ts";

/** Reading and comparing DM's YAML texts; the domain and the use cases see only what they need of them. */
export interface TaskYaml {
  /** What the gates and the plan need of a task's YAML; `unreadable` tells where it broke. */
  read(text: string): TaskFacts | { readonly kind: "unreadable"; readonly why: string };
  /** Keys in which the file says something other than DM's own (defaulted, masked) copy; passwords are not compared. */
  drift(fileText: string, gatewayText: string): readonly string[];
  /** The gateway's copy with `******` of the target replaced. */
  withPassword(gatewayText: string, password: string): string;
  /** Without passwords, for plans, audit and eyes. */
  masked(text: string): string;
  /** The checker of a source's configuration. */
  checkerOf(sourceText: string): { readonly checkEnable: boolean; readonly backoffMaxSeconds: number } | null;
}

export interface TaskFacts {
  readonly kind: "task";
  readonly name: string;
  readonly metaSchema: string;
  readonly taskMode: string;
  readonly removeMeta: boolean;
  readonly sources: readonly string[];
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
