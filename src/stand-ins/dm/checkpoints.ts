import { loadCheckpoint, prepareMeta, saveCheckpoint } from "./checkpoint-store.ts";
import { checkpointPanic } from "./errors.ts";
import {
  type DmErrorModel,
  isV1,
  type Position,
  type Source,
  type Subtask,
  type SyncMemory,
  type TablePoint,
  type Task,
  type Version,
} from "./model.ts";
import { gtidText, isBefore, later, masterAt, placeText, transactionBehind, wrapped } from "./places.ts";
import { relaySuffix } from "./relay.ts";
import { type Target, TargetTrouble } from "./target.ts";

/** What the reading and writing of one subtask's checkpoint rows takes. */
export interface CheckpointWork {
  readonly task: Task;
  readonly source: Source;
  readonly target: Target;
  readonly version: Version;
  readonly now: number;
  readonly flushEveryMs: number;
}

/** How long a unit that begins anew overwrites rows that are there already. */
export function safeWindowMs(version: Version, flushEveryMs: number): number {
  if (isV1(version)) return 300_000;
  return version.startsWith("v2.") ? 60_000 : 2 * flushEveryMs;
}

/** A sync unit's memory from the rows, which are read here and nowhere else; else from what the task's YAML says. Throws what the downstream answers. */
export async function readMemory(work: CheckpointWork): Promise<SyncMemory> {
  const { task, source, target, version } = work;
  const place = { metaSchema: task.metaSchema, task: task.name };
  await prepareMeta(target, place, version);
  const rows = await loadCheckpoint(target, place, source.id);
  const global = rows?.global ?? freshStart(task, source);
  const points = rows?.tables ?? freshTables(task, source, global);
  const tables = new Map(points.map((point) => [JSON.stringify([point.schema, point.table]), point]));
  const isEmptySet = global.gtid === 0 && rows !== null;
  const compares = source.readsByGtid && !isEmptySet ? "by-gtid" : "by-position";
  return {
    compares,
    streams: source.readsByGtid ? "by-gtid" : "by-position",
    global,
    tables,
    flushed: { global, tables: new Map(tables) },
    cursor: null,
    safeUntil: work.now + safeWindowMs(version, work.flushEveryMs),
    exitSafe: rows?.exitSafe ?? null,
    panic: rows ? whyPanic(source, global, rows.tables, compares) : null,
    resets: 0,
    touched: new Set(),
  };
}

/** A table's row behind the global one; or GTIDs in force, and rows at a file's head without a set. */
function whyPanic(
  source: Source,
  global: Position,
  tables: readonly TablePoint[],
  compares: SyncMemory["compares"],
): DmErrorModel | null {
  const text = (at: Position): string => `{{${placeText(at)} ${gtidText(source, at)}}}`;
  const behind = tables.find(({ table, at }) => table !== "" && isBefore(at, global, compares));
  if (behind) return checkpointPanic(text(behind.at), text(global));
  const isBare = source.readsByGtid && global.gtid === 0 && global.position <= 4;
  return isBare ? checkpointPanic(text(global), text(masterAt(source))) : null;
}

/** The YAML's place; else the oldest binlog where there is a database behind it, else where the upstream is. */
function freshStart(task: Task, source: Source): Position {
  const { binlog, login } = source.side;
  const given = task.starts.get(source.id);
  if (!given) {
    const first = binlog.files[0]!;
    return login
      ? { file: first.number, position: 4, gtid: first.previousGtid }
      : { ...masterAt(source), position: wrapped(masterAt(source).position) };
  }
  if (given.gtid > 0 || given.position <= 4) return given;
  const next = transactionBehind(binlog, given.file, given.position);
  return { ...given, gtid: next ? next.gtid - 1 : binlog.end.gtid };
}

/** A binlog without a database names no tables: one is made up for each schema. */
const freshTables = ({ schemas }: Task, { side }: Source, at: Position): TablePoint[] =>
  side.login ? [] : schemas.map((schema) => ({ schema, table: "orders", at, columns: [] }));

/** Lock waits and write conflicts: the rows are somebody else's now, it is tried again. */
const LATER = new Set([1205, 9007, 1213]);

export type Flushed =
  | { readonly kind: "flushed" | "locked" }
  | { readonly kind: "failed"; readonly errors: readonly DmErrorModel[] };

/** Writes what the subtask holds in memory over its rows, in one transaction. `isExit`: it ends, perhaps inside a transaction. */
export async function flush(work: CheckpointWork, subtask: Subtask, isExit = false): Promise<Flushed> {
  const { task, source, target, version } = work;
  const memory = subtask.sync;
  if (memory === null) return { kind: "flushed" };
  const global = memory.global;
  const tables = [...memory.tables.values()].map((point) =>
    point.table === "" ? point : { ...point, at: later(point.at, global, memory.compares) },
  );
  try {
    await saveCheckpoint(
      target,
      { metaSchema: task.metaSchema, task: task.name },
      source.id,
      { global, exitSafe: isExit ? middleOf(source, memory) : null, tables },
      version,
      { relaySuffix: relaySuffix(source), gtidText: (at) => gtidText(source, at) },
    );
  } catch (error) {
    if (!(error instanceof TargetTrouble)) throw error;
    return LATER.has(error.errno) ? { kind: "locked" } : { kind: "failed", errors: [error.error] };
  }
  memory.flushed = { global, tables: new Map(tables.map((point) => [JSON.stringify([point.schema, point.table]), point])) };
  subtask.flushedAt = work.now;
  return { kind: "flushed" };
}

/** Where the reader stands inside a transaction; null: it stands between two. */
function middleOf({ side }: Source, { cursor }: SyncMemory): Position | null {
  if (!cursor) return null;
  const transaction = transactionBehind(side.binlog, cursor.file, cursor.offset);
  if (transaction?.file !== cursor.file || cursor.offset <= transaction.start) return null;
  return { file: cursor.file, position: wrapped(cursor.offset), gtid: transaction.gtid };
}
