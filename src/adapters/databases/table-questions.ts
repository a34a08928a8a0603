import type { Connection } from "mysql2/promise";
import type { TableName } from "../../domain/binlog/upstream-facts.ts";
import { NO_TABLE, nothingWithoutTable, quoted, rowsOf } from "./connection.ts";

/** Names in one statement: a task of ten thousand tables is asked in parts. */
const AT_ONCE = 200;

async function perPart<T>(
  tables: readonly TableName[],
  ask: (where: string, values: string[]) => Promise<readonly T[]>,
): Promise<T[]> {
  const found: T[] = [];
  for (let at = 0; at < tables.length; at += AT_ONCE) {
    const part = tables.slice(at, at + AT_ONCE);
    const where = part.map(() => "(table_schema = ? AND table_name = ?)").join(" OR ");
    found.push(
      ...(await ask(
        where,
        part.flatMap(({ schema, table }) => [schema, table]),
      )),
    );
  }
  return found;
}

const nameOf = (row: Record<string, unknown>): TableName => ({ schema: String(row.s), table: String(row.t) });
const keyOf = ({ schema, table }: TableName): string => JSON.stringify([schema, table]);

/**
 * information_schema leaves out what the account may not see, without a word. So a table that it does not show is asked for itself:
 * one that is not there passes, one that may not be read throws the server's refusal.
 */
async function refuseUnseen(
  connection: Connection,
  timeoutMs: number,
  tables: readonly TableName[],
  seen: readonly TableName[],
): Promise<void> {
  const known = new Set(seen.map(keyOf));
  for (const name of tables.filter((table) => !known.has(keyOf(table)))) await isThere(connection, timeoutMs, name);
}

/** Throws the server's refusal where the account may not know. */
export async function isThere(connection: Connection, timeoutMs: number, { schema, table }: TableName): Promise<boolean> {
  try {
    await rowsOf(connection, timeoutMs, `SELECT 1 FROM ${quoted(schema)}.${quoted(table)} LIMIT 0`);
    return true;
  } catch (error) {
    if (NO_TABLE.has(Number((error as { errno?: unknown }).errno))) return false;
    throw error;
  }
}

/** A key is a unique index over columns of which none may be NULL: only that tells rows apart. */
export async function withoutKey(connection: Connection, timeoutMs: number, tables: readonly TableName[]): Promise<TableName[]> {
  const indexes = await perPart(tables, (where, values) =>
    rowsOf(
      connection,
      timeoutMs,
      `SELECT table_schema AS s, table_name AS t, index_name AS i, SUM(nullable = 'YES') AS nullables
         FROM information_schema.statistics WHERE non_unique = 0 AND (${where}) GROUP BY table_schema, table_name, index_name`,
      values,
    ),
  );
  const keyed = new Set(indexes.filter(({ nullables }) => Number(nullables) === 0).map((row) => keyOf(nameOf(row))));
  await refuseUnseen(connection, timeoutMs, tables, indexes.map(nameOf));
  return tables.filter((table) => !keyed.has(keyOf(table)));
}

export async function columnsOf(
  connection: Connection,
  timeoutMs: number,
  tables: readonly TableName[],
): Promise<(TableName & { readonly columns: readonly string[] })[]> {
  const rows = await perPart(tables, (where, values) =>
    rowsOf(
      connection,
      timeoutMs,
      `SELECT table_schema AS s, table_name AS t, column_name AS c, ordinal_position AS o
         FROM information_schema.columns WHERE ${where} ORDER BY table_schema, table_name, ordinal_position`,
      values,
    ),
  );
  await refuseUnseen(connection, timeoutMs, tables, rows.map(nameOf));
  const byTable = Map.groupBy(rows, (row) => keyOf(nameOf(row)));
  return Array.from(byTable.values(), (columns) => ({ ...nameOf(columns[0]!), columns: columns.map(({ c }) => String(c)) }));
}

/** information_schema shows constraints only to accounts that may do more than read, so the table's own words are read. */
export async function withForeignKey(
  connection: Connection,
  timeoutMs: number,
  tables: readonly TableName[],
): Promise<TableName[]> {
  const found: TableName[] = [];
  for (const name of tables) {
    const sql = `SHOW CREATE TABLE ${quoted(name.schema)}.${quoted(name.table)}`;
    const [row] = await rowsOf(connection, timeoutMs, sql).catch(nothingWithoutTable);
    if (/^\s*CONSTRAINT .* FOREIGN KEY /im.test(String(row?.["Create Table"] ?? ""))) found.push(name);
  }
  return found;
}
