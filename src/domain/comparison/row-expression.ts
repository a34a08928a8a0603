import { quoted } from "./sql-text.ts";
import type { ColumnPlan, KeyColumn, TablePlan } from "./table-plan.ts";

/** Between two values: a byte string, so that the whole text is joined as bytes and no two collations can quarrel. */
const BETWEEN = "X'1F'";

/**
 * The checksum of a row: CRC32 over its values in their forms and, for every column that may be NULL, whether it is (CONCAT_WS leaves
 * NULLs out). The same text is sent to every side. JSON is not in it.
 */
export function rowChecksum({ columns }: TablePlan): string {
  return `CRC32(CONCAT_WS(${BETWEEN},${[...columns.flatMap(valueTerm), ...nullTerms(columns)].join(",")}))`;
}

/** A stronger one over everything, JSON's text too: to know a row again on the same server. */
export function rowFingerprint({ columns }: TablePlan): string {
  const terms = columns.map(({ name, value }) => (value === "json" ? `CONVERT(${quoted(name)} USING utf8mb4)` : quoted(name)));
  return `MD5(CONCAT_WS(${BETWEEN},${[...terms, ...nullTerms(columns)].join(",")}))`;
}

function nullTerms(columns: readonly ColumnPlan[]): readonly string[] {
  return columns.filter(({ nullable }) => nullable).map(({ name }) => `${quoted(name)} IS NULL`);
}

function valueTerm({ name, form }: ColumnPlan): readonly string[] {
  const column = quoted(name);
  switch (form.kind) {
    case "as-is":
      return [column];
    case "utf8":
      return [`CONVERT(${column} USING utf8mb4)`];
    case "number":
      return [`${column} + 0`];
    case "decimal":
      return [`CAST(${column} AS DECIMAL(65,${form.scale}))`];
    case "double":
      return [`CAST(${column} + 0e0 AS DECIMAL(65,30))`];
    case "float":
      return [
        `COALESCE(CAST(ROUND(CAST(${column} + 0e0 AS DECIMAL(65,30)), 5 - FLOOR(LOG10(ABS(${column})))) AS DECIMAL(65,30)), 0)`,
      ];
    case "datetime":
      return [`CAST(${column} AS DATETIME(6))`];
    case "time":
      return [`CAST(${column} AS TIME(6))`];
    case "long":
      return [`CRC32(${form.utf8 ? `CONVERT(${column} USING utf8mb4)` : column})`];
    case "json":
      return [];
    default:
      return form satisfies never;
  }
}

/** A value as it is read: exact, whatever the server would print of it. */
export function readTerm({ name, readAs, form }: ColumnPlan): string {
  const column = quoted(name);
  switch (readAs) {
    case "as-is":
      return form.kind === "utf8" ? `CONVERT(${column} USING utf8mb4)` : column;
    case "double":
      return `${column} + 0e0`;
    case "number":
      return `${column} + 0`;
    default:
      return readAs satisfies never;
  }
}

/** What a key's column is ordered and compared by. */
export function keyTerm({ name, order }: KeyColumn): string {
  return order === "column" ? quoted(name) : `CAST(CONVERT(${quoted(name)} USING utf8mb4) AS BINARY)`;
}
