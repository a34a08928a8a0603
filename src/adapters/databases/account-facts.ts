import type { AccountFacts, DatabaseLogin } from "../../app/ports/databases.ts";
import type { Known } from "../../domain/observation/known.ts";
import { asKnown, rowsOf, withConnection } from "./connection.ts";
import { withoutHash } from "./try-login.ts";

/** Logs in as the account and reads what its session is like and what it may do; changes nothing. */
export async function readAccount(login: DatabaseLogin, timeoutMs: number, signal: AbortSignal): Promise<Known<AccountFacts>> {
  const asked = await withConnection(login, timeoutMs, signal, async (connection): Promise<AccountFacts> => {
    const [session] = await rowsOf(
      connection,
      timeoutMs,
      "SELECT VERSION() AS version, @@SESSION.sql_mode AS sqlMode, @@SESSION.time_zone AS timeZone",
    );
    // A server that does not tell is no fault of the account.
    const cipher = await rowsOf(connection, timeoutMs, "SHOW SESSION STATUS LIKE 'Ssl_cipher'").catch(() => []);
    const grants = await rowsOf(connection, timeoutMs, "SHOW GRANTS");
    const told = cipher[0] === undefined ? null : String(cipher[0].Value ?? "");
    return {
      version: String(session?.version ?? ""),
      sqlMode: String(session?.sqlMode ?? ""),
      timeZone: String(session?.timeZone ?? ""),
      tls: told === null ? "not-told" : told === "" ? "no" : "yes",
      grants: grants.map((row) => withoutHash(String(Object.values(row)[0] ?? ""))),
    };
  });
  return asKnown(asked, "SHOW GRANTS");
}
