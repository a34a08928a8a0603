import type { Rows } from "../../app/ports/rows.ts";
import type { UpstreamPosition } from "../../domain/comparison/comparison.ts";
import { textOf } from "./read-shapes.ts";
import type { RowsSession } from "./rows-session.ts";

/**
 * Where the binlog ends now. MySQL 8.4 knows only `SHOW BINARY LOG STATUS`, everything older only `SHOW MASTER STATUS`; MySQL's fifth
 * column is the executed GTID set, MariaDB tells its own by a variable.
 */
export async function readPosition(session: RowsSession, signal: AbortSignal): Promise<Rows<UpstreamPosition>> {
  const server = await session.flavor(signal);
  if (server.kind === "failed") return server;
  const { flavor, version } = server.value;
  const statement = flavor === "mysql" && isFrom84(version) ? "SHOW BINARY LOG STATUS" : "SHOW MASTER STATUS";
  const answer = await session.read(statement, signal);
  if (answer.kind === "failed") return answer;
  const row = answer.value[0];
  if (!row) return { kind: "failed", why: "other", detail: `${statement} gives no row: the binlog is off` };
  const bare = { file: textOf(row[0]), position: Number(textOf(row[1])) };
  if (flavor !== "mariadb") return { kind: "answered", value: { ...bare, gtid: textOf(row[4]).replaceAll("\n", "") } };
  const gtid = await session.read("SELECT @@GLOBAL.gtid_binlog_pos", signal);
  return gtid.kind === "failed" ? gtid : { kind: "answered", value: { ...bare, gtid: textOf(gtid.value[0]?.[0]) } };
}

function isFrom84(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  return major > 8 || (major === 8 && minor >= 4);
}
