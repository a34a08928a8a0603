import type { Connection } from "mysql2/promise";
import type { UpstreamProbe } from "../../app/ports/databases.ts";
import { fileNumberOf } from "../../domain/binlog/binlog-name.ts";
import { asStreamStart } from "../../domain/binlog/gtid-set.ts";
import type { BinlogFile, DumpStream, GtidState } from "../../domain/binlog/upstream-facts.ts";
import { isGranted } from "../../domain/diagnosis/grants.ts";
import { type Known, known, notKnown } from "../../domain/observation/known.ts";
import { asKnown, rowsOf, versionOf, withConnection } from "./connection.ts";
import type { ProbeOptions } from "./downstream-probe.ts";
import { columnsOf, withForeignKey, withoutKey } from "./table-questions.ts";
import { grantsOf, tryLogin } from "./try-login.ts";

/** MariaDB from 10.5.2 on calls it BINLOG MONITOR, and asks for it to show events too (tried on 10.11). */
const MONITOR = "REPLICATION CLIENT (MariaDB: BINLOG MONITOR)";
const EVENTS = "REPLICATION SLAVE (MariaDB: BINLOG MONITOR)";
const TABLES = "SELECT on the replicated tables";

/** Read-only questions to MySQL 5.7 to 9 and MariaDB with an account of few rights; a connection each, closed after it. */
export function createUpstreamProbe({ login, timeoutMs }: ProbeOptions): UpstreamProbe {
  const ask = async <T>(needs: string, signal: AbortSignal, work: (connection: Connection) => Promise<T>): Promise<Known<T>> =>
    asKnown(await withConnection(login, timeoutMs, signal, work), needs);
  const head = (file: string, signal: AbortSignal) =>
    ask(EVENTS, signal, (connection) => rowsOf(connection, timeoutMs, "SHOW BINLOG EVENTS IN ? LIMIT 3", [file]));

  return {
    binlogFiles: (signal) => ask(MONITOR, signal, (connection) => readFiles(connection, timeoutMs)),
    serverName: (signal) => ask("a login", signal, (connection) => readServerName(connection, timeoutMs)),
    gtidState: (signal) => ask(MONITOR, signal, (connection) => readGtids(connection, timeoutMs)),
    async previousGtids(file, signal) {
      const events = await head(file, signal);
      return events.kind === "known" ? readPreviousGtids(events.value, file) : events;
    },
    async eventTypeAt(file, position, signal) {
      const asked = await ask(EVENTS, signal, (connection) =>
        rowsOf(connection, timeoutMs, `SHOW BINLOG EVENTS IN ? FROM ${Math.trunc(position)} LIMIT 1`, [file]),
      );
      if (asked.kind === "not-known") return asked;
      return known(String(asked.value[0]?.Event_type ?? "none"));
    },
    async dumpStreams(signal) {
      const streams = await ask("PROCESS", signal, (connection) => readStreams(connection, timeoutMs));
      if (streams.kind === "not-known") return streams;
      return streams.value === null ? notKnown("the account is shown its own connections only", "PROCESS") : known(streams.value);
    },
    tablesWithoutKey: (tables, signal) => ask(TABLES, signal, (connection) => withoutKey(connection, timeoutMs, tables)),
    columnsOf: (tables, signal) => ask(TABLES, signal, (connection) => columnsOf(connection, timeoutMs, tables)),
    tablesWithForeignKey: (tables, signal) => ask(TABLES, signal, (connection) => withForeignKey(connection, timeoutMs, tables)),
    tryLogin: (tried, signal) => tryLogin(tried, timeoutMs, signal),
    grantsOf: (asking, signal) => grantsOf(asking, timeoutMs, signal),
  };
}

/** `Log_name, File_size` everywhere, from MySQL 8.0.14 on `Encrypted` too; the last one is being written. */
async function readFiles(connection: Connection, timeoutMs: number): Promise<readonly BinlogFile[]> {
  const rows = await rowsOf(connection, timeoutMs, "SHOW BINARY LOGS");
  const last = rows.length - 1;
  return rows.map((row, index) => ({
    name: String(row.Log_name),
    number: fileNumberOf(String(row.Log_name)),
    sizeBytes: Number(row.File_size),
    isActive: index === last,
  }));
}

async function readServerName(connection: Connection, timeoutMs: number): Promise<string> {
  const isMariadb = /mariadb/i.test(await versionOf(connection, timeoutMs));
  const sql = isMariadb
    ? "SELECT CONCAT(@@global.gtid_domain_id, '-', @@global.server_id) AS name"
    : "SELECT @@global.server_uuid AS name";
  const [row] = await rowsOf(connection, timeoutMs, sql);
  return String(row?.name ?? "");
}

async function readGtids(connection: Connection, timeoutMs: number): Promise<GtidState> {
  const version = await versionOf(connection, timeoutMs);
  if (/mariadb/i.test(version)) {
    const [state] = await rowsOf(connection, timeoutMs, "SELECT @@gtid_binlog_pos AS executed");
    return { flavor: "mariadb", version, isOn: true, executed: String(state?.executed ?? ""), purged: null };
  }
  const sql = "SELECT @@global.gtid_mode AS mode, @@global.gtid_executed AS executed, @@global.gtid_purged AS purged";
  const [state] = await rowsOf(connection, timeoutMs, sql);
  return {
    ...{ flavor: "mysql", version, isOn: String(state?.mode) === "ON" },
    executed: withoutBreaks(state?.executed),
    purged: withoutBreaks(state?.purged),
  };
}

const withoutBreaks = (text: unknown): string => String(text ?? "").replace(/\s+/g, "");

/** MySQL: the text of `Previous_gtids`. MariaDB: that of `Gtid_list`, in brackets. A file without either began before GTIDs. */
function readPreviousGtids(events: readonly Readonly<Record<string, unknown>>[], file: string): Known<string> {
  const event = events.find(({ Event_type }) => Event_type === "Previous_gtids" || Event_type === "Gtid_list");
  if (!event) return notKnown(`${file} does not begin with a list of GTIDs`);
  return known(asStreamStart(withoutBreaks(event.Info).replace(/^\[|\]$/g, "")));
}

/** `Binlog Dump GTID` against `Binlog Dump`. MariaDB has only the second, for both. null: the list is not the whole one. */
async function readStreams(connection: Connection, timeoutMs: number): Promise<readonly DumpStream[] | null> {
  const isMariadb = /mariadb/i.test(await versionOf(connection, timeoutMs));
  const rows = await rowsOf(connection, timeoutMs, "SHOW PROCESSLIST");
  if (!(await seesOthers(connection, timeoutMs, rows))) return null;
  return rows
    .filter(({ Command }) => /^Binlog Dump/i.test(String(Command)))
    .map(({ User, Host, Command }) => ({
      user: String(User),
      host: String(Host),
      reads: isMariadb ? "not-told" : /GTID/i.test(String(Command)) ? "by-gtid" : "by-position",
    }));
}

/** Somebody else's connection is in the list, or the right to see it is among the grants (by a role it shows in the list alone). */
async function seesOthers(
  connection: Connection,
  timeoutMs: number,
  list: readonly Readonly<Record<string, unknown>>[],
): Promise<boolean> {
  if (new Set(list.map(({ User }) => String(User))).size > 1) return true;
  const grants = await rowsOf(connection, timeoutMs, "SHOW GRANTS");
  return (
    isGranted(
      grants.map((grant) => String(Object.values(grant)[0])),
      ["PROCESS"],
      null,
    ) === "yes"
  );
}
