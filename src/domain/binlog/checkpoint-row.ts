import type { Known } from "../observation/known.ts";

/**
 * One row of `{task}_syncer_checkpoint` in the downstream's meta schema (dm-facts §4). The global row is where the stream goes on;
 * a table row filters what that table was given already.
 */
export interface CheckpointRow {
  /** The source's id. */
  readonly id: string;
  /** Upstream names; both empty on the global row, the table's empty on a schema's row. */
  readonly schema: string;
  readonly table: string;
  /** As the row says it: with relay `mysql-bin|000001.004451`, else plain. */
  readonly file: string;
  /** uint32; wraps in a file over 4 GiB. */
  readonly position: number;
  /** null: the table has no such column (v1.0). */
  readonly gtid: string | null;
  readonly exitSafe: { readonly file: string; readonly position: number; readonly gtid: string } | null;
  readonly isGlobal: boolean;
  /** TiDB's model of the table as of the checkpoint, JSON text; null where there is none (global row, v1.0). */
  readonly tableInfo: string | null;
  /** As the database prints them, UTC. */
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** What a repair writes into one row; `gtid` undefined leaves the column as it is. Nothing else is ever touched. */
export interface RowChange {
  readonly schema: string;
  readonly table: string;
  readonly file: string;
  readonly position: number;
  readonly gtid: string | undefined;
}

/** Where the stream goes on; undefined: it is not known, or there is none. */
export const globalRowOf = (rows: Known<readonly CheckpointRow[]>): CheckpointRow | undefined =>
  rows.kind === "known" ? rows.value.find((row) => row.isGlobal) : undefined;

export const rowKey = ({ schema, table }: { readonly schema: string; readonly table: string }): string =>
  JSON.stringify([schema, table]);
