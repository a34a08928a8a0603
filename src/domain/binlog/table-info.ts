import type { Known } from "../observation/known.ts";
import { known, notKnown } from "../observation/known.ts";
import type { CheckpointRow } from "./checkpoint-row.ts";
import type { TableName } from "./upstream-facts.ts";

/** Column names, in order, of a checkpoint's `table_info` (TiDB's model of a table as JSON); null: none is told, or it cannot be read. */
export function columnsOfTableInfo(text: string | null): readonly string[] | null {
  if (text === null) return null;
  let info: unknown;
  try {
    info = JSON.parse(text);
  } catch {
    return null;
  }
  const columns = (info as { cols?: unknown } | null)?.cols;
  if (!Array.isArray(columns)) return null;
  const names = columns.map((column) => (column as { name?: { O?: unknown } } | null)?.name?.O);
  return names.every((name) => typeof name === "string") ? names : null;
}

/** Tables whose columns upstream are not those that the checkpoint was written with. */
export function changedTables(
  rows: readonly CheckpointRow[],
  upstream: Known<readonly (TableName & { readonly columns: readonly string[] })[]>,
): Known<readonly TableName[]> {
  if (upstream.kind === "not-known") return upstream;
  const tables = rows.filter(({ isGlobal, table }) => !isGlobal && table !== "");
  const told = tables.flatMap((row) => {
    const columns = columnsOfTableInfo(row.tableInfo);
    return columns === null ? [] : [{ row, columns }];
  });
  if (told.length < tables.length) return notKnown("the checkpoint does not hold the structure of every table");
  return known(
    told
      .filter(({ row, columns }) => {
        const now = upstream.value.find(({ schema, table }) => schema === row.schema && table === row.table);
        return now === undefined || !sameColumns(now.columns, columns);
      })
      .map(({ row: { schema, table } }) => ({ schema, table })),
  );
}

/** MySQL's column names do not differ by case. */
function sameColumns(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, index) => name.toLowerCase() === b[index]!.toLowerCase());
}
