import type { Connection, RowDataPacket } from "mysql2/promise";
import type { Content, Row, RowChange } from "../databases/binlog.ts";
import { contentOf, isDdl, nameAfter, placeOfDdl, type Statement } from "./upstream-side.ts";

/** How the stand-in DM reads values: as the database prints them, so that they can be written again as they are. */
export const PLAIN_VALUES = {
  dateStrings: true,
  supportBigNumbers: true,
  bigNumberStrings: true,
  jsonStrings: true,
} as const;

export const quoted = (name: string): string => `\`${name.replaceAll("`", "``")}\``;
export const tableText = ({ schema, table }: { readonly schema: string; readonly table: string }): string =>
  `${quoted(schema)}.${quoted(table)}`;

/** One transaction of statements on the upstream, and the rows that it changed. */
export interface Recorded {
  readonly contents: readonly Content[];
}

/** Runs the statements one after another; each run of row changes is one transaction, each DDL its own. Calls `log` after each commit. */
export async function runAndRecord(
  connection: Connection,
  statements: readonly Statement[],
  { isRefused, log }: { readonly isRefused: boolean; readonly log: (contents: readonly Content[]) => Promise<void> },
): Promise<void> {
  let open: Content[] = [];
  const commit = async (): Promise<void> => {
    if (open.length === 0) return;
    await connection.query("COMMIT");
    const contents = open;
    open = [];
    await log(contents);
  };
  for (const statement of statements) {
    if (typeof statement === "string" && isDdl(statement)) {
      await commit();
      await log([await runDdl(connection, statement, isRefused)]);
      continue;
    }
    if (open.length === 0) await connection.query("BEGIN");
    try {
      open.push(
        ...(typeof statement === "string" ? await runSql(connection, statement) : await runChange(connection, statement)),
      );
    } catch (error) {
      await connection.query("ROLLBACK");
      throw error;
    }
  }
  if (open.length === 0) await connection.query("COMMIT");
  await commit();
}

async function runDdl(connection: Connection, sql: string, isRefused: boolean): Promise<Content> {
  await connection.query(sql);
  const place = placeOfDdl(sql);
  const columns = place.table === null ? null : await columnsOf(connection, place.schema, place.table);
  return { kind: "ddl", ...place, sql, columns, isRefused };
}

export async function columnsOf(connection: Connection, schema: string, table: string): Promise<string[]> {
  const [rows] = await connection.query<RowDataPacket[]>(
    "SELECT column_name AS name FROM information_schema.columns WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position",
    [schema, table],
  );
  return rows.map((row) => String(row.name));
}

/** Runs a statement and compares the table before and after: good for tables of tests and demos, no more. */
async function runSql(connection: Connection, sql: string): Promise<Content[]> {
  const place = nameAfter(/^\s*(?:insert|replace)\s+(?:ignore\s+)?(?:into\s+)?|^\s*update\s+|^\s*delete\s+from\s+/i, sql, "");
  if (!place || place.schema === "") throw new Error(`no schema and table in: ${sql}`);
  const key = await keyOf(connection, place);
  const before = await rowsOf(connection, place);
  await connection.query(sql);
  const after = await rowsOf(connection, place);
  return differences(before, after, key).map((change) => ({ kind: "row", change: { ...place, ...change } as RowChange }));
}

async function rowsOf(connection: Connection, place: { readonly schema: string; readonly table: string }): Promise<Row[]> {
  const [rows] = await connection.query<RowDataPacket[]>(`SELECT * FROM ${tableText(place)}`);
  return rows.map((row) => ({ ...row }) as Row);
}

/** The columns of the primary key, else of a unique key, else null. */
export async function keyOf(
  connection: Connection,
  { schema, table }: { readonly schema: string; readonly table: string },
): Promise<readonly string[] | null> {
  const [rows] = await connection.query<RowDataPacket[]>(
    "SELECT index_name AS name, column_name AS col FROM information_schema.statistics WHERE table_schema = ? AND table_name = ? AND non_unique = 0 ORDER BY index_name, seq_in_index",
    [schema, table],
  );
  const keys = Map.groupBy(rows, (row) => String(row.name));
  const chosen = keys.get("PRIMARY") ?? [...keys.values()][0];
  return chosen ? chosen.map((row) => String(row.col)) : null;
}

type Change =
  | { readonly kind: "insert"; readonly after: Row }
  | { readonly kind: "update"; readonly before: Row; readonly after: Row }
  | { readonly kind: "delete"; readonly before: Row };

const whole = (row: Row): string =>
  JSON.stringify(Object.values(row).map((value) => (Buffer.isBuffer(value) ? value.toString("hex") : value)));

function differences(before: readonly Row[], after: readonly Row[], key: readonly string[] | null): Change[] {
  const nameOf = (row: Row): string => (key ? JSON.stringify(key.map((column) => row[column])) : whole(row));
  const old = Map.groupBy(before, nameOf);
  const changes: Change[] = [];
  for (const row of after) {
    const was = old.get(nameOf(row))?.pop();
    if (!was) changes.push({ kind: "insert", after: row });
    else if (whole(was) !== whole(row)) changes.push({ kind: "update", before: was, after: row });
  }
  const gone = [...old.values()].flat().map((row): Change => ({ kind: "delete", before: row }));
  return [...gone, ...changes];
}

async function runChange(connection: Connection, statement: Exclude<Statement, string>): Promise<Content[]> {
  if (statement.kind !== "bytes") await connection.query(...sqlOf(statement));
  return [contentOf(statement)];
}

/** A row change as SQL with its values; a row is found by all its columns. */
export function sqlOf(change: RowChange): [string, unknown[]] {
  const table = tableText(change);
  switch (change.kind) {
    case "insert":
      return insertInto("INSERT", table, change.after);
    case "update": {
      const [where, values] = found(change.before);
      const set = Object.keys(change.after).map((column) => `${quoted(column)} = ?`);
      return [`UPDATE ${table} SET ${set.join(", ")} WHERE ${where} LIMIT 1`, [...Object.values(change.after), ...values]];
    }
    case "delete": {
      const [where, values] = found(change.before);
      return [`DELETE FROM ${table} WHERE ${where} LIMIT 1`, values];
    }
    default:
      return change satisfies never;
  }
}

export function insertInto(verb: "INSERT" | "REPLACE", table: string, row: Row): [string, unknown[]] {
  const columns = Object.keys(row);
  return [
    `${verb} INTO ${table} (${columns.map(quoted).join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`,
    Object.values(row),
  ];
}

export function found(row: Row, key: readonly string[] | null = null): [string, unknown[]] {
  const columns = key ?? Object.keys(row);
  const where = columns.map((column) => (row[column] === null ? `${quoted(column)} IS NULL` : `${quoted(column)} = ?`));
  return [where.join(" AND "), columns.map((column) => row[column]).filter((value) => value !== null)];
}
