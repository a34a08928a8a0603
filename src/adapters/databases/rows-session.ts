import { type Connection, createConnection } from "mysql2/promise";
import type { DatabaseLogin } from "../../app/ports/databases.ts";
import type { Rows } from "../../app/ports/rows.ts";
import { tlsOf } from "./connection.ts";

export interface RowsSessionOptions {
  readonly login: DatabaseLogin;
  readonly connectTimeoutMs: number;
  /** Of each statement, on the server where it can be told, and here a little later. */
  readonly statementTimeoutMs: number;
  readonly access: "read-only" | "read-write";
}

export type Flavor = "mysql" | "mariadb" | "tidb";

/** A row as the server sent it: every value as the bytes of its text, null for NULL. */
export type RawRow = readonly (Buffer | null)[];

/**
 * One connection, made when it is first needed and again after it broke. Statements go one after another. A statement that is given
 * up, by its time or by the caller, is ended on the server too.
 */
export interface RowsSession {
  /** All rows of a statement: only for statements whose rows are bounded. */
  read(sql: string, signal: AbortSignal): Promise<Rows<readonly RawRow[]>>;
  /** Each row as it comes, never many at once: for statements whose rows are not. */
  stream(sql: string, onRow: (row: RawRow) => void, signal: AbortSignal): Promise<Rows<null>>;
  /** For statements whose outcome is a count. Rejects with the driver's error: the writer needs its number. */
  run(sql: string, signal: AbortSignal): Promise<number>;
  /** Which server it is; asked once a connection. */
  flavor(signal: AbortSignal): Promise<Rows<{ readonly flavor: Flavor; readonly version: string }>>;
  close(): Promise<void>;
}

interface Open {
  readonly connection: Connection;
  readonly flavor: Flavor;
  readonly version: string;
}

/** How much later than the server this side gives up: the server's own answer says more. */
const GRACE_MS = 2_000;

export function createRowsSession(options: RowsSessionOptions): RowsSession {
  let open: Promise<Open> | null = null;
  let last: Promise<unknown> = Promise.resolve();

  async function connected(): Promise<Open> {
    open ??= connect(options).catch((error: unknown) => {
      open = null;
      throw error;
    });
    return open;
  }
  function forget(connection: Connection | null): void {
    open = null;
    connection?.destroy();
  }
  /** One at a time: what is asked while another statement runs waits for it. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work, work);
    last = turn.catch(() => {});
    return turn;
  }
  async function limited<T>(work: (open: Open) => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    const here = await connected();
    try {
      return await orGivenUp(work(here), options.statementTimeoutMs + GRACE_MS, signal);
    } catch (error) {
      if (error instanceof GivenUp) {
        forget(here.connection);
        await endOnServer(options, here);
      } else if (isBroken(error)) forget(here.connection);
      throw error;
    }
  }
  async function answered<T>(work: (open: Open) => Promise<T>, signal: AbortSignal): Promise<Rows<T>> {
    try {
      return { kind: "answered", value: await inTurn(() => limited(work, signal)) };
    } catch (error) {
      return { kind: "failed", why: reasonOf(error), detail: wordsOf(error) };
    }
  }

  return {
    read: (sql, signal) => answered(({ connection }) => readAll(connection, sql), signal),
    stream: (sql, onRow, signal) =>
      answered(async ({ connection }) => {
        await streamRows(connection, sql, onRow);
        return null;
      }, signal),
    run: (sql, signal) =>
      inTurn(() =>
        limited(async ({ connection }) => {
          const [result] = await connection.query(sql);
          return "affectedRows" in result ? result.affectedRows : 0;
        }, signal),
      ),
    flavor: (signal) => answered(async ({ flavor, version }) => ({ flavor, version }), signal),
    async close() {
      const here = await open?.catch(() => null);
      open = null;
      await here?.connection.end().catch(() => here.connection.destroy());
    },
  };
}

async function connect(options: RowsSessionOptions): Promise<Open> {
  const { host, port, user, password, ca } = options.login;
  const connection = await createConnection({
    host,
    port,
    user,
    password,
    ...tlsOf({ host, ca }),
    connectTimeout: options.connectTimeoutMs,
    charset: "utf8mb4",
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
  });
  connection.on("error", () => {});
  try {
    const [[said]] = await orGivenUp(readVersion(connection), options.connectTimeoutMs, null);
    const version = said?.toString("utf8") ?? "";
    const flavor = flavorOf(version);
    for (const { sql, isNeeded } of settings(flavor, options)) {
      const set = orGivenUp(connection.query(sql), options.connectTimeoutMs, null);
      // What a server does not know of the gentler ways is no reason to refuse it; what makes both sides read alike is.
      await (isNeeded ? set : set.catch((error: unknown) => (isBroken(error) ? Promise.reject(error) : null)));
    }
    return { connection, flavor, version };
  } catch (error) {
    connection.destroy();
    throw error;
  }
}

async function readVersion(connection: Connection): Promise<readonly [RawRow]> {
  const [row] = await readAll(connection, "SELECT VERSION()");
  return [row ?? []];
}

function flavorOf(version: string): Flavor {
  if (/tidb/i.test(version)) return "tidb";
  return /mariadb/i.test(version) ? "mariadb" : "mysql";
}

/** The same time zone, SQL mode and character set on every side; then what keeps the session gentle, where the server has it. */
function settings(
  flavor: Flavor,
  { access, statementTimeoutMs }: RowsSessionOptions,
): readonly { readonly sql: string; readonly isNeeded: boolean }[] {
  const seconds = Math.max(1, Math.ceil(statementTimeoutMs / 1000));
  // Strict, so that a value is never bent to fit; zero dates and zeros in AUTO_INCREMENT columns go in as they are upstream.
  const mode = access === "read-only" ? "" : "STRICT_TRANS_TABLES,NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES";
  const gentle: Readonly<Record<Flavor, readonly string[]>> = {
    mysql: [`SET SESSION max_execution_time = ${seconds * 1000}`],
    mariadb: [`SET SESSION max_statement_time = ${seconds}`],
    tidb: [
      `SET SESSION max_execution_time = ${seconds * 1000}`,
      "SET SESSION tidb_distsql_scan_concurrency = 4",
      "SET SESSION tidb_force_priority = 'LOW_PRIORITY'",
    ],
  };
  const readOnly = access === "read-only" ? ["SET SESSION TRANSACTION READ ONLY"] : [];
  const writing =
    access === "read-write" && flavor === "tidb"
      ? ["SET SESSION tidb_txn_mode = 'pessimistic'", "SET SESSION allow_auto_random_explicit_insert = 1"]
      : [];
  return [
    { sql: "SET SESSION time_zone = '+00:00'", isNeeded: true },
    { sql: `SET SESSION sql_mode = '${mode}'`, isNeeded: true },
    ...[...readOnly, ...gentle[flavor], ...writing].map((sql) => ({ sql, isNeeded: false })),
  ];
}

interface RawField {
  buffer(): Buffer | null;
}
const asBytes = (field: unknown): Buffer | null => (field as RawField).buffer();

async function readAll(connection: Connection, sql: string): Promise<readonly RawRow[]> {
  const [rows] = await connection.query({ sql, rowsAsArray: true, typeCast: asBytes });
  return rows as unknown as readonly RawRow[];
}

/** The socket waits while the row is worked on: memory stays flat whatever the table holds. */
async function streamRows(connection: Connection, sql: string, onRow: (row: RawRow) => void): Promise<void> {
  const bare = (connection as unknown as { readonly connection: BareConnection }).connection;
  const stream = bare.query({ sql, rowsAsArray: true, typeCast: asBytes }).stream({ highWaterMark: 64 });
  for await (const row of stream) onRow(row as RawRow);
}
interface BareConnection {
  query(options: object): { stream(options: object): AsyncIterable<unknown> };
}

class GivenUp extends Error {
  readonly why: "slow" | "connection";
  constructor(why: "slow" | "connection", message: string) {
    super(message);
    this.why = why;
  }
}

function orGivenUp<T>(work: Promise<T>, atMostMs: number, signal: AbortSignal | null): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (why: GivenUp["why"], message: string) => () => reject(new GivenUp(why, message));
    const timer = setTimeout(giveUp("slow", `no answer within ${atMostMs} ms`), atMostMs);
    const abort = giveUp("connection", "the statement was given up");
    signal?.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    });
  });
}

