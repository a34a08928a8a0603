import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";
import type { CheckpointAnswer, DatabaseLogin, DownstreamProbe, LoginAnswer } from "../../app/ports/databases.ts";

export interface DownstreamProbeOptions {
  readonly login: DatabaseLogin;
  readonly timeoutMs: number;
}

const ACCESS_DENIED: ReadonlySet<number> = new Set([1044, 1045, 1142, 1698]);
const NO_TABLE: ReadonlySet<number> = new Set([1146, 1049, 1051]);

/** Read-only questions with an account of few rights; a connection each, closed after it. */
export function createDownstreamProbe({ login, timeoutMs }: DownstreamProbeOptions): DownstreamProbe {
  return {
    async globalCheckpoint({ task, source, metaSchema }, signal) {
      const table = `${quoted(metaSchema)}.${quoted(`${task}_syncer_checkpoint`)}`;
      // v1.0's table has no GTID column: `*` reads whatever is there.
      const asked = await withConnection(login, timeoutMs, signal, async (connection) => {
        const [rows] = await connection.execute<RowDataPacket[]>(
          { sql: `SELECT * FROM ${table} WHERE id = ? AND is_global = 1 LIMIT 1`, timeout: timeoutMs },
          [source],
        );
        return rows[0] ?? null;
      });
      if (asked.kind === "failed")
        return NO_TABLE.has(asked.number) ? { kind: "no-table" } : { kind: "not-known", why: asked.why };
      return asked.value === null ? { kind: "no-row" } : readRow(asked.value);
    },
    async tryLogin(tried, signal): Promise<LoginAnswer> {
      const asked = await withConnection(tried, timeoutMs, signal, async (connection) =>
        connection.query({ sql: "SELECT 1", timeout: timeoutMs }),
      );
      if (asked.kind === "answered") return { kind: "works" };
      return ACCESS_DENIED.has(asked.number) ? { kind: "refused", why: asked.why } : { kind: "unreachable", why: asked.why };
    },
  };
}

/** DM takes a global row at or before ("", 4) without a GTID set for fresh (dm-facts §4). */
function readRow(row: RowDataPacket): CheckpointAnswer {
  const file = String(row.binlog_name ?? "");
  const position = Number(row.binlog_pos ?? 0);
  const gtid = String(row.binlog_gtid ?? "");
  return file === "" && position <= 4 && gtid === "" ? { kind: "fresh" } : { kind: "row", file, position, gtid };
}

type Asked<T> =
  | { readonly kind: "answered"; readonly value: T }
  | { readonly kind: "failed"; readonly number: number; readonly why: string };

async function withConnection<T>(
  login: DatabaseLogin,
  timeoutMs: number,
  signal: AbortSignal,
  work: (connection: Connection) => Promise<T>,
): Promise<Asked<T>> {
  let connection: Connection | null = null;
  try {
    const { host, port, user, password } = login;
    connection = await createConnection({ host, port, user, password, connectTimeout: timeoutMs });
    connection.on("error", () => {});
    return { kind: "answered", value: await abortable(work(connection), signal) };
  } catch (error) {
    const known = error as { errno?: unknown; message?: unknown };
    // The driver's message names user and host, never the password.
    return { kind: "failed", number: Number(known.errno ?? 0), why: String(known.message ?? error).slice(0, 300) };
  } finally {
    connection?.destroy();
  }
}

function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return Promise.race([
    work,
    new Promise<never>((_, reject) =>
      signal.addEventListener("abort", () => reject(new Error("the question was given up")), { once: true }),
    ),
  ]);
}

/** Task names may hold any character: a backtick is doubled. */
function quoted(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}
