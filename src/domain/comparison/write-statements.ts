import type { Key } from "./key.ts";
import type { TableName } from "./replication-rules.ts";
import { rowFingerprint } from "./row-expression.ts";
import { withKeys } from "./row-statements.ts";
import type { Value, Values } from "./same-value.ts";
import { bytesLiteral, hexOfText, numberLiteral, quoted, quotedTable, textLiteral, timeLiteral } from "./sql-text.ts";
import type { ColumnPlan, TablePlan } from "./table-plan.ts";

/** A value as SQL, exact, whatever it holds. */
export function valueLiteral({ value: kind }: Pick<ColumnPlan, "value">, value: Value): string {
  if (value === null) return "NULL";
  switch (kind) {
    case "number":
      return numberLiteral(value);
    case "time":
      return timeLiteral(value);
    case "bytes":
      return bytesLiteral(value);
    case "text":
    case "json":
      return textLiteral(hexOfText(value));
    default:
      return kind satisfies never;
  }
}

/** Never REPLACE, never ON DUPLICATE KEY: a row that is there is left as it is. */
export function insertStatement(table: TableName, plan: TablePlan, values: Values): string {
  return `INSERT INTO ${intoColumns(table, plan)} VALUES (${literals(plan, values)})`;
}

export function replaceStatement(table: TableName, plan: TablePlan, values: Values): string {
  return `REPLACE INTO ${intoColumns(table, plan)} VALUES (${literals(plan, values)})`;
}

/** Of the one row that is still what was written; any change since makes it another. */
export function deleteUnchangedStatement(table: TableName, plan: TablePlan, key: Key, fingerprint: string): string {
  if (!/^[0-9a-f]{32}$/.test(fingerprint)) throw new Error("no fingerprint");
  return `DELETE FROM ${quotedTable(table)} WHERE ${withKeys(plan.key!, [key])} AND ${rowFingerprint(plan)} = '${fingerprint}' LIMIT 1`;
}

export function deleteStatement(table: TableName, plan: TablePlan, key: Key): string {
  return `DELETE FROM ${quotedTable(table)} WHERE ${withKeys(plan.key!, [key])}`;
}

function intoColumns(table: TableName, { columns }: TablePlan): string {
  return `${quotedTable(table)} (${columns.map(({ name }) => quoted(name)).join(",")})`;
}

function literals({ columns }: TablePlan, values: Values): string {
  return columns.map((column, at) => valueLiteral(column, values[at] ?? null)).join(",");
}
