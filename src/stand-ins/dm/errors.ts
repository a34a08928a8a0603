import type { DmErrorModel } from "./model.ts";

/** Errors shaped as DM's own are: where the words stand, not what they say, is what a reader must cope with. */
const database = (
  code: number,
  scope: DmErrorModel["scope"],
  message: string,
  rawCause: string,
  workaround = "",
): DmErrorModel => ({ code, class: "database", scope, level: "high", message, rawCause, workaround });

const LOOK_AT_DATABASE = "Please check the database connection and the database config in configuration file.";

export const invalidConnection = (): DmErrorModel =>
  database(
    10006,
    "not-set",
    "startLocation: [position: (mysql-bin.000003, 3591), gtid-set: 0-101-12], endLocation: [position: (mysql-bin.000003, 3681), gtid-set: 0-101-12]: execute statement failed: begin",
    "invalid connection",
  );
/** A statement that the downstream refused. */
export const executeFailed = (statement: string, cause: string): DmErrorModel =>
  database(10006, "not-set", `execute statement failed: ${statement.slice(0, 200)}`, cause);
/** The same words as DM's syncer puts before an error: where it began to read and where the event ends. */
export const locatedAt = (error: DmErrorModel, start: string, end: string): DmErrorModel => ({
  ...error,
  message: `startLocation: [${start}], endLocation: [${end}]: ${error.message}`,
});
export const badConnection = (): DmErrorModel => database(10002, "downstream", "database driver", "driver: bad connection");
export const connectionRefused = (port: number, scope: "upstream" | "downstream" = "downstream"): DmErrorModel =>
  database(10001, scope, "database driver error", `dial tcp 127.0.0.1:${port}: connect: connection refused`, LOOK_AT_DATABASE);
/** What a subtask says that could not log in when its unit was made. */
export const accessDenied = (task: string, cause: string): DmErrorModel =>
  database(10001, "downstream", `fail to initial unit Sync of subtask ${task} : database driver error`, cause, LOOK_AT_DATABASE);
export const upstreamRefused = (cause: string): DmErrorModel =>
  database(10001, "upstream", "database driver error", cause, LOOK_AT_DATABASE);
export const targetRefused = (cause: string): DmErrorModel => ({
  ...database(10001, "downstream", "database driver error", cause, LOOK_AT_DATABASE),
  class: "dm-master",
});
export const ddlUnsupported = (
  sql = "alter table shop.orders drop primary key",
  start = "position: (mysql-bin.000003, 1543), gtid-set: 0-101-7",
  end = "position: (mysql-bin.000003, 1697), gtid-set: 0-101-8",
): DmErrorModel => ({
  code: 44006,
  class: "schema-tracker",
  scope: "internal",
  level: "high",
  message: `startLocation: [${start}], endLocation: [${end}], origin SQL: [${sql}]: cannot track DDL: ${sql.toUpperCase()}`,
  rawCause: "[ddl:8200]Unsupported drop primary key when the table is using clustered index",
  workaround: "You can use handle-error to replace or skip this DDL.",
});
export const relayOver4gib = (file = "mysql-bin.000003", subDir = "0-101.000001", from = 216_889): DmErrorModel => {
  const event = `&{Timestamp:1795435792 EventType:WriteRowsEventV1 ServerID:101 EventSize:1000042 LogPos:${from + 1_000_042} Flags:0}`;
  const path = `/data/dm/relay1/${subDir}/${file}`;
  return {
    code: 30029,
    class: "relay-unit",
    scope: "internal",
    level: "high",
    message: `handle a potential duplicate event ${event} in ${file}: check event ${event} whether duplicate in ${path}: event from ${from} in ${path} diff from passed-in event ${event}`,
    rawCause: "",
    workaround: "",
  };
};
/** The relay asks for a file that the upstream no longer has; DM takes it for an error that passes. */
export const relayFilePurged = (): DmErrorModel => ({
  code: 30015,
  class: "relay-unit",
  scope: "upstream",
  level: "high",
  message: "TCPReader get relay event with error",
  rawCause: `ERROR 1236 (HY000): ${NO_SUCH_FILE}`,
  workaround: "",
});
const NO_SUCH_FILE = "Could not find first log file name in binary log index file";
/** The upstream does not give what the syncer asks for. */
const binlogError = (cause: string): DmErrorModel => ({
  code: 36069,
  class: "sync-unit",
  scope: "upstream",
  level: "high",
  message: `get binlog event error: ERROR 1236 (HY000): ${cause}`,
  rawCause: `ERROR 1236 (HY000): ${cause}`,
  workaround: "Please check if the binlog file could be parsed by `mysqlbinlog`.",
});
export const filePurged = (): DmErrorModel => binlogError(NO_SUCH_FILE);
export const gtidsPurged = (flavor: "mariadb" | "mysql"): DmErrorModel =>
  binlogError(
    flavor === "mariadb"
      ? "Could not find GTID state requested by slave in any binlog files. Probably the slave state is too old and required binlog files have been purged."
      : "The slave is connecting using CHANGE MASTER TO MASTER_AUTO_POSITION = 1, but the master has purged binary logs containing GTIDs that the slave requires.",
  );
