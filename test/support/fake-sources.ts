import { sha256 } from "../../src/adapters/keys/keys.ts";
import { taskYaml } from "../../src/adapters/task-yaml/task-yaml.ts";
import type { ClusterDatabases, FactSources, RowAccess } from "../../src/app/fact-sources.ts";
import type { DownstreamProbe, MetaProbe, UpstreamProbe } from "../../src/app/ports/databases.ts";
import type { DmCluster } from "../../src/app/ports/dm.ts";
import type { TaskFile, TaskFiles } from "../../src/app/ports/task-files.ts";
import type { SurveyInput } from "../../src/app/survey/survey.ts";
import { known } from "../../src/domain/observation/known.ts";
import { NO_OPTIONS, type PlanOptions, type Target } from "../../src/domain/plan/plan.ts";
import { someSettings } from "./engine.ts";
import { FILES, GTIDS, globalRow } from "./gates/replay-cases.ts";
import { anObservation, aRelay, aSource, aSubtask } from "./observations.ts";

export const TASK_YAML = `name: orders
task-mode: incremental
meta-schema: dm_meta
target-database: {host: tidb, port: 4000, user: dm_task, password: secret}
mysql-instances:
  - source-id: s1
    meta: {binlog-name: mysql-bin.000001, binlog-pos: 4}
`;
export const SOURCE_YAML = `source-id: s1
enable-gtid: false
enable-relay: false
from: {host: mysql, port: 3306, user: dm_source, password: "******"}
`;

export interface FakeParts {
  readonly dm?: Partial<DmCluster>;
  readonly file?: TaskFile;
  readonly passwords?: { readonly downstream?: string | null; readonly source?: string | null };
  readonly downstream?: Partial<DownstreamProbe & MetaProbe> | null;
  readonly upstream?: Partial<UpstreamProbe> | null;
  readonly databases?: Partial<ClusterDatabases>;
}

const notAsked = (what: string) => (): never => {
  throw new Error(`${what} was asked, and nothing says what it answers`);
};
/** A port of which only what is given may be asked. */
export function only<Port extends object>(what: string, given: Partial<Port>): Port {
  return new Proxy(given, { get: (from, name) => Reflect.get(from, name) ?? notAsked(`${what}.${String(name)}`) }) as Port;
}

/** Everything that a survey asks outside, answering as where nothing stands in the way; each answer can be another one. */
export function fakeSources(parts: FakeParts = {}): FactSources {
  const dm: Partial<DmCluster> = {
    cluster: "shop",
    sourceStatus: async () => ({ kind: "answered", entries: [aSource([aSubtask()])] }),
    observe: async () => ({
      kind: "observed",
      observation: anObservation([aSource([aSubtask()])], { masters: [], workers: [] }),
    }),
    taskSources: async () => ({ kind: "answered", sources: ["s1"] }),
    taskConfig: async () => ({ kind: "config", yaml: TASK_YAML.replace("secret", '"******"') }),
    sourceConfig: async () => ({ kind: "config", yaml: SOURCE_YAML }),
    describeSource: async () => ({ kind: "not-offered" }),
    ...parts.dm,
  };
  const downstream: Partial<DownstreamProbe & MetaProbe> = {
    globalCheckpoint: async () => ({ kind: "row", file: "mysql-bin.004451", position: 894, gtid: "0-101-17" }),
    checkpointRows: async () => known([globalRow()]),
    tablesWithoutKey: async () => known([]),
    unfinishedDdl: async () => known({ onlineDdls: 0, shardGroups: 0 }),
    tryLogin: async () => ({ kind: "works" }),
    grantsOf: async () => known([]),
    tableExists: async () => known(true),
    ...parts.downstream,
  };
  const upstream: Partial<UpstreamProbe> = {
    binlogFiles: async () => known(FILES),
    serverName: async () => known("0-101"),
    gtidState: async () => known(GTIDS),
    previousGtids: async () => known("0-101-14"),
    eventTypeAt: async () => known("Gtid"),
    dumpStreams: async () => known([{ user: "dm_source", host: "dm", reads: "by-gtid" }]),
    tablesWithoutKey: async () => known([]),
    columnsOf: async () => known([]),
    tablesWithForeignKey: async () => known([]),
    tryLogin: async () => ({ kind: "works" }),
    grantsOf: async () => known([]),
    ...parts.upstream,
  };
  const databases: ClusterDatabases = {
    downstream: parts.downstream === null ? null : only("downstream", downstream),
    upstreams: new Map(parts.upstream === null ? [] : [["s1", only("upstream", upstream)]]),
    metaWriter: only("metaWriter", {}),
    workerHosts: new Map(),
    rows: only<RowAccess>("rows", { hasUpstream: () => true, mayWrite: true }),
    ...parts.databases,
  };
  const taskFiles: TaskFiles = {
    yamlOf: async () => parts.file ?? { kind: "file", path: "orders.yaml", text: TASK_YAML },
    downstreamPassword: () => (parts.passwords?.downstream === undefined ? "secret" : parts.passwords.downstream),
    sourcePassword: () => (parts.passwords?.source === undefined ? "source-secret" : parts.passwords.source),
  };
  return {
    clusters: new Map([["shop", only<DmCluster>("dm", dm)]]),
    ...{ databases: new Map([["shop", databases]]), taskFiles, yaml: taskYaml, hashing: sha256 },
  };
}

export const ORDERS: Target & { readonly task: string } = { task: "orders", source: "s1", unit: "Sync" };

export interface InputParts extends FakeParts {
  readonly options?: Partial<PlanOptions>;
  readonly generation?: "v1.0" | "v2+";
  readonly version?: string | null;
  readonly target?: Target;
  readonly store?: Partial<SurveyInput["store"]>;
}

export function surveyInput({
  options,
  generation = "v2+",
  version = "v8.1.0",
  target = ORDERS,
  store,
  ...parts
}: InputParts): SurveyInput {
  return {
    ...{ facts: fakeSources(parts), settings: someSettings(), cluster: "shop", generation, version },
    store: {
      runs: only<SurveyInput["store"]["runs"]>("runs", { get: async () => null }),
      records: only<SurveyInput["store"]["records"]>("records", { get: async () => null, list: async () => [] }),
      kept: only<SurveyInput["store"]["kept"]>("kept", { get: async () => null }),
      ...store,
    },
    subject: { target, options: { ...NO_OPTIONS, ...options } },
    signal: new AbortController().signal,
  };
}

export const relaySource = () => aSource([aSubtask()], { relay: aRelay() });