/** The server goes on with a statement whose client is gone: it is told to stop, over a connection of its own. */
async function endOnServer(options: RowsSessionOptions, { connection, flavor }: Open): Promise<void> {
  const { host, port, user, password, ca } = options.login;
  const { threadId } = (connection as unknown as { readonly connection: { readonly threadId: number } }).connection;
  try {
    const other = await createConnection({
      host,
      port,
      user,
      password,
      ...tlsOf({ host, ca }),
      connectTimeout: Math.min(2_000, options.connectTimeoutMs),
    });
    other.on("error", () => {});
    try {
      await orGivenUp(other.query(`KILL ${flavor === "tidb" ? "TIDB " : ""}${Number(threadId)}`), 2_000, null);
    } finally {
      other.destroy();
    }
  } catch {
    // Its own time limit on the server ends it then.
  }
}

const SLOW: ReadonlySet<number> = new Set([1969, 3024, 1317]);
const NO_SUCH: ReadonlySet<number> = new Set([1049, 1054, 1146]);
const DENIED: ReadonlySet<number> = new Set([1044, 1045, 1142, 1143, 1227, 1698]);
/** Connection lost, server gone, connection killed, server shutting down, too many connections. */
const BROKEN: ReadonlySet<number> = new Set([1040, 1053, 1152, 1158, 1159, 1160, 1161, 1927, 2006, 2013]);

export const numberOf = (error: unknown): number => Number((error as { errno?: unknown }).errno ?? 0);

/** No error of the server at all, or one that says that the connection is at its end. */
export function isBroken(error: unknown): boolean {
  if (error instanceof GivenUp) return true;
  const known = error as { errno?: unknown; sqlState?: unknown; fatal?: unknown };
  const number = numberOf(error);
  return known.fatal === true || number <= 0 || number < 1000 || BROKEN.has(number);
}

/** The server ended the statement because its time was over. */
export const isSlow = (error: unknown): boolean => SLOW.has(numberOf(error));

function reasonOf(error: unknown): Extract<Rows<never>, { kind: "failed" }>["why"] {
  if (error instanceof GivenUp) return error.why;
  if (isSlow(error)) return "slow";
  const number = numberOf(error);
  if (NO_SUCH.has(number)) return "schema";
  if (DENIED.has(number)) return "refused";
  return isBroken(error) ? "connection" : "other";
}

/** The driver's message names user and host, never the password. */
export function wordsOf(error: unknown): string {
  return String((error as { message?: unknown }).message ?? error).slice(0, 300);
}
