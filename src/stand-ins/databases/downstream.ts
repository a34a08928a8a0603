import { type Answer, type MysqlServer, startMysqlServer } from "./mysql-server.ts";
import type { Value } from "./wire.ts";

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

export interface Downstream extends MysqlServer {
  /** Checkpoint rows by task. */
  readonly checkpoints: Map<string, CheckpointRow[]>;
}

const COLUMNS = [
  "id",
  "cp_schema",
  "cp_table",
  "binlog_name",
  "binlog_pos",
  "binlog_gtid",
  "exit_safe_binlog_name",
  "exit_safe_binlog_pos",
  "exit_safe_binlog_gtid",
  "table_info",
  "is_global",
];
const FROM_CHECKPOINT = /from\s+`dm_meta`\.`((?:[^`]|``)+)_syncer_checkpoint`/i;

/** A TiDB-like downstream that holds DM's checkpoint tables and answers what a careful reader asks. */
export async function startDownstream(
  options: { readonly users?: Readonly<Record<string, string>>; readonly port?: number } = {},
): Promise<Downstream> {
  const checkpoints = new Map<string, CheckpointRow[]>();
  const server = await startMysqlServer({
    version: "8.0.11-TiDB-v8.1.0",
    ask: (sql, values) => answer(checkpoints, sql.trim(), values),
    ...options,
  });
  return Object.assign(server, { checkpoints });
}

function answer(checkpoints: ReadonlyMap<string, CheckpointRow[]>, sql: string, values: readonly Value[]): Answer {
  if (/^select 1\b/i.test(sql)) return { kind: "rows", columns: ["1"], rows: [["1"]] };
  if (/^select version\(\)/i.test(sql)) return { kind: "rows", columns: ["VERSION()"], rows: [["8.0.11-TiDB-v8.1.0"]] };
  if (/^(?:set|begin|start transaction|commit|rollback|use)\b/i.test(sql)) return { kind: "ok" };
  const table = FROM_CHECKPOINT.exec(sql);
  if (table) return checkpointRows(checkpoints, table[1]!.replaceAll("``", "`"), sql, values);
  return { kind: "error", code: 1064, state: "42000", message: `the stand-in does not know this statement: ${sql.slice(0, 80)}` };
}

function checkpointRows(
  checkpoints: ReadonlyMap<string, CheckpointRow[]>,
  task: string,
  sql: string,
  values: readonly Value[],
): Answer {
  const rows = checkpoints.get(task);
  if (!rows)
    return { kind: "error", code: 1146, state: "42S02", message: `Table 'dm_meta.${task}_syncer_checkpoint' doesn't exist` };
  const globalOnly = /is_global\s*=\s*1/i.test(sql);
  const ofId = rows.filter((row) => (values.length === 0 || row.id === String(values[0])) && (!globalOnly || row.isGlobal));
  return {
    kind: "rows",
    columns: COLUMNS,
    rows: ofId.map((row) => [
      row.id,
      row.schema,
      row.table,
      row.file,
      row.position,
      row.gtid,
      "",
      0,
      "",
      "null",
      row.isGlobal ? 1 : 0,
    ]),
  };
}
