import type { Connection } from "mysql2/promise";
import type { MetaChange, MetaChangeOutcome, MetaPlace, MetaPrepared, MetaWriter } from "../../app/ports/databases.ts";
import { type CheckpointRow, type RowChange, rowKey } from "../../domain/binlog/checkpoint-row.ts";
import { sameRows } from "../../domain/binlog/rewrite-checkpoint.ts";
import { checkpointTable, readCheckpointRows } from "./checkpoint-rows.ts";
import { asKnown, quoted, rowsOf, SERVER_SHARE, versionOf, withConnection } from "./connection.ts";
import type { ProbeOptions } from "./downstream-probe.ts";

/**
 * A COMMIT that is answered with one of these has written nothing: 1205, 1213 (a lock was not given, a deadlock was broken), TiDB's
 * 8002, 8022, 8028, 9007 (conflict, retry, schema changed). Any other answer leaves it open.
 */
const ROLLED_BACK: ReadonlySet<number> = new Set([1205, 1213, 8002, 8022, 8028, 9007]);

const tableIn = (metaSchema: string, table: string): string => `${quoted(metaSchema)}.${quoted(table)}`;
const fenceTable = (metaSchema: string): string => tableIn(metaSchema, "dm_medic_fence");

/** Writes to checkpoint tables with an account that may do so in DM's meta schema alone (docs/database-accounts.md). */
export function createMetaWriter({ login, timeoutMs }: ProbeOptions): MetaWriter {
  async function make(metaSchema: string, statements: readonly string[], signal: AbortSignal): Promise<MetaPrepared> {
    const asked = await withConnection(login, timeoutMs, signal, async (connection) => {
      for (const sql of statements) await connection.query({ sql, timeout: timeoutMs });
    });
    const answer = asKnown(asked, `SELECT, INSERT, UPDATE, CREATE ON ${quoted(metaSchema)}.*`);
    if (answer.kind === "known") return { kind: "ready" };
    return answer.lacks === null
      ? { kind: "failed", why: answer.why }
      : { kind: "refused", why: answer.why, lacks: answer.lacks };
  }

  return {
    prepareFence: (metaSchema, signal) => make(metaSchema, fenceStatements(metaSchema), signal),
    prepare({ place, backupTable }, signal) {
      const { metaSchema } = place;
      const [table, backup] = [checkpointTable(place), tableIn(metaSchema, backupTable)];
      return make(
        metaSchema,
        [
          ...fenceStatements(metaSchema),
          `CREATE TABLE IF NOT EXISTS ${backup} LIKE ${table}`,
          `INSERT INTO ${backup} SELECT * FROM ${table} WHERE 1 = 0`,
          `UPDATE ${table} SET binlog_pos = binlog_pos WHERE 1 = 0`,
        ],
        signal,
      );
    },
    async change(call, signal): Promise<MetaChangeOutcome> {
      const phase = { isCommitting: false };
      const asked = await withConnection(login, timeoutMs, signal, (connection) =>
        changeIn(connection, timeoutMs, call, signal, phase),
      );
      if (asked.kind === "answered") return asked.value;
      return { kind: phase.isCommitting && !ROLLED_BACK.has(asked.number) ? "unknown" : "failed", why: asked.why };
    },
  };
}

/** The last one writes nothing: the server checks the right all the same, and before anything depends on it. */
const fenceStatements = (metaSchema: string): string[] => [
  `CREATE TABLE IF NOT EXISTS ${fenceTable(metaSchema)} (name VARCHAR(180) NOT NULL PRIMARY KEY, fence BIGINT NOT NULL)`,
  `INSERT INTO ${fenceTable(metaSchema)} (name, fence) SELECT name, fence FROM ${fenceTable(metaSchema)} WHERE 1 = 0`,
  `UPDATE ${fenceTable(metaSchema)} SET fence = fence WHERE 1 = 0`,
];

type Run = (sql: string, values?: readonly (string | number)[]) => Promise<unknown>;

