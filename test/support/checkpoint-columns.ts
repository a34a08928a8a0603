/** `{task}_syncer_checkpoint` as DM makes it (dm-facts §4). */
const columns = (added: string): string =>
  `id VARCHAR(32) NOT NULL, cp_schema VARCHAR(128) NOT NULL, cp_table VARCHAR(128) NOT NULL, binlog_name VARCHAR(128),
  binlog_pos INT UNSIGNED, ${added} is_global BOOLEAN, create_time timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
  update_time timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, UNIQUE KEY uk_id_schema_table (id, cp_schema, cp_table)`;

export const CHECKPOINT_COLUMNS = columns(
  `binlog_gtid TEXT, exit_safe_binlog_name VARCHAR(128) DEFAULT '', exit_safe_binlog_pos INT UNSIGNED DEFAULT 0,
  exit_safe_binlog_gtid TEXT, table_info JSON NOT NULL,`,
);
export const CHECKPOINT_COLUMNS_V1_0 = columns("");
