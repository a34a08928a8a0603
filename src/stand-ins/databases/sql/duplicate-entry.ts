import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import type { Inserted } from "./expressions.ts";
import { printed } from "./functions.ts";
import { quoted, type TableDefinition } from "./table-definition.ts";
import { SqlRefusal } from "./tokens.ts";

/** MySQL's words for a key that is there already: which value, which key. null: the error is another one. */
export function duplicateEntry(
  error: unknown,
  table: TableDefinition,
  inserted: Inserted | null,
  database: DatabaseSync,
  values: readonly SQLInputValue[],
): SqlRefusal | null {
  const failed = /UNIQUE constraint failed: (.+)/.exec(String((error as Error).message))?.[1];
  if (failed === undefined) return null;
  const columns = failed.split(", ").map((name) => name.slice(name.indexOf(".") + 1));
  const key = table.keys.find((candidate) => candidate.columns.join().toLowerCase() === columns.join().toLowerCase());
  const entry = inserted ? entryOf(table, columns, inserted, database, values) : "";
  return new SqlRefusal(1062, "23000", `Duplicate entry '${entry}' for key '${table.name}.${key?.name ?? columns.join()}'`);
}

/** The first of the rows whose key stands in the table; else the first, which another of the same statement repeats. */
function entryOf(
  { schema, name }: TableDefinition,
  key: readonly string[],
  { columns, rows }: Inserted,
  database: DatabaseSync,
  values: readonly SQLInputValue[],
): string {
  const places = key.map((column) => columns.findIndex((other) => other.toLowerCase() === column.toLowerCase()) + 1);
  if (places.includes(0)) return "";
  const same = key.map((column, index) => `t.${quoted(column)} = v.column${places[index]}`).join(" AND ");
  const there = `EXISTS (SELECT 1 FROM ${quoted(schema)}.${quoted(name)} AS t WHERE ${same})`;
  const used = values.slice(0, rows.split("?").length - 1);
  const found = database
    .prepare(
      `SELECT ${places.map((place) => `v.column${place}`).join(", ")} FROM (VALUES ${rows}) AS v ORDER BY ${there} DESC LIMIT 1`,
    )
    .get(...used);
  return Object.values(found ?? {})
    .map((value) => String(printed(value as Parameters<typeof printed>[0]) ?? "NULL"))
    .join("-");
}
