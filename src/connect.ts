import { createDownstreamProbe } from "./adapters/databases/downstream-probe.ts";
import { createMetaWriter } from "./adapters/databases/meta-writer.ts";
import { createRowReader } from "./adapters/databases/row-reader.ts";
import { createRowWriter } from "./adapters/databases/row-writer.ts";
import { createUpstreamProbe } from "./adapters/databases/upstream-probe.ts";
import { createDmCluster } from "./adapters/dm/dm-cluster.ts";
import { sha256 } from "./adapters/keys/keys.ts";
import { createTaskFiles } from "./adapters/task-files/task-files.ts";
import { taskYaml } from "./adapters/task-yaml/task-yaml.ts";
import { createByHandHost } from "./adapters/worker-host/by-hand-host.ts";
import { createCommandHost } from "./adapters/worker-host/command-host.ts";
import type { ClusterDatabases, FactSources, RowAccess } from "./app/fact-sources.ts";
import type { Clock } from "./app/ports/clock.ts";
import type { DmCluster } from "./app/ports/dm.ts";
import type { Log } from "./app/ports/log.ts";
import type { ClusterConnection, Config, Login } from "./config/config.ts";
import { type Known, known, notKnown } from "./domain/observation/known.ts";

const DM_ANSWERS_WITHIN_MS = 10_000;
const DATABASE_ANSWERS_WITHIN_MS = 5_000;
/** A write may have to wait for a lock. */
const DATABASE_WRITES_WITHIN_MS = 20_000;
/** One part of a comparison; what takes longer is asked for in smaller parts. */
const ROWS_WITHIN_MS = 30_000;

/** Everything outside that plans and runs ask, for the clusters of the configuration. Nothing is connected before it is asked. */
export function connectOutside({ clusters }: Pick<Config, "clusters">, { clock, log }: { clock: Clock; log: Log }): FactSources {
  const byDm = byName(clusters, ({ name, masters, tls }) =>
    createDmCluster({ name, masters, tls, readTimeoutMs: DM_ANSWERS_WITHIN_MS, clock, log }),
  );
  return {
    clusters: byDm,
    databases: byName(clusters, (cluster) => databasesOfCluster(cluster, byDm.get(cluster.name)!)),
    taskFiles: createTaskFiles({
      clusters: byName(clusters, ({ taskFolder: folder, taskFiles: files, taskPassword: downstreamPassword, sources }) => ({
        ...{ folder, files, downstreamPassword },
        sourcePasswords: new Map(
          [...sources].flatMap(([id, { password }]) => (password === null ? [] : [[id, password] as const])),
        ),
      })),
    }),
    yaml: taskYaml,
    hashing: sha256,
  };
}

function databasesOfCluster(
  { downstream, metaWriter, rowWriter, sources, workerHosts }: ClusterConnection,
  dm: DmCluster,
): ClusterDatabases {
  const workerAlive = (worker: string, signal: AbortSignal) => aliveByDm(dm, worker, signal);
  const probing = { timeoutMs: DATABASE_ANSWERS_WITHIN_MS };
  return {
    downstream: downstream ? createDownstreamProbe({ login: downstream, ...probing }) : null,
    workerHosts: new Map(
      workerHosts.map((host) => [
        host.worker,
        host.form === "by-hand" ? createByHandHost(host, { workerAlive }) : createCommandHost(host),
      ]),
    ),
    rows: downstream ? rowAccess(downstream, rowWriter, sources) : null,
    metaWriter: metaWriter ? createMetaWriter({ login: metaWriter, timeoutMs: DATABASE_WRITES_WITHIN_MS }) : null,
    upstreams: new Map(
      [...sources].flatMap(([id, { upstream }]) =>
        upstream ? [[id, createUpstreamProbe({ login: upstream, ...probing })] as const] : [],
      ),
    ),
  };
}

/** Rows are read with the accounts that probe: both only read. */
function rowAccess(downstream: Login, rowWriter: Login | null, sources: ClusterConnection["sources"]): RowAccess {
  const reading = (login: Login) => ({ login, connectTimeoutMs: DATABASE_ANSWERS_WITHIN_MS, statementTimeoutMs: ROWS_WITHIN_MS });
  return {
    hasUpstream: (source) => sources.get(source)?.upstream != null,
    openUpstream(source) {
      const upstream = sources.get(source)?.upstream;
      if (!upstream) throw new Error(`no account reads the upstream of ${source}`);
      return createRowReader(reading(upstream));
    },
    openDownstream: () => createRowReader(reading(downstream)),
    mayWrite: rowWriter !== null,
    openWriter: () => (rowWriter ? createRowWriter(reading(rowWriter)) : null),
  };
}

/** Whether DM counts a worker as alive: what can be seen of a host that only people reach. */
async function aliveByDm(dm: DmCluster, worker: string, signal: AbortSignal): Promise<Known<boolean>> {
  const outcome = await dm.observe(signal);
  if (outcome.kind !== "observed") return notKnown("no DM-master answers");
  const found = outcome.observation.workers?.find(({ name }) => name === worker);
  return found ? known(found.stage !== "offline") : notKnown(`DM lists no worker ${worker}`);
}

function byName<T>(clusters: Config["clusters"], make: (cluster: ClusterConnection) => T): Map<string, T> {
  return new Map(clusters.map((cluster) => [cluster.name, make(cluster)]));
}
