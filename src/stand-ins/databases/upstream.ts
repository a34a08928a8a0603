import { variables } from "./downstream.ts";
import { type Answer, type MysqlServer, startMysqlServer } from "./mysql-server.ts";
import type { Value } from "./wire.ts";

const HUGE_FILE_BYTES = 4_823_460_526;
const ORDINARY_FILE_BYTES = 1_073_742_024;

export interface BinlogState {
  readonly file: number;
  readonly position: number;
  readonly gtid: number;
  /** Files over 4 GiB. */
  readonly hugeFiles: ReadonlySet<number>;
}

export interface Upstream extends MysqlServer {
  /** Where the upstream's binlog stands now. */
  tell(state: BinlogState): void;
  /** Files before this one are gone. */
  purgeBefore(file: number): void;
}

export interface UpstreamOptions {
  readonly users?: Readonly<Record<string, string>>;
  readonly port?: number;
  readonly flavor?: "mariadb" | "mysql" | "mysql-8.4";
  readonly gtidMode?: boolean;
}

type Flavor = NonNullable<UpstreamOptions["flavor"]>;
const VERSIONS: Readonly<Record<Flavor, string>> = {
  mariadb: "5.5.5-10.11.6-MariaDB-log",
  mysql: "8.0.36",
  "mysql-8.4": "8.4.0",
};
const UUID = "3f1c2a58-9d5e-11ee-a1b2-0242ac110002";

/** A MySQL or MariaDB that tells of its binary logs; it holds no rows. */
export async function startUpstream({
  flavor = "mariadb",
  gtidMode = true,
  ...options
}: UpstreamOptions = {}): Promise<Upstream> {
  const logs: Logs = { state: { file: 1, position: 4, gtid: 0, hugeFiles: new Set() }, first: 1, flavor, gtidMode };
  const server = await startMysqlServer({
    version: VERSIONS[flavor],
    ask: (sql, values) => answer(logs, sql.trim(), values),
    ...options,
  });
  return Object.assign(server, {
    tell(state: BinlogState) {
      logs.state = state;
    },
    purgeBefore(file: number) {
      logs.first = file;
    },
  });
}

interface Logs {
  state: BinlogState;
  first: number;
  readonly flavor: Flavor;
  readonly gtidMode: boolean;
}

const nameOf = (file: number): string => `mysql-bin.${String(file).padStart(6, "0")}`;
const gtids = ({ flavor, gtidMode }: Logs, last: number): string =>
  last === 0 || !gtidMode ? "" : flavor === "mariadb" ? `0-101-${last}` : `${UUID}:1-${last}`;

function answer(logs: Logs, sql: string, values: readonly Value[]): Answer {
  if (/^select\s+1\b/i.test(sql)) return { kind: "rows", columns: ["1"], rows: [[1]] };
  if (/^select\s+version\(\)/i.test(sql)) return { kind: "rows", columns: ["VERSION()"], rows: [[VERSIONS[logs.flavor]]] };
  if (/^select\s+@@/i.test(sql)) return variables(sql, variablesOf(logs));
  if (/^(?:set|use|begin|commit|rollback)\b/i.test(sql)) return { kind: "ok" };
  if (/^show\s+(?:binary|master)\s+logs/i.test(sql)) return binaryLogs(logs);
  const isNewWord = /^show\s+binary\s+log\s+status/i.test(sql);
  if (isNewWord || /^show\s+master\s+status/i.test(sql))
    return isNewWord === (logs.flavor === "mysql-8.4") ? masterStatus(logs) : syntaxError(sql);
  if (/^show\s+binlog\s+events/i.test(sql)) return binlogEvents(logs, sql, values);
  return syntaxError(sql);
}

const syntaxError = (sql: string): Answer => ({
  kind: "error",
  code: 1064,
  state: "42000",
  message: `You have an error in your SQL syntax near '${sql.slice(0, 80)}'`,
});

function variablesOf(logs: Logs): Record<string, string | number> {
  const common = {
    version: VERSIONS[logs.flavor],
    log_bin: 1,
    binlog_format: "ROW",
    server_id: 101,
    max_binlog_size: 1_073_741_824,
  };
  return logs.flavor === "mariadb"
    ? { ...common, gtid_domain_id: 0, gtid_binlog_pos: gtids(logs, logs.state.gtid) }
    : { ...common, server_uuid: UUID, gtid_mode: logs.gtidMode ? "ON" : "OFF", gtid_executed: gtids(logs, logs.state.gtid) };
}

function binaryLogs({ state, first, flavor }: Logs): Answer {
  const files = Array.from({ length: state.file - first + 1 }, (_, index) => first + index);
  const sizeOf = (file: number): number =>
    file === state.file ? state.position : state.hugeFiles.has(file) ? HUGE_FILE_BYTES : ORDINARY_FILE_BYTES;
  const isMysql = flavor !== "mariadb";
  return {
    kind: "rows",
    columns: ["Log_name", "File_size", ...(isMysql ? ["Encrypted"] : [])],
    rows: files.map((file) => [nameOf(file), sizeOf(file), ...(isMysql ? ["No"] : [])]),
  };
}

function masterStatus(logs: Logs): Answer {
  const { state, flavor } = logs;
  const isMysql = flavor !== "mariadb";
  return {
    kind: "rows",
    columns: ["File", "Position", "Binlog_Do_DB", "Binlog_Ignore_DB", ...(isMysql ? ["Executed_Gtid_Set"] : [])],
    rows: [[nameOf(state.file), state.position, "", "", ...(isMysql ? [gtids(logs, state.gtid)] : [])]],
  };
}

/** The head of a file: its format, and the GTIDs of the files before it. */
function binlogEvents(logs: Logs, sql: string, values: readonly Value[]): Answer {
  const name = /\bin\s+'([^']*)'/i.exec(sql)?.[1] ?? String(values[0] ?? "");
  const file = Number(name.split(".").at(-1));
  if (!(file >= logs.first && file <= logs.state.file && nameOf(file) === name))
    return {
      kind: "error",
      code: 1220,
      state: "HY000",
      message: "Error when executing command SHOW BINLOG EVENTS: Could not find target log",
    };
  const before = file === logs.first ? 0 : Math.max(1, logs.state.gtid - (logs.state.file - file + 1) * 10);
  const isMysql = logs.flavor !== "mariadb";
  const set = gtids(logs, before);
  const rows: Value[][] = [
    [name, 4, "Format_desc", 101, 256, `Server ver: ${VERSIONS[logs.flavor]}, Binlog ver: 4`],
    [name, 256, isMysql ? "Previous_gtids" : "Gtid_list", 101, 299, isMysql ? set : `[${set}]`],
    [name, 299, isMysql ? "Gtid" : "Binlog_checkpoint", 101, 342, isMysql ? "SET @@SESSION.GTID_NEXT= 'ANONYMOUS'" : name],
  ];
  const limit = Number(/\blimit\s+(\d+)/i.exec(sql)?.[1] ?? rows.length);
  return {
    kind: "rows",
    columns: ["Log_name", "Pos", "Event_type", "Server_id", "End_log_pos", "Info"],
    rows: rows.slice(0, limit),
  };
}
