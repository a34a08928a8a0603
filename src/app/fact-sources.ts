import type { DownstreamProbe, MetaProbe, MetaWriter, UpstreamProbe } from "./ports/databases.ts";
import type { DmCluster } from "./ports/dm.ts";
import type { Hashing } from "./ports/identifiers.ts";
import type { RowReader, RowWriter } from "./ports/rows.ts";
import type { TaskFiles } from "./ports/task-files.ts";
import type { WorkerHost } from "./ports/worker-host.ts";
import type { TaskYaml } from "./ports/yaml.ts";

/** Everything that plans and runs ask outside, by cluster. */
export interface FactSources {
  readonly clusters: ReadonlyMap<string, DmCluster>;
  readonly databases: ReadonlyMap<string, ClusterDatabases>;
  readonly taskFiles: TaskFiles;
  readonly yaml: TaskYaml;
  readonly hashing: Hashing;
}

/** The accounts of one cluster; null where the configuration gives none, and what it would do is shown as commands instead. */
export interface ClusterDatabases {
  readonly downstream: (DownstreamProbe & MetaProbe) | null;
  readonly metaWriter: MetaWriter | null;
  /** By source. */
  readonly upstreams: ReadonlyMap<string, UpstreamProbe>;
  /** By worker. */
  readonly workerHosts: ReadonlyMap<string, WorkerHost>;
  readonly rows: RowAccess | null;
}

/** Opens what reads or inserts rows; whoever opens it closes it. */
export interface RowAccess {
  hasUpstream(source: string): boolean;
  /** Throws for a source without an account. */
  openUpstream(source: string): RowReader;
  openDownstream(): RowReader;
  readonly mayWrite: boolean;
  /** null: no account may insert rows. */
  openWriter(): RowWriter | null;
}

const NONE: ClusterDatabases = {
  ...{ downstream: null, metaWriter: null, upstreams: new Map(), workerHosts: new Map(), rows: null },
};

export function databasesOf({ databases }: Pick<FactSources, "databases">, cluster: string): ClusterDatabases {
  return databases.get(cluster) ?? NONE;
}
