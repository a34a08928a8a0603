import type { DatabaseLogin, LoginAnswer } from "../../app/ports/databases.ts";
import type { Known } from "../../domain/observation/known.ts";
import { asKnown, isRefusal, rowsOf, withConnection } from "./connection.ts";

export async function tryLogin(login: DatabaseLogin, timeoutMs: number, signal: AbortSignal): Promise<LoginAnswer> {
  const asked = await withConnection(login, timeoutMs, signal, (connection) => rowsOf(connection, timeoutMs, "SELECT 1"));
  if (asked.kind === "answered") return { kind: "works" };
  return isRefusal(asked.number) ? { kind: "refused", why: asked.why } : { kind: "unreachable", why: asked.why };
}

/** What this login may do, in the server's own sentences. */
export async function grantsOf(login: DatabaseLogin, timeoutMs: number, signal: AbortSignal): Promise<Known<readonly string[]>> {
  const asked = await withConnection(login, timeoutMs, signal, async (connection) => {
    const rows = await rowsOf(connection, timeoutMs, "SHOW GRANTS");
    return rows.map((row) => withoutHash(String(Object.values(row)[0] ?? "")));
  });
  return asKnown(asked, "SHOW GRANTS");
}

/** MariaDB and MySQL 5.6 print how the account proves itself, hash and all: nothing that may be shown. */
export const withoutHash = (grant: string): string =>
  grant.replace(/ IDENTIFIED (?:BY|VIA|WITH) .*?(?= REQUIRE | WITH (?:GRANT|MAX_)|$)/s, "");
