import { type Binlog, type BinlogEvent, binlogName, type Transaction } from "./binlog.ts";
import type { Answer } from "./mysql-server.ts";
import type { Value } from "./wire.ts";

export interface BinlogServer {
  readonly binlog: Binlog;
  readonly version: string;
  /** 8.4 and later: SHOW BINARY LOG STATUS instead of SHOW MASTER STATUS. */
  readonly hasNewWords: boolean;
}

const refused = (code: number, state: string, message: string): Answer => ({ kind: "error", code, state, message });

/** What a server tells of its binary logs; null: the statement is about something else. */
export function aboutBinlog(server: BinlogServer, sql: string, values: readonly Value[]): Answer | null {
  if (/^show\s+(?:binary|master)\s+logs/i.test(sql)) return binaryLogs(server);
  const isNewWord = /^show\s+binary\s+log\s+status/i.test(sql);
  if (isNewWord || /^show\s+master\s+status/i.test(sql))
    return isNewWord === server.hasNewWords
      ? masterStatus(server)
      : refused(1064, "42000", `You have an error in your SQL syntax near '${sql.slice(0, 80)}'`);
  if (/^show\s+binlog\s+events/i.test(sql)) return binlogEvents(server, sql, values);
  const purged = /^purge\s+(?:binary|master)\s+logs\s+to\s+'[^']*?\.(\d+)'/i.exec(sql)?.[1];
  if (purged !== undefined) {
    server.binlog.purgeBefore(Number(purged));
    return { kind: "ok" };
  }
  if (!/^flush\s+(?:binary\s+)?logs/i.test(sql)) return null;
  server.binlog.rotate();
  return { kind: "ok" };
}

export function binlogVariables({ binlog, version }: BinlogServer): Record<string, string | number> {
  const common = {
    version,
    log_bin: 1,
    binlog_format: "ROW",
    binlog_row_image: "FULL",
    server_id: binlog.serverId,
    max_binlog_size: 1_073_741_824,
  };
  const now = binlog.gtidText(binlog.end.gtid);
  if (binlog.flavor === "mariadb")
    return { ...common, gtid_domain_id: 0, gtid_binlog_pos: now, gtid_current_pos: now, gtid_slave_pos: "", gtid_strict_mode: 0 };
  return {
    ...common,
    server_uuid: binlog.uuid,
    gtid_mode: binlog.hasGtids ? "ON" : "OFF",
    gtid_executed: now,
    gtid_purged: binlog.gtidText(binlog.files[0]!.previousGtid),
    enforce_gtid_consistency: binlog.hasGtids ? "ON" : "OFF",
  };
}

function binaryLogs({ binlog }: BinlogServer): Answer {
  const isMysql = binlog.flavor === "mysql";
  return {
    kind: "rows",
    columns: ["Log_name", "File_size", ...(isMysql ? ["Encrypted"] : [])],
    rows: binlog.files.map(({ number, sizeBytes }) => [binlogName(number), sizeBytes, ...(isMysql ? ["No"] : [])]),
  };
}

function masterStatus({ binlog }: BinlogServer): Answer {
  const { file, position, gtid } = binlog.end;
  const isMysql = binlog.flavor === "mysql";
  return {
    kind: "rows",
    columns: ["File", "Position", "Binlog_Do_DB", "Binlog_Ignore_DB", ...(isMysql ? ["Executed_Gtid_Set"] : [])],
    rows: [[binlogName(file), position, "", "", ...(isMysql ? [binlog.gtidText(gtid)] : [])]],
  };
}

/** The head of a file: its format, and the GTIDs of the files before it; then its transactions. */
function binlogEvents(server: BinlogServer, sql: string, values: readonly Value[]): Answer {
  const { binlog, version } = server;
  const name = /\bin\s+'([^']*)'/i.exec(sql)?.[1] ?? String(values[0] ?? "");
  const file = binlog.files.find(({ number }) => binlogName(number) === name);
  if (!file) return refused(1220, "HY000", "Error when executing command SHOW BINLOG EVENTS: Could not find target log");
  const isMysql = binlog.flavor === "mysql";
  const set = binlog.gtidText(file.previousGtid);
  const [first, second] = isMysql ? [126, binlog.headBytes()] : [256, 299];
  const id = binlog.serverId;
  const rows: Value[][] = [
    [name, 4, "Format_desc", id, first, `Server ver: ${version}, Binlog ver: 4`],
    [name, first, isMysql ? "Previous_gtids" : "Gtid_list", id, second, isMysql ? set : `[${set}]`],
    ...(isMysql ? [] : [[name, second, "Binlog_checkpoint", id, binlog.headBytes(), name]]),
    ...binlog.transactions
      .filter((transaction) => transaction.file === file.number)
      .flatMap((transaction) => told(server, name, transaction)),
  ];
  const from = Number(/\bfrom\s+(\d+)/i.exec(sql)?.[1] ?? 4);
  // Inside an event a server reads nonsense and says so.
  if (from !== 4 && from !== file.sizeBytes && !rows.some((row) => row[1] === from))
    return refused(1220, "HY000", "Error when executing command SHOW BINLOG EVENTS: Wrong offset or I/O error");
  const [, offset, count] = /\blimit\s+(?:(\d+)\s*,\s*)?(\d+)/i.exec(sql) ?? [];
  const begin = Number(offset ?? 0);
  const wanted = rows
    .filter((row) => Number(row[1]) >= from)
    .slice(begin, count === undefined ? undefined : begin + Number(count));
  return { kind: "rows", columns: ["Log_name", "Pos", "Event_type", "Server_id", "End_log_pos", "Info"], rows: wanted };
}

function told({ binlog }: BinlogServer, name: string, { gtid, start, end, events }: Transaction): Value[][] {
  const id = binlog.serverId;
  const begin = start + 42;
  const ends = [begin, ...events.map((event) => event.end)];
  const number =
    binlog.flavor === "mariadb" ? `BEGIN GTID ${binlog.gtidText(gtid)}` : `SET @@SESSION.GTID_NEXT= '${binlog.uuid}:${gtid}'`;
  return [
    [name, start, "Gtid", id, begin, number],
    ...events.map((event, index): Value[] => [name, ends[index]!, typeOf(event), id, event.end, infoOf(event)]),
    ...(events[0]?.kind === "ddl" ? [] : [[name, ends.at(-1)!, "Xid", id, end, `COMMIT /* xid=${gtid} */`]]),
  ];
}

function typeOf(event: BinlogEvent): string {
  if (event.kind === "ddl") return "Query";
  if (event.kind === "bytes") return "Write_rows_v1";
  return { insert: "Write_rows_v1", update: "Update_rows_v1", delete: "Delete_rows_v1" }[event.change.kind];
}
const infoOf = (event: BinlogEvent): string =>
  event.kind === "ddl" ? event.sql : event.kind === "row" ? `${event.change.schema}.${event.change.table}` : "flags: STMT_END_F";
