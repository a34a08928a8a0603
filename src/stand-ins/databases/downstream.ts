import { type CheckpointTables, checkpointTables } from "./checkpoint-tables.ts";
import { startDatabaseServer } from "./database-server.ts";
import type { MysqlServer } from "./mysql-server.ts";

export type { CheckpointRow } from "./checkpoint-tables.ts";

export interface Downstream extends MysqlServer {
  readonly checkpoints: CheckpointTables;
}

export interface DownstreamOptions {
  /** Passwords by user; without it every login works. */
  readonly users?: Readonly<Record<string, string>>;
  /** Users who may only read. */
  readonly readers?: readonly string[];
  readonly port?: number;
  /** Schemas besides DM's own. */
  readonly schemas?: readonly string[];
}

const VERSION = "8.0.11-TiDB-v8.1.0";
const VARIABLES: Readonly<Record<string, string | number>> = {
  version: VERSION,
  version_comment: "TiDB Server (Apache License 2.0), MySQL 8.0 compatible",
  autocommit: 1,
  sql_mode:
    "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION",
  time_zone: "SYSTEM",
  tx_isolation: "REPEATABLE-READ",
  transaction_isolation: "REPEATABLE-READ",
  max_allowed_packet: 67_108_864,
  max_execution_time: 0,
  tidb_txn_mode: "pessimistic",
  character_set_server: "utf8mb4",
  collation_server: "utf8mb4_bin",
};

/** A TiDB-like downstream: tables, transactions and prepared statements that work; it holds DM's checkpoint tables in `dm_meta`. */
export async function startDownstream({ readers = [], schemas = [], ...options }: DownstreamOptions = {}): Promise<Downstream> {
  const { server, engine } = await startDatabaseServer({
    ...{ version: VERSION, readers, schemas: ["dm_meta", ...schemas], collation: "utf8mb4_bin" },
    ...{ isCaseless: false, hasReturning: false, mayNotSeeBinlog: () => true, variables: () => VARIABLES },
    ...options,
  });
  return Object.assign(server, {
    checkpoints: checkpointTables(engine),
    stop: async () => {
      await server.die();
      engine.close();
    },
  });
}