async function changeIn(
  connection: Connection,
  timeoutMs: number,
  { place, backupTable, fence, decide }: MetaChange,
  signal: AbortSignal,
  phase: { isCommitting: boolean },
): Promise<MetaChangeOutcome> {
  const run: Run = (sql, values = []) => connection.query({ sql, timeout: timeoutMs, values: [...values] });
  // The connection is closed after it in any case, so nothing hangs on this answer.
  const rolledBack = async <T>(outcome: T): Promise<T> => {
    await run("ROLLBACK").catch(() => {});
    return outcome;
  };
  await openTransaction(connection, timeoutMs);
  const by = await takeFence(connection, timeoutMs, run, place.metaSchema, fence);
  if (by !== null) return rolledBack({ kind: "fenced-off", by });
  const before = await readCheckpointRows(connection, timeoutMs, place, "FOR UPDATE");
  const decision = decide(before);
  if (decision.kind === "refused") return rolledBack({ kind: "refused", why: decision.why });
  const changes = decision.kind === "write" ? decision.changes : [];
  if (decision.kind === "write" && backupTable !== null) {
    const why = await backUp(connection, timeoutMs, run, place, backupTable, before);
    if (why !== null) return rolledBack({ kind: "refused", why });
  }
  for (const change of changes) await write(run, checkpointTable(place), place.source, change);
  // Locked again, which costs nothing: without, TiDB reads as of the transaction's begin.
  const after = await readCheckpointRows(connection, timeoutMs, place, "FOR UPDATE");
  const lost = changes.find((change) => !readsBack(after, change));
  if (lost) return rolledBack({ kind: "failed", why: `${JSON.stringify(lost)} does not read back as it was written` });
  if (signal.aborted) return rolledBack({ kind: "failed", why: "it was given up before its COMMIT" });
  phase.isCommitting = true;
  await run("COMMIT");
  return decision.kind === "already" ? { kind: "already", rows: after } : { kind: "written", before, after };
}

/**
 * TiDB may be set to optimistic transactions, in which FOR UPDATE locks nothing until the end. Who waits for a lock must leave the
 * queue on the server too: a statement that only this side has given up would still get it, and hold it. Whoever stands still inside
 * the transaction (a frozen process keeps its connection) loses it to the server, which rolls back: the next owner must get the locks,
 * and no COMMIT may come when it has gone on.
 */
async function openTransaction(connection: Connection, timeoutMs: number): Promise<void> {
  const isTidb = /tidb/i.test(await versionOf(connection, timeoutMs));
  const waitSeconds = Math.max(1, Math.floor((timeoutMs * SERVER_SHARE) / 1_000));
  const idleSeconds = Math.max(1, Math.ceil(timeoutMs / 1_000));
  await connection.query({
    sql: `SET SESSION innodb_lock_wait_timeout = ${waitSeconds}, SESSION wait_timeout = ${idleSeconds}`,
    timeout: timeoutMs,
  });
  await connection.query({ sql: isTidb ? "BEGIN PESSIMISTIC" : "START TRANSACTION", timeout: timeoutMs });
}

/** null: it is ours, and locked until the end. Otherwise the larger value of who came after us. */
async function takeFence(
  connection: Connection,
  timeoutMs: number,
  run: Run,
  metaSchema: string,
  { name, value }: MetaChange["fence"],
): Promise<number | null> {
  const table = fenceTable(metaSchema);
  // The row is made first, so that two owners lock the same one; a plain INSERT of a row that is there waits for its owner.
  await run(`INSERT IGNORE INTO ${table} (name, fence) VALUES (?, 0)`, [name]);
  const [held] = await rowsOf(connection, timeoutMs, `SELECT fence FROM ${table} WHERE name = ? FOR UPDATE`, [name]);
  // IGNORE cuts a name that is too long: then nothing would be locked.
  if (!held) throw new Error("the fence's row cannot be made");
  const by = Number(held.fence);
  if (by > value) return by;
  await run(`UPDATE ${table} SET fence = ? WHERE name = ?`, [value, name]);
  return null;
}

/** Copies the rows, or finds them there from an earlier attempt of the same run; why not, where other images are there. */
async function backUp(
  connection: Connection,
  timeoutMs: number,
  run: Run,
  place: MetaPlace,
  backupTable: string,
  before: readonly CheckpointRow[],
): Promise<string | null> {
  const backup = tableIn(place.metaSchema, backupTable);
  const kept = await readCheckpointRows(connection, timeoutMs, place, "", backup);
  if (kept.length > 0)
    return sameRows(kept, before) ? null : `${backupTable} holds other images of these rows, which must not be written over`;
  await run(`INSERT INTO ${backup} SELECT * FROM ${checkpointTable(place)} WHERE id = ?`, [place.source]);
  return null;
}

/** `update_time` is set by the table itself; nothing but the place is written. */
async function write(
  run: Run,
  table: string,
  source: string,
  { schema, table: name, file, position, gtid }: RowChange,
): Promise<void> {
  const set = gtid === undefined ? "" : ", binlog_gtid = ?";
  await run(`UPDATE ${table} SET binlog_name = ?, binlog_pos = ?${set} WHERE id = ? AND cp_schema = ? AND cp_table = ?`, [
    file,
    position,
    ...(gtid === undefined ? [] : [gtid]),
    ...[source, schema, name],
  ]);
}

function readsBack(after: readonly CheckpointRow[], change: RowChange): boolean {
  const row = after.find((one) => rowKey(one) === rowKey(change));
  if (!row || row.file !== change.file || row.position !== change.position) return false;
  return change.gtid === undefined || row.gtid === change.gtid;
}
