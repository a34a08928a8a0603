import type { SqlEngine } from "./sql/sql-engine.ts";
import { quoted } from "./sql/table-definition.ts";

/** One row of `{task}_syncer_checkpoint`, as far as it matters for where a subtask goes on. */
export interface CheckpointRow {
  readonly id: string;
  readonly schema: string;
  readonly table: string;
  readonly file: string;
  readonly position: number;
  readonly gtid: string;
  readonly isGlobal: boolean;
}

/** The checkpoint tables for tests: past the protocol, in the same database that DM and other clients see. */
export interface CheckpointTables {
  get(task: string): CheckpointRow[] | undefined;
  /** All rows of the task, as they shall be. */
  set(task: string, rows: readonly CheckpointRow[]): void;
  /** Writes over the rows of the same id and table, of all tasks in one transaction; false when somebody else holds the lock. */
  save(changes: readonly { readonly task: string; readonly rows: readonly CheckpointRow[] }[]): boolean;
  remove(task: string): void;
}

/** The columns of v2 and later (dm-facts §4). */
const COLUMNS = `id VARCHAR(32) NOT NULL, cp_schema VARCHAR(128) NOT NULL, cp_table VARCHAR(128) NOT NULL, binlog_name VARCHAR(128),
  binlog_pos INT UNSIGNED, binlog_gtid TEXT, exit_safe_binlog_name VARCHAR(128) DEFAULT '', exit_safe_binlog_pos INT UNSIGNED DEFAULT 0,
  exit_safe_binlog_gtid TEXT, table_info JSON NOT NULL, is_global BOOLEAN, create_time timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
  update_time timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  UNIQUE KEY uk_id_schema_table (id, cp_schema, cp_table)`;

export function checkpointTables(engine: SqlEngine): CheckpointTables {
  const tableOf = (task: string): string => `${task}_syncer_checkpoint`;
  const nameOf = (task: string): string => `\`dm_meta\`.${quoted(tableOf(task))}`;
  const hasGtids = (task: string): boolean =>
    engine.catalog.table("dm_meta", tableOf(task)).columns.some(({ name }) => name === "binlog_gtid");
  function make(task: string): void {
    if (!engine.catalog.find("dm_meta", tableOf(task))) engine.define(`CREATE TABLE ${nameOf(task)} (${COLUMNS})`);
  }
  function write(task: string, rows: readonly CheckpointRow[]): void {
    const withGtids = hasGtids(task);
    const statement = engine.database.prepare(
      `INSERT INTO ${nameOf(task)} (id, cp_schema, cp_table, binlog_name, binlog_pos, is_global${withGtids ? ", binlog_gtid, table_info" : ""})
       VALUES ($id, $schema, $table, $file, $position, $isGlobal${withGtids ? ", $gtid, 'null'" : ""})
       ON CONFLICT DO UPDATE SET binlog_name = excluded.binlog_name, binlog_pos = excluded.binlog_pos,
       ${withGtids ? "binlog_gtid = excluded.binlog_gtid," : ""} update_time = CURRENT_TIMESTAMP`,
    );
    statement.setAllowUnknownNamedParameters(true);
    for (const row of rows) statement.run({ ...row, isGlobal: row.isGlobal ? 1 : 0 });
  }
  function save(changes: Parameters<CheckpointTables["save"]>[0]): boolean {
    const { database } = engine;
    for (const { task } of changes) make(task);
    try {
      database.exec("BEGIN IMMEDIATE");
    } catch {
      return false;
    }
    try {
      for (const { task, rows } of changes) write(task, rows);
      database.exec("COMMIT");
      return true;
    } catch (error) {
      database.exec("ROLLBACK");
      if ((error as { errcode?: number }).errcode === 5) return false;
      throw error;
    }
  }
  return {
    save,
    get(task) {
      if (!engine.catalog.find("dm_meta", tableOf(task))) return undefined;
      return engine.database
        .prepare(`SELECT * FROM ${nameOf(task)}`)
        .all()
        .map((row) => ({
          id: String(row.id),
          schema: String(row.cp_schema),
          table: String(row.cp_table),
          file: String(row.binlog_name),
          position: Number(row.binlog_pos),
          gtid: String(row.binlog_gtid ?? ""),
          isGlobal: row.is_global === 1,
        }));
    },
    set(task, rows) {
      make(task);
      engine.database.exec(`DELETE FROM ${nameOf(task)}`);
      save([{ task, rows }]);
    },
    remove(task) {
      if (engine.catalog.find("dm_meta", tableOf(task))) engine.define(`DROP TABLE ${nameOf(task)}`);
    },
  };
}
