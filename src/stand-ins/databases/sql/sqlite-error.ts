import type { Answer } from "../mysql-server.ts";

const BUSY = 5;
const BUSY_SNAPSHOT = 517;

/** SQLite's complaint under the number that MySQL gives it. */
export function inMysql({ message, errcode }: Error & { readonly errcode?: number }): Extract<Answer, { kind: "error" }> {
  const told = (code: number, state: string, text: string) => ({ kind: "error" as const, code, state, message: text });
  if (errcode === BUSY_SNAPSHOT) return told(9007, "HY000", "Write conflict [try again later]");
  if (errcode === BUSY) return told(1205, "HY000", "Lock wait timeout exceeded; try restarting transaction");
  const missingTable = /no such table: (.+)/.exec(message)?.[1];
  if (missingTable) return told(1146, "42S02", `Table '${missingTable}' doesn't exist`);
  const column = /no such column: (.+)/.exec(message)?.[1] ?? /has no column named (.+)/.exec(message)?.[1];
  if (column) return told(1054, "42S22", `Unknown column '${column.replaceAll("`", "")}' in 'field list'`);
  if (/\d+ values for \d+ columns/.test(message) || /has \d+ columns but \d+ values/.test(message))
    return told(1136, "21S01", "Column count doesn't match value count at row 1");
  const [, constraint, ofColumn] = /CHECK constraint failed: (\d+) (.+)/.exec(message) ?? [];
  if (constraint === "1406") return told(1406, "22001", `Data too long for column '${ofColumn}' at row 1`);
  if (constraint) return told(1366, "HY000", `Incorrect value for column '${ofColumn}' at row 1`);
  if (/UNIQUE constraint failed/.test(message)) return told(1062, "23000", `Duplicate entry for key: ${message}`);
  const missing = /NOT NULL constraint failed: (?:.+\.)?(.+)/.exec(message)?.[1];
  if (missing) return told(1048, "23000", `Column '${missing}' cannot be null`);
  return told(1064, "42000", `You have an error in your SQL syntax: ${message}`);
}
