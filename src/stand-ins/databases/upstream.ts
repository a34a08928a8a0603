import { randomUUID } from "node:crypto";
import { Binlog, type Pretended } from "./binlog.ts";
import { aboutBinlog, type BinlogServer, binlogVariables } from "./binlog-answers.ts";
import { startDatabaseServer } from "./database-server.ts";
import type { Answer, MysqlServer, Session } from "./mysql-server.ts";

export type BinlogState = Pretended;

/** A replica that reads the binlog: as the list of processes shows it. */
export interface DumpStream {
  readonly user: string;
  readonly byGtid: boolean;
}

export interface Upstream extends MysqlServer {
  readonly binlog: Binlog;
  /** An account that may do everything. */
  readonly owner: { readonly user: string; readonly password: string };
  /** Where the upstream's binlog stands now: a history without rows. */
  tell(state: BinlogState): void;
  /** Files before this one are gone. */
  purgeBefore(file: number): void;
  /** What the list of processes shows of replicas. */
  showStreams(streams: () => readonly DumpStream[]): void;
}

export interface UpstreamOptions {
  readonly users?: Readonly<Record<string, string>>;
  /** Users who may only read. */
  readonly readers?: readonly string[];
  /** Users who are not told of binary logs. */
  readonly withoutBinlog?: readonly string[];
  readonly port?: number;
  readonly flavor?: "mariadb" | "mysql" | "mysql-8.4";
  readonly gtidMode?: boolean;
  readonly schemas?: readonly string[];
}

const VERSIONS = { mariadb: "10.11.6-MariaDB-log", mysql: "8.0.36", "mysql-8.4": "8.4.0" } as const;

/** A MySQL or MariaDB with tables and binary logs. What DM shall see of a change is written through the stand-in DM's world. */
export async function startUpstream({
  flavor = "mariadb",
  gtidMode = true,
  users,
  readers = [],
  withoutBinlog = [],
  schemas = [],
  port,
}: UpstreamOptions = {}): Promise<Upstream> {
  const isMaria = flavor === "mariadb";
  const binlog = new Binlog({ flavor: isMaria ? "mariadb" : "mysql", hasGtids: isMaria || gtidMode });
  const version = VERSIONS[flavor];
  const logs: BinlogServer = { binlog, version, hasNewWords: flavor === "mysql-8.4" };
  const owner = { user: "stand_in_owner", password: users ? randomUUID() : "" };
  let streams: () => readonly DumpStream[] = () => [];
  const { server, engine } = await startDatabaseServer({
    ...{ version, readers, schemas, collation: isMaria ? "utf8mb4_general_ci" : "utf8mb4_0900_ai_ci" },
    ...{ isCaseless: true, hasReturning: isMaria },
    ...(users ? { users: { ...users, [owner.user]: owner.password } } : {}),
    ...(port === undefined ? {} : { port }),
    variables: () => ({ ...VARIABLES, ...binlogVariables(logs) }),
    mayNotSeeBinlog: (user) => withoutBinlog.includes(user),
    own: (sql, values, session) => {
      const told = aboutBinlog(logs, sql, values);
      return told && withoutBinlog.includes(session.user) ? denied(session, isMaria) : told;
    },
    otherProcesses: () =>
      streams().map(({ user, byGtid }, index) => ({
        ...{ id: 10_000 + index, user, host: "127.0.0.1:40000", database: null, seconds: 60 },
        command: byGtid && !isMaria ? "Binlog Dump GTID" : "Binlog Dump",
        ...{ state: "Master has sent all binlog to slave; waiting for more updates", info: null },
      })),
  });
  return Object.assign(server, {
    ...{ binlog, owner },
    tell: (state: BinlogState) => binlog.pretend(state),
    purgeBefore: (file: number) => binlog.purgeBefore(file),
    showStreams: (now: () => readonly DumpStream[]) => {
      streams = now;
    },
    stop: async () => {
      await server.die();
      engine.close();
    },
  });
}

const denied = ({ user }: Session, isMaria: boolean): Answer => ({
  ...{ kind: "error", code: 1227, state: "42000" },
  message: `Access denied; you need (at least one of) the ${isMaria ? "BINLOG MONITOR" : "SUPER, REPLICATION CLIENT"} privilege(s) for this operation (${user})`,
});

const VARIABLES = {
  autocommit: 1,
  sql_mode: "STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION",
  time_zone: "SYSTEM",
  tx_isolation: "REPEATABLE-READ",
  transaction_isolation: "REPEATABLE-READ",
  max_allowed_packet: 67_108_864,
  read_only: 0,
  character_set_server: "utf8mb4",
  collation_server: "utf8mb4_general_ci",
} as const;
