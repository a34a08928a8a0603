import type { Answer } from "../mysql-server.ts";
import { SqlRefusal, TokenReader, tokensOf } from "./tokens.ts";

export interface Settable {
  readonly variables: Map<string, string | number>;
  /** The server's own variables; others can not be set. */
  readonly known: Readonly<Record<string, string | number>>;
  readonly readOnly: (how: "session" | "next" | null) => void;
}

/** Variables that clients set and that change nothing here. */
const TAKEN = new Set(
  "names character autocommit sql_mode time_zone max_execution_time max_statement_time innodb_lock_wait_timeout lock_wait_timeout tidb_txn_mode transaction_isolation tx_isolation group_concat_max_len net_read_timeout net_write_timeout wait_timeout foreign_key_checks unique_checks sql_log_bin character_set_results character_set_client character_set_connection collation_connection tidb_mem_quota_query sql_safe_updates tidb_enable_paging transaction_read_only tx_read_only general_log".split(
    " ",
  ),
);

/** SET in all its forms; an unknown variable is refused. */
export function setVariables(sql: string, settable: Settable): Answer {
  const reader = new TokenReader(tokensOf(sql));
  reader.expect("set");
  if (reader.skip("names")) {
    reader.literal();
    if (reader.skip("collate")) reader.literal();
    reader.end();
    return { kind: "ok" };
  }
  const isSession = reader.skip("session") || reader.skip("global") || reader.skip("local");
  if (reader.skip("transaction")) {
    transaction(reader, isSession, settable);
    return { kind: "ok" };
  }
  do setOne(reader, settable);
  while (reader.skipSymbol(","));
  reader.end();
  return { kind: "ok" };
}

function setOne(reader: TokenReader, { variables, known }: Settable): void {
  if (!reader.skip("session")) reader.skip("global");
  const token = reader.next();
  const isUser = token.kind === "variable" && !token.text.startsWith("@@");
  const name = token.text.replace(/^@@?(?:(?:global|session|local)\.)?/i, "").toLowerCase();
  if (!reader.skipSymbol("=")) reader.expectSymbol(":=");
  const value = readValue(reader);
  if (isUser) return;
  if (!(name in known) && !TAKEN.has(name)) throw new SqlRefusal(1193, "HY000", `Unknown system variable '${name}'`);
  if (name === "autocommit" && !/^(?:1|on|true)$/i.test(value))
    throw new SqlRefusal(1235, "42000", "This version of the stand-in doesn't yet support 'autocommit off'");
  variables.set(name, /^-?\d+$/.test(value) ? Number(value) : value);
}

function readValue(reader: TokenReader): string {
  const parts: string[] = [];
  while (!reader.isDone && !reader.isSymbol(",")) {
    const token = reader.next();
    if (token.text !== "(") {
      parts.push(token.text);
      continue;
    }
    // A call such as CONCAT(@@sql_mode, ',X'): its commas belong to it.
    for (let depth = 1; depth > 0; ) {
      const inner = reader.next().text;
      depth += inner === "(" ? 1 : inner === ")" ? -1 : 0;
    }
  }
  return parts.join(" ");
}

function transaction(reader: TokenReader, isSession: boolean, { readOnly }: Settable): void {
  do {
    if (reader.skip("read", "only")) readOnly(isSession ? "session" : "next");
    else if (reader.skip("read", "write")) readOnly(null);
    else {
      reader.expect("isolation", "level");
      while (!reader.isDone && !reader.isSymbol(",")) reader.next();
    }
  } while (reader.skipSymbol(","));
  reader.end();
}

/** `BEGIN [PESSIMISTIC]`, `START TRANSACTION [READ ONLY], [WITH CONSISTENT SNAPSHOT]`; `readOnly` null: not said. */
export function startTransaction(sql: string): { readonly readOnly: boolean | null; readonly isSnapshot: boolean } {
  const reader = new TokenReader(tokensOf(sql));
  let readOnly: boolean | null = null;
  let isSnapshot = false;
  if (reader.skip("begin")) {
    if (!reader.skip("work") && !reader.skip("pessimistic")) reader.skip("optimistic");
  } else {
    reader.expect("start", "transaction");
    do {
      if (reader.skip("with", "consistent", "snapshot")) isSnapshot = true;
      else if (reader.skip("read", "only")) readOnly = true;
      else if (reader.skip("read", "write")) readOnly = false;
    } while (reader.skipSymbol(","));
  }
  reader.end();
  return { readOnly, isSnapshot };
}
