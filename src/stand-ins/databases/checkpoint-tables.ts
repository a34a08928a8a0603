import type { StatementSync } from "node:sqlite";
import { quoted, type SqlEngine } from "./sql-engine.ts";

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

/** DM's side of the checkpoint tables: past the protocol, in the same database that clients see. */
export interface CheckpointTables {
  get(task: string): CheckpointRow[] | undefined;
  /** All rows of the task, as they shall be. */
  set(task: string, rows: readonly CheckpointRow[]): void;
  /** Writes over the rows of the same id and table, of all tasks in one transaction; false when somebody else holds the lock. */
  save(
    changes: readonly { readonly task: string; readonly rows: readonly CheckpointRow[] }[],
    table?: { readonly hasGtids: boolean },
  ): boolean;
  remove(task: string): void;
}

/** v1.0 knew neither GTIDs nor a safe mode's end. */
const NEWER_COLUMNS = `binlog_gtid TEXT, exit_safe_binlog_name VARCHAR(128) DEFAULT '', exit_safe_binlog_pos INT UNSIGNED DEFAULT 0,
  exit_safe_binlog_gtid TEXT, table_info JSON,`;

export function checkpointTables({ database }: SqlEngine): CheckpointTables {
  const made = new Set<string>();
  const writers = new Map<string, StatementSync>();
  const nameOf = (task: string): string => `dm_meta.${quoted(`${task}_syncer_checkpoint`)}`;
  function exists(task: string): boolean {
    return (
      database
        .prepare("SELECT 1 FROM dm_meta.sqlite_master WHERE type = 'table' AND name = ?")
        .get(`${task}_syncer_checkpoint`) !== undefined
    );
  }
  function hasGtids(task: string): boolean {
    return database
      .prepare(`SELECT name FROM pragma_table_info(?, 'dm_meta')`)
      .all(`${task}_syncer_checkpoint`)
      .some(({ name }) => name === "binlog_gtid");
  }
  function make(task: string, withGtids: boolean): void {
    if (made.has(task) && exists(task)) return;
    database.exec(`CREATE TABLE IF NOT EXISTS ${nameOf(task)} (id VARCHAR(32) NOT NULL, cp_schema VARCHAR(128) NOT NULL,
      cp_table VARCHAR(128) NOT NULL, binlog_name VARCHAR(128), binlog_pos INT UNSIGNED, ${withGtids ? NEWER_COLUMNS : ""} is_global BOOLEAN,
      create_time TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, update_time TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
      UNIQUE (id, cp_schema, cp_table))`);
    made.add(task);
  }
  function writer(task: string, withGtids: boolean): StatementSync {
    make(task, withGtids);
    const known = writers.get(task);
    if (known) return known;
    const gtid = hasGtids(task);
    const statement = database.prepare(
      `INSERT INTO ${nameOf(task)} (id, cp_schema, cp_table, binlog_name, binlog_pos, is_global${gtid ? ", binlog_gtid, table_info" : ""})
       VALUES ($id, $schema, $table, $file, $position, $isGlobal${gtid ? ", $gtid, 'null'" : ""})
       ON CONFLICT DO UPDATE SET binlog_name = excluded.binlog_name, binlog_pos = excluded.binlog_pos,
       ${gtid ? "binlog_gtid = excluded.binlog_gtid," : ""} update_time = CURRENT_TIMESTAMP`,
    );
    statement.setAllowUnknownNamedParameters(true);
    writers.set(task, statement);
    return statement;
  }
  function save(changes: Parameters<CheckpointTables["save"]>[0], { hasGtids: withGtids } = { hasGtids: true }): boolean {
    try {
      database.exec("BEGIN IMMEDIATE");
    } catch {
      return false;
    }
    try {
      for (const { task, rows } of changes) {
        const write = writer(task, withGtids);
        for (const row of rows) write.run({ ...row, isGlobal: row.isGlobal ? 1 : 0 });
      }
      database.exec("COMMIT");
      return true;
    } catch (error) {
      database.exec("ROLLBACK");
      writers.clear();
      if ((error as { errcode?: number }).errcode === 5) return false;
      throw error;
    }
  }
  return {
    save,
    get(task) {
      if (!exists(task)) return undefined;
      return database
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
      make(task, true);
      database.exec(`DELETE FROM ${nameOf(task)}`);
      save([{ task, rows }]);
    },
    remove(task) {
      database.exec(`DROP TABLE IF EXISTS ${nameOf(task)}`);
      writers.delete(task);
    },
  };
}
