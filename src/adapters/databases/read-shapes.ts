import type { TableName } from "../../domain/comparison/replication-rules.ts";
import { hexOfText, textLiteral } from "../../domain/comparison/sql-text.ts";
import type { ColumnShape, IndexShape, TableShape } from "../../domain/comparison/table-shape.ts";
import type { RawRow } from "./rows-session.ts";

/** Answers come from information_schema, whose column names MySQL 8 prints in upper case: they are read by their place instead. */

export const TABLES =
  "SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_ROWS FROM information_schema.TABLES WHERE TABLE_TYPE = 'BASE TABLE'" +
  " AND TABLE_SCHEMA NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema', 'metrics_schema', 'inspection_schema')" +
  " ORDER BY TABLE_SCHEMA, TABLE_NAME";

const literal = (text: string): string => textLiteral(hexOfText(text));

/** One table a question: MariaDB and MySQL 5.7 look at every table of the server unless both names are given as constants. */
const ofTable = ({ schema, table }: TableName): string => `TABLE_SCHEMA = ${literal(schema)} AND TABLE_NAME = ${literal(table)}`;

export function columnsStatement(table: TableName): string {
  return (
    "SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, IS_NULLABLE, CHARACTER_SET_NAME, COLLATION_NAME," +
    " DATETIME_PRECISION, NUMERIC_SCALE, EXTRA FROM information_schema.COLUMNS" +
    ` WHERE ${ofTable(table)} ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION`
  );
}

export function indexesStatement(table: TableName): string {
  return (
    "SELECT TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, NON_UNIQUE, COLUMN_NAME, SUB_PART FROM information_schema.STATISTICS" +
    ` WHERE ${ofTable(table)} ORDER BY TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX`
  );
}

export const textOf = (cell: Buffer | null | undefined): string => cell?.toString("utf8") ?? "";

export function shapesOf(columns: readonly RawRow[], indexes: readonly RawRow[]): readonly TableShape[] {
  const idOf = (row: RawRow): string => JSON.stringify([textOf(row[0]), textOf(row[1])]);
  const indexRows = Map.groupBy(indexes, idOf);
  return Array.from(Map.groupBy(columns, idOf), ([id, rows]) => ({
    schema: textOf(rows[0]![0]),
    table: textOf(rows[0]![1]),
    columns: rows.map(columnOf),
    indexes: indexesOf(indexRows.get(id) ?? []),
  }));
}

function columnOf([
  ,
  ,
  name,
  dataType,
  columnType,
  nullable,
  charset,
  collation,
  timeFraction,
  scale,
  extra,
]: RawRow): ColumnShape {
  return {
    name: textOf(name),
    dataType: textOf(dataType).toLowerCase(),
    columnType: textOf(columnType).toLowerCase(),
    nullable: textOf(nullable).toUpperCase() === "YES",
    charset: charset ? textOf(charset) : null,
    collation: collation ? textOf(collation) : null,
    fraction: Number(textOf(timeFraction) || textOf(scale) || 0),
    // MySQL 8 says DEFAULT_GENERATED of a mere default: that is no generated column.
    isGenerated: /\b(?:VIRTUAL|STORED|PERSISTENT)\b.*\bGENERATED\b|^(?:VIRTUAL|PERSISTENT|STORED)$/i.test(textOf(extra)),
  };
}

function indexesOf(rows: readonly RawRow[]): readonly IndexShape[] {
  const indexes = Array.from(
    Map.groupBy(rows, (row) => textOf(row[2])),
    ([name, parts]) => ({
      name,
      isPrimary: name.toUpperCase() === "PRIMARY",
      isUnique: Number(textOf(parts[0]![3])) === 0,
      columns: parts.map(([, , , , column, prefix]) => (column && prefix === null ? textOf(column) : null)),
    }),
  );
  return indexes.toSorted((a, b) => Number(b.isPrimary) - Number(a.isPrimary));
}
