import type { DatabaseSync } from "node:sqlite";

const TABLES = `(SELECT 'def' AS table_catalog, schema AS table_schema, name AS table_name, 'BASE TABLE' AS table_type FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND schema NOT IN ('main', 'temp')) AS tables`;

/** A statement in MySQL's words as SQLite takes it; `locks`: the table that it reads FOR UPDATE. */
export function inSqlite(sql: string): { readonly text: string; readonly locks: string | null } {
  const isLocking = /\sfor\s+update\s*;?\s*$/i.test(sql);
  const text = outsideQuotes(sql.replace(/\s+for\s+update\s*;?\s*$/i, ""), (part) =>
    part
      .replace(/\binformation_schema\.tables\b/gi, TABLES)
      .replace(/^(\s*)(?:begin\s+(?:optimistic|pessimistic)|start\s+transaction\b[^;]*)/i, "$1BEGIN")
      .replace(/\b(?:now|current_timestamp)\(\d*\)/gi, "CURRENT_TIMESTAMP")
      .replace(/\bon\s+duplicate\s+key\s+update\b/gi, "ON CONFLICT DO UPDATE SET")
      .replace(/\bvalues\(\s*$/gi, "excluded.(")
      .replace(/\bvalues\(\s*(\w+)\s*\)(?=\s*(?:,|$))/gi, (whole, name: string) =>
        /\bon\s+duplicate\b/i.test(sql) && sql.search(/\bon\s+duplicate\b/i) < sql.lastIndexOf(whole)
          ? `excluded.${name}`
          : whole,
      )
      .replace(/\binsert\s+ignore\b/gi, "INSERT OR IGNORE"),
  );
  const locks = isLocking ? (/\bfrom\s+((?:`(?:[^`]|``)+`|\w+)(?:\.(?:`(?:[^`]|``)+`|\w+))?)/i.exec(text)?.[1] ?? null) : null;
  return { text, locks };
}

/** Changes only what stands outside of string literals and quoted names. */
function outsideQuotes(sql: string, change: (part: string) => string): string {
  return sql
    .split(/('(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`(?:[^`]|``)*`)/)
    .map((part, index) => (index % 2 === 1 ? part : change(part)))
    .join("");
}

/** `CREATE TABLE a LIKE b` with b's own definition; null when it is something else. */
export function tableLike(database: DatabaseSync, sql: string): string | null {
  const name = "(?:(`(?:[^`]|``)+`|\\w+)\\.)?(`(?:[^`]|``)+`|\\w+)";
  const found = new RegExp(`^\\s*create\\s+table\\s+(if\\s+not\\s+exists\\s+)?(${name})\\s+like\\s+${name}\\s*;?\\s*$`, "i").exec(
    sql,
  );
  if (!found) return null;
  const [, ifNotExists = "", target, , , schema = "main", table = ""] = found;
  const plain = (text: string): string => (text.startsWith("`") ? text.slice(1, -1).replaceAll("``", "`") : text);
  const row = database.prepare(`SELECT sql FROM ${schema}.sqlite_master WHERE type = 'table' AND name = ?`).get(plain(table));
  if (!row) throw new Error(`no such table: ${plain(schema)}.${plain(table)}`);
  const definition = String(row.sql);
  return `CREATE TABLE ${ifNotExists}${target} ${definition.slice(definition.indexOf("("))}`;
}