export const positionTooFar = (): DmErrorModel =>
  binlogError("Client requested master to start replication from position > file size");
export const bogusEvent = (file: string, position: number): DmErrorModel =>
  binlogError(
    `bogus data in log event; the first event '${file}' at ${position}, the last event read from '${file}' at ${position}`,
  );
/** A table's point would fall behind the global one. */
export const checkpointPanic = (table: string, global: string): DmErrorModel => ({
  code: 36001,
  class: "sync-unit",
  scope: "internal",
  level: "high",
  message: `panic error: table checkpoint ${table} less than global checkpoint ${global}`,
  rawCause: "",
  workaround: "",
});
export const relayFileMissing = (directory: string, place: string): DmErrorModel => ({
  code: 11036,
  class: "functional",
  scope: "internal",
  level: "high",
  message: `no relay log files in dir ${directory} match pos ${place}`,
  rawCause: "",
  workaround: "",
});
export const relayPositionTooBig = (place: string): DmErrorModel => ({
  code: 11106,
  class: "functional",
  scope: "internal",
  level: "high",
  message: `the given relay log pos ${place} of meta config is too big, please check it again`,
  rawCause: "",
  workaround: "If the binlog file is larger than 4GB, see what DM's page on error handling says of such files.",
});
export const metadataNotSet = (source: string): DmErrorModel =>
  refusal(20022, `mysql-instance(${source}) must set meta for task-mode incremental`, {
    className: "config",
    workaround: "Please check the `meta` config in task configuration file.",
  });
/** A worker without a network, and a source without a worker, in the words of the master. */
export const workerAway = (address: string): DmErrorModel =>
  master(
    38008,
    "grpc request error",
    `rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp ${address}: connect: connection refused"`,
  );
export const workerUnbound = (source: string): DmErrorModel => ({
  ...master(38029, `${source} relevant worker-client not found`),
  workaround: "Please use list-member command to see if the some workers are offline.",
});
export const master = (code: number, message: string, rawCause = ""): DmErrorModel => ({
  code,
  class: "dm-master",
  scope: "internal",
  level: "high",
  message,
  rawCause,
  workaround: "",
});
/** A refusal of the master or its scheduler; most are of middle weight. */
export const refusal = (
  code: number,
  message: string,
  { className = "scheduler", level = "medium" as DmErrorModel["level"], rawCause = "", workaround = "" } = {},
): DmErrorModel => ({ code, class: className, scope: "internal", level, message, rawCause, workaround });

export const sourceMissing = (id: string): DmErrorModel =>
  refusal(20031, `source ${id} in deployment configuration not found`, {
    className: "dm-master",
    workaround: "Please use `operate-source create source-config-file-path` to add source.",
  });

export const relayFileBroken = (file = "mysql-bin.000003"): DmErrorModel => ({
  code: 11038,
  class: "functional",
  scope: "internal",
  level: "high",
  message: `parse relay log file ${file}`,
  rawCause: "binlog checksum mismatch, data may be corrupted",
  workaround: "",
});

const FOR_GOOD =
  /can't drop column with index|with tidb_enable_change_multi_schema is disable|unsupported (?:add column|modify column|modify charset|modify collate|drop integer primary key|collation|drop primary key)|invalid default value for|error (?:1059|1117|1069|1062|1406|1366|8025)\b|could not find first log file name in binary log index file|the master has purged binary logs containing gtids that the slave requires/i;
const CODES_FOR_GOOD = new Set([36008, 32004, 32001, 36027, 11129, 34020, 34021]);

/** Whether DM's own checker tries again after this error of a subtask. */
export function isResumable(error: DmErrorModel): boolean {
  if (CODES_FOR_GOOD.has(error.code) || FOR_GOOD.test(error.rawCause)) return false;
  if (error.code === 34019) return /doesn't exist|is in mode import/i.test(error.rawCause);
  return !(error.code === 11038 && /checksum mismatch|get event err EOF/i.test(`${error.message} ${error.rawCause}`));
}

/** The one line that DM makes of an error wherever it has no fields for it. */
export function asText(error: DmErrorModel): string {
  const parts = [
    `[code=${error.code}:class=${error.class}:scope=${error.scope}:level=${error.level}]`,
    `Message: ${error.message}`,
  ];
  if (error.rawCause) parts.push(`RawCause: ${error.rawCause}`);
  if (error.workaround) parts.push(`Workaround: ${error.workaround}`);
  return parts.join(", ");
}

/** v1.0's line: no field names, and a Go stack trace behind it. */
export function asOldText(error: DmErrorModel): string {
  const words = [error.message, error.rawCause].filter(Boolean).join(": ");
  return `[code=${error.code}:class=${error.class}:scope=${error.scope}:level=${error.level}] ${words}\n${STACK}`;
}

const STACK = `github.com/pingcap/dm/pkg/terror.(*Error).Generate
\t/go/src/github.com/pingcap/dm/pkg/terror/terror.go:236
github.com/pingcap/dm/dm/master.(*Server).waitOperationOk
\t/go/src/github.com/pingcap/dm/dm/master/server.go:1911
runtime.goexit
\t/usr/local/go/src/runtime/asm_amd64.s:1771`;
