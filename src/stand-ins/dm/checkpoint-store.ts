import { isV1, type Position, type TablePoint, type Version } from "./model.ts";
import { fileName, fileNumber, gtidNumber } from "./places.ts";
import { quoted } from "./record-writes.ts";
import type { Target } from "./target.ts";

export interface MetaPlace {
  readonly metaSchema: string;
  readonly task: string;
}

/** What the rows of one source say. */
export interface Checkpoint {
  readonly global: Position;
  readonly exitSafe: Position | null;
  readonly tables: readonly TablePoint[];
}

/** How places are written into the rows. */
export interface RowForm {
  /** `000001` while the syncer reads relay files. */
  readonly relaySuffix: string | null;
  readonly gtidText: (position: Position) => string;
}

const tableName = ({ metaSchema, task }: MetaPlace, what: string): string => `${quoted(metaSchema)}.${quoted(`${task}_${what}`)}`;
const META_TABLES = ["syncer_checkpoint", "onlineddl", "syncer_sharding_meta", "loader_checkpoint"] as const;

const TIMES = `create_time timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
  update_time timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP`;

/** Makes the schema and the tables where they are not there: v1.0 knew neither GTIDs nor a safe mode's end nor table structures. */
export async function prepareMeta(target: Target, place: MetaPlace, version: Version): Promise<void> {
  await target.run(`CREATE DATABASE IF NOT EXISTS ${quoted(place.metaSchema)}`);
  const newer = `binlog_gtid TEXT, exit_safe_binlog_name VARCHAR(128) DEFAULT '', exit_safe_binlog_pos INT UNSIGNED DEFAULT 0,
    exit_safe_binlog_gtid TEXT, table_info JSON NOT NULL,`;
  await target.run(`CREATE TABLE IF NOT EXISTS ${tableName(place, "syncer_checkpoint")} (id VARCHAR(32) NOT NULL,
    cp_schema VARCHAR(128) NOT NULL, cp_table VARCHAR(128) NOT NULL, binlog_name VARCHAR(128), binlog_pos INT UNSIGNED,
    ${isV1(version) ? "" : newer} is_global BOOLEAN, ${TIMES}, UNIQUE KEY uk_id_schema_table (id, cp_schema, cp_table))`);
  await target.run(`CREATE TABLE IF NOT EXISTS ${tableName(place, "onlineddl")} (id VARCHAR(32) NOT NULL, ghost_schema VARCHAR(128) NOT NULL,
    ghost_table VARCHAR(128) NOT NULL, ddls TEXT, update_time timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
    UNIQUE KEY uk_id_schema_table (id, ghost_schema, ghost_table))`);
  if (isV1(version)) return;
  await target.run(`CREATE TABLE IF NOT EXISTS ${tableName(place, "syncer_sharding_meta")} (source_id VARCHAR(32) NOT NULL,
    target_table_id VARCHAR(144) NOT NULL, source_table_id VARCHAR(144) NOT NULL, active_index INT, is_global BOOLEAN, data JSON NOT NULL,
    ${TIMES}, UNIQUE KEY uk_source_id_table_id_source (source_id, target_table_id, source_table_id))`);
}

/** null: there is no global row of this source, or it says nothing (position at the head of no file, no GTID). */
export async function loadCheckpoint(target: Target, place: MetaPlace, id: string): Promise<Checkpoint | null> {
  const rows = await target.rows(`SELECT * FROM ${tableName(place, "syncer_checkpoint")} WHERE id = ?`, [id]);
  const global = rows.find((row) => Number(row.is_global) === 1);
  if (!global || (String(global.binlog_name ?? "") === "" && Number(global.binlog_pos) <= 4 && !global.binlog_gtid)) return null;
  const exitName = String(global.exit_safe_binlog_name ?? "");
  return {
    global: positionOf(global.binlog_name, global.binlog_pos, global.binlog_gtid),
    exitSafe: exitName === "" ? null : positionOf(exitName, global.exit_safe_binlog_pos, global.exit_safe_binlog_gtid),
    tables: rows
      .filter((row) => Number(row.is_global) !== 1)
      .map((row) => ({
        schema: String(row.cp_schema),
        table: String(row.cp_table),
        at: positionOf(row.binlog_name, row.binlog_pos, row.binlog_gtid),
        columns: columnsIn(row.table_info),
      })),
  };
}

const positionOf = (name: unknown, position: unknown, gtid: unknown): Position => ({
  file: fileNumber(String(name ?? "")),
  position: Number(position ?? 4),
  gtid: gtidNumber(String(gtid ?? "")),
});

function columnsIn(info: unknown): string[] {
  try {
    const read = JSON.parse(String(info)) as { cols?: { name?: { O?: string } }[] } | null;
    return (read?.cols ?? []).flatMap((column) => column.name?.O ?? []);
  } catch {
    return [];
  }
}

/** TiDB's model of a table, as far as its columns. */
function infoOf({ table, columns }: TablePoint): string {
  if (columns.length === 0) return "null";
  const name = (text: string) => ({ O: text, L: text.toLowerCase() });
  return JSON.stringify({
    id: 1,
    name: name(table),
    cols: columns.map((column, index) => ({ id: index + 1, name: name(column), offset: index, state: 5 })),
    state: 5,
  });
}

/** Writes the rows of one source over what stands there, in one transaction. */
export async function saveCheckpoint(
  target: Target,
  place: MetaPlace,
  id: string,
  { global, exitSafe, tables }: Checkpoint,
  version: Version,
  { relaySuffix, gtidText }: RowForm,
): Promise<void> {
  const rows = [
    { schema: "", table: "", at: global, isGlobal: 1, info: "null", exit: exitSafe },
    ...tables.map((point) => ({ ...point, isGlobal: 0, info: infoOf(point), exit: null })),
  ];
  const old = ["id", "cp_schema", "cp_table", "binlog_name", "binlog_pos", "is_global"];
  const newer = ["binlog_gtid", "exit_safe_binlog_name", "exit_safe_binlog_pos", "exit_safe_binlog_gtid", "table_info"];
  const columns = isV1(version) ? old : [...old, ...newer];
  const overwritten = columns.filter((column) => !["id", "cp_schema", "cp_table", "is_global"].includes(column));
  const sql = `INSERT INTO ${tableName(place, "syncer_checkpoint")} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})
    ON DUPLICATE KEY UPDATE ${overwritten.map((column) => `${column} = VALUES(${column})`).join(", ")}`;
  const name = (position: Position): string => fileName(position, relaySuffix);
  await target.together(
    rows.map(({ schema, table, at, isGlobal, info, exit }): [string, unknown[]] => {
      // The row of a schema is written plain, whatever the syncer reads.
      const file = table === "" && schema !== "" ? fileName(at) : name(at);
      const values: unknown[] = [id, schema, table, file, at.position, isGlobal];
      if (!isV1(version))
        values.push(gtidText(at), exit ? name(exit) : "", exit?.position ?? 0, exit ? gtidText(exit) : "", info);
      return [sql, values];
    }),
  );
}

/** remove-meta, and OpenAPI's deletion of a task. */
export async function dropMeta(target: Target, place: MetaPlace): Promise<void> {
  for (const what of META_TABLES) await target.run(`DROP TABLE IF EXISTS ${tableName(place, what)}`);
}
