import type { Connection } from "mysql2/promise";
import type { MetaPlace } from "../../app/ports/databases.ts";
import type { CheckpointRow } from "../../domain/binlog/checkpoint-row.ts";
import { quoted, rowsOf } from "./connection.ts";

export const checkpointTable = ({ metaSchema, task }: Pick<MetaPlace, "metaSchema" | "task">): string =>
  `${quoted(metaSchema)}.${quoted(`${task}_syncer_checkpoint`)}`;

/** A row holds its table's structure, so a task of very many tables is refused rather than taken into memory. */
const ROWS_AT_MOST = 20_000;

/**
 * All rows of the source's id in the task's table (or in a copy of it), the global one first. `*`, because v1.0's table has no GTIDs,
 * no exit_safe and no table_info. Throws where there are too many.
 */
export async function readCheckpointRows(
  connection: Connection,
  timeoutMs: number,
  place: MetaPlace,
  lock: "" | "FOR UPDATE" = "",
  table = checkpointTable(place),
): Promise<CheckpointRow[]> {
  const sql = `SELECT * FROM ${table} WHERE id = ? LIMIT ${ROWS_AT_MOST + 1} ${lock}`;
  const rows = await rowsOf(connection, timeoutMs, sql, [place.source]);
  if (rows.length > ROWS_AT_MOST) throw new Error(`there are more than ${ROWS_AT_MOST} checkpoint rows of ${place.source}`);
  return rows.map(asCheckpointRow).toSorted((a, b) => Number(b.isGlobal) - Number(a.isGlobal));
}

function asCheckpointRow(row: Readonly<Record<string, unknown>>): CheckpointRow {
  const hasGtid = "binlog_gtid" in row;
  return {
    id: String(row.id),
    schema: String(row.cp_schema ?? ""),
    table: String(row.cp_table ?? ""),
    file: String(row.binlog_name ?? ""),
    position: Number(row.binlog_pos ?? 0),
    gtid: hasGtid ? String(row.binlog_gtid ?? "") : null,
    exitSafe:
      "exit_safe_binlog_name" in row
        ? {
            file: String(row.exit_safe_binlog_name ?? ""),
            position: Number(row.exit_safe_binlog_pos ?? 0),
            gtid: String(row.exit_safe_binlog_gtid ?? ""),
          }
        : null,
    isGlobal: Number(row.is_global ?? 0) === 1,
    tableInfo: tableInfoOf(row.table_info),
    createdAt: String(row.create_time ?? ""),
    updatedAt: String(row.update_time ?? ""),
  };
}

/** JSON's null is none. */
function tableInfoOf(value: unknown): string | null {
  return value === null || value === undefined || value === "null" ? null : String(value);
}
