import { isIP } from "node:net";
import { type Connection, type ConnectionOptions, createConnection, type RowDataPacket } from "mysql2/promise";
import type { DatabaseLogin } from "../../app/ports/databases.ts";
import { type Known, known, notKnown } from "../../domain/observation/known.ts";

export type Asked<T> =
  | { readonly kind: "answered"; readonly value: T }
  /** `number`: the server's error number, 0 where it is none of the server's. */
  | { readonly kind: "failed"; readonly number: number; readonly why: string };

/**
 * 1045, 1698: wrong user or password; 1130: not from this host; 1251, 3159: not in this way (an older client, no TLS); 1820, 1862:
 * the password has expired; 3118, 4151: the account is locked.
 */
const LOGIN_DENIED: ReadonlySet<number> = new Set([1045, 1130, 1251, 1698, 1820, 1862, 3118, 3159, 4151]);
/** 1044: to a schema; 1142, 1143: to a table, a column; 1227: a right of the whole server; 1370: a routine; 8121: TiDB's own. */
const RIGHT_DENIED: ReadonlySet<number> = new Set([1044, 1142, 1143, 1227, 1370, 8121]);
/** What a server says that is there and does not want this account. */
export const isRefusal = (number: number): boolean => LOGIN_DENIED.has(number) || RIGHT_DENIED.has(number);
export const NO_TABLE: ReadonlySet<number> = new Set([1049, 1051, 1146]);

/**
 * A connection for one piece of work, closed after it; times in UTC and as text, JSON as text. Bounded: connecting and every
 * statement by `timeoutMs`, on the server too where it can be told, the whole by the signal. Never throws for what a server or a
 * network does; the driver's messages never hold a password.
 */
export async function withConnection<T>(
  login: DatabaseLogin,
  timeoutMs: number,
  signal: AbortSignal,
  work: (connection: Connection) => Promise<T>,
): Promise<Asked<T>> {
  let connection: Connection | null = null;
  try {
    const opening = createConnection(optionsOf(login, timeoutMs));
    connection = await abortable(opening, signal).catch((error: unknown) => {
      void opening.then((late) => late.destroy()).catch(() => {});
      throw error;
    });
    connection.on("error", () => {});
    return { kind: "answered", value: await abortable(withModes(connection, timeoutMs, work), signal) };
  } catch (error) {
    const said = error as { errno?: unknown; message?: unknown; code?: unknown };
    const number = typeof said.errno === "number" && said.errno > 0 ? said.errno : 0;
    return { kind: "failed", number, why: String(said.message || said.code || error).slice(0, 300) };
  } finally {
    connection?.destroy();
  }
}

export function tlsOf({ host, ca }: { readonly host: string; readonly ca?: string | undefined }): Pick<ConnectionOptions, "ssl"> {
  // The driver holds an address against the name "localhost", so only a host's name can be checked besides the chain.
  return ca === undefined ? {} : { ssl: { ca, rejectUnauthorized: true, verifyIdentity: isIP(host) === 0 } };
}

function optionsOf({ host, port, user, password, ca }: DatabaseLogin, timeoutMs: number): ConnectionOptions {
  return {
    ...{ host, port, user, password, connectTimeout: timeoutMs, dateStrings: true, timezone: "Z", jsonStrings: true },
    // 64-bit numbers (sizes, positions, GTIDs) must not lose their last digits.
    ...{ supportBigNumbers: true, bigNumberStrings: false },
    ...tlsOf({ host, ca }),
  };
}

/**
 * The driver quotes values with backslashes, which a server in NO_BACKSLASH_ESCAPES takes for text; UTC for what is printed. A
 * statement that nobody waits for any more must not go on loading the server: MariaDB and MySQL name that limit differently, each
 * overlooks the other's.
 */
async function withModes<T>(connection: Connection, timeoutMs: number, work: (connection: Connection) => Promise<T>): Promise<T> {
  const atMostMs = Math.ceil(timeoutMs * SERVER_SHARE);
  const sql = `SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00'
    /*M!, max_statement_time = ${atMostMs / 1_000} */ /*!50708 , max_execution_time = ${atMostMs} */`;
  await connection.query({ sql, timeout: timeoutMs });
  return work(connection);
}

/** The server gives up a little before this side: its answer says more. */
export const SERVER_SHARE = 0.9;

/** Rows of one statement, its values bound; time-out in milliseconds. */
export async function rowsOf(
  connection: Connection,
  timeoutMs: number,
  sql: string,
  values: readonly (string | number | null)[] = [],
): Promise<RowDataPacket[]> {
  const [rows] = await connection.query<RowDataPacket[]>({ sql, timeout: timeoutMs, values: [...values] });
  return rows;
}

/** As the server says it: `8.0.36`, `10.11.14-MariaDB`, `8.0.11-TiDB-v8.1.0`. */
export async function versionOf(connection: Connection, timeoutMs: number): Promise<string> {
  const [row] = await rowsOf(connection, timeoutMs, "SELECT VERSION()");
  return String(Object.values(row ?? {})[0] ?? "");
}

/** What could not be asked, with the right that is missing where that is why. `needs`: what the question takes. */
export function asKnown<T>(asked: Asked<T>, needs: string): Known<T> {
  if (asked.kind === "answered") return known(asked.value);
  const lacks = LOGIN_DENIED.has(asked.number) ? "a login that works" : RIGHT_DENIED.has(asked.number) ? needs : null;
  return notKnown(asked.why, lacks);
}

function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(new Error("the question was given up"));
  return new Promise<T>((resolve, reject) => {
    const giveUp = () => reject(new Error("the question was given up"));
    signal.addEventListener("abort", giveUp, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", giveUp));
  });
}

/** Names may hold any character: a backtick is doubled. */
export const quoted = (name: string): string => `\`${name.replaceAll("`", "``")}\``;

/** For questions in which a table that is not there means that there is nothing. */
export function nothingWithoutTable(error: unknown): never[] {
  if (NO_TABLE.has(Number((error as { errno?: unknown }).errno))) return [];
  throw error;
}
