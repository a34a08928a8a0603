import type { BinlogEvent, DdlContent, RowChange, Transaction } from "../databases/binlog.ts";
import { ddlUnsupported, filePurged, locatedAt, relayFileBroken } from "./errors.ts";
import {
  type Cursor,
  type DmErrorModel,
  type Instance,
  isV1,
  type Position,
  type Source,
  type StatementOperator,
  type Subtask,
  type SyncMemory,
  type Version,
} from "./model.ts";
import { fileName, gtidText, isBefore, isHuge, placeText, wrapped } from "./places.ts";
import { tableText } from "./record-writes.ts";
import { readsRelay } from "./relay.ts";
import { nextStep, openStream } from "./stream.ts";
import { type Target, TargetTrouble } from "./target.ts";

/** What a sync unit works with. */
export interface SyncWork {
  readonly subtask: Subtask;
  readonly memory: SyncMemory;
  readonly source: Source;
  readonly instance: Instance;
  readonly target: Target;
  readonly version: Version;
  readonly operators: readonly StatementOperator[];
  readonly now: number;
}

/** So many events at most in one go, that others get their turn. */
const EVENTS_AT_ONCE = 500;

/** Reads on from where it stands, at most so many bytes; returns what it stops for, null when nothing does. */
export async function readOn(work: SyncWork, bytes: number): Promise<readonly DmErrorModel[] | null> {
  const { memory, source, version } = work;
  if (memory.panic) {
    const { panic } = memory;
    memory.panic = null;
    return [panic];
  }
  if (memory.cursor === null) {
    const opened = openStream(source, memory, version);
    if (opened.kind === "refused") return [opened.error];
    if (opened.kind === "wait") return null;
    memory.cursor = opened.cursor;
  }
  let left = bytes;
  for (let count = 0; count < EVENTS_AT_ONCE && memory.cursor !== null; count++) {
    const cursor: Cursor = memory.cursor;
    const step = nextStep(source, cursor);
    if (step.kind === "gone") return [filePurged()];
    const cost = step.to - cursor.offset;
    if (cost > left) {
      memory.cursor = { ...cursor, offset: cursor.offset + Math.max(0, left) };
      return null;
    }
    left -= cost;
    if (step.kind === "end") {
      memory.cursor = { ...cursor, offset: step.to };
      if (step.isAll) standsAtEnd(work);
      return null;
    }
    const trouble = step.kind === "rotate" ? rotate(work, step.next, cursor) : await take(work, step);
    if (trouble) return [trouble];
    if (memory.cursor !== null && step.kind !== "rotate") memory.cursor = { ...cursor, offset: step.to };
  }
  return null;
}

/** Where nothing came behind a file's head, the global point stands at the end all the same. */
function standsAtEnd({ memory, source }: SyncWork): void {
  const { file, position, gtid } = source.side.binlog.end;
  moveGlobal(memory, { file, position: wrapped(position), gtid });
}

const moveGlobal = (memory: SyncMemory, to: Position): void => {
  // A wrapped position that looks older is not saved.
  if (isBefore(memory.global, to, memory.compares) || (memory.compares === "by-gtid" && memory.global.gtid <= to.gtid))
    memory.global = to;
};

/** At the end of a huge file a reader of relay files begins anew, for ever, from v2.0 on: it takes the wrapped position for a file that grew. */
function rotate({ memory, source, version }: SyncWork, next: number, cursor: Cursor): DmErrorModel | null {
  const size = source.side.binlog.file(cursor.file)?.sizeBytes ?? 0;
  if (readsRelay(source) && isHuge(size)) {
    const isWhole = source.relayFolder?.copied.has(cursor.file) === true;
    const began = cursor.opened.file < cursor.file || cursor.opened.position <= 4;
    if (isV1(version) && !(isWhole && began)) return relayFileBroken(fileName(cursor));
    if (!isV1(version)) {
      memory.resets++;
      rollBack(memory);
      return null;
    }
  }
  moveGlobal(memory, { file: next, position: 4, gtid: memory.global.gtid });
  memory.cursor = { ...cursor, file: next, offset: 4 };
  return null;
}

/** Memory as the rows have it; the stream is opened anew. */
export function rollBack(memory: SyncMemory): void {
  memory.global = memory.flushed.global;
  memory.tables.clear();
  for (const [name, point] of memory.flushed.tables) memory.tables.set(name, point);
  memory.cursor = null;
  memory.touched.clear();
}

type Taken =
  | { readonly kind: "event"; readonly transaction: Transaction; readonly event: BinlogEvent; readonly to: number }
  | { readonly kind: "commit"; readonly transaction: Transaction; readonly to: number };

async function take(work: SyncWork, step: Taken): Promise<DmErrorModel | null> {
  const { memory } = work;
  const { transaction, to } = step;
  const at: Position = { file: transaction.file, position: wrapped(to), gtid: transaction.gtid };
  if (step.kind === "commit") {
    for (const name of memory.touched) memory.tables.set(name, { ...memory.tables.get(name)!, at });
    memory.touched.clear();
    moveGlobal(memory, at);
    return null;
  }
  const { event } = step;
  if (event.kind === "bytes") return null;
  if (event.kind === "row") return takeRow(work, event.change, at, transaction);
  return takeDdl(work, event, at, transaction);
}

const keyOf = (schema: string, table: string): string => JSON.stringify([schema, table]);

/** A point that is not behind the table's own was given to the table already. */
function isOld({ tables, compares }: SyncMemory, schema: string, table: string, at: Position): boolean {
  const point = tables.get(keyOf(schema, table));
  return point !== undefined && !isBefore(point.at, at, compares);
}

async function takeRow(work: SyncWork, change: RowChange, at: Position, transaction: Transaction): Promise<DmErrorModel | null> {
  const { memory, instance, target, subtask } = work;
  const { schema, table } = change;
  const route = instance.route(schema, table);
  if (route === null || isOld(memory, schema, table, at)) return null;
  try {
    await target.apply({ ...change, ...route }, isSafe(work, at));
  } catch (error) {
    return located(work, error, transaction, at);
  }
  subtask.events++;
  const columns = Object.keys(change.kind === "delete" ? change.before : change.after);
  remember(memory, { schema, table, columns }, at);
  return null;
}

/** Positions are kept row by row; GTIDs only when the transaction is whole. */
function remember(
  memory: SyncMemory,
  of: { readonly schema: string; readonly table: string; readonly columns: readonly string[] },
  at: Position,
): void {
  const key = keyOf(of.schema, of.table);
  const before = memory.tables.get(key);
  memory.tables.set(key, { ...of, at: memory.compares === "by-position" ? at : (before?.at ?? memory.global) });
  if (memory.compares === "by-gtid") memory.touched.add(key);
  const schemaKey = keyOf(of.schema, "");
  if (!memory.tables.has(schemaKey))
    memory.tables.set(schemaKey, { schema: of.schema, table: "", columns: [], at: { ...memory.global, position: 4 } });
}

function isSafe({ memory, instance, now }: SyncWork, at: Position): boolean {
  if (memory.exitSafe && isBefore(memory.exitSafe, at, memory.compares)) memory.exitSafe = null;
  return instance.isSafe || now < memory.safeUntil || memory.exitSafe !== null;
}

/** Things that are so already are no error: DM may meet a DDL twice. */
const SO_ALREADY = new Set([1007, 1008, 1050, 1051, 1060, 1061, 1091]);

async function takeDdl(work: SyncWork, ddl: DdlContent, at: Position, transaction: Transaction): Promise<DmErrorModel | null> {
  const { memory, instance, target, subtask, operators } = work;
  const route = instance.route(ddl.schema, ddl.table ?? "");
  if (route === null || (ddl.table !== null && isOld(memory, ddl.schema, ddl.table, at))) return null;
  const start: Position = { file: transaction.file, position: wrapped(transaction.start), gtid: transaction.gtid - 1 };
  const operator = operators.find(({ file, position }) => file === start.file && position === start.position);
  try {
    if (operator && operator.op !== "skip") await runAll(target, route.schema, operator.statements);
    if (!operator || operator.op === "inject") {
      if (ddl.isRefused) {
        subtask.failingAt = start;
        return ddlUnsupported(ddl.sql, locationText(work.source, start), locationText(work.source, at));
      }
      await runAll(target, route.schema, [routed(ddl, route)]);
    }
  } catch (error) {
    subtask.failingAt = start;
    return located(work, error, transaction, at);
  }
  subtask.events++;
  target.forgetKeys();
  // DM writes its checkpoint down around every DDL.
  subtask.flushedAt = 0;
  if (ddl.table !== null) remember(memory, { schema: ddl.schema, table: ddl.table, columns: ddl.columns ?? [] }, at);
  return null;
}

async function runAll(target: Target, schema: string, statements: readonly string[]): Promise<void> {
  for (const sql of statements) {
    try {
      if (schema !== "" && !/\b(?:database|schema)\b/i.test(sql)) await target.run(`USE \`${schema}\``);
      await target.run(sql);
    } catch (error) {
      if (!(error instanceof TargetTrouble) || !SO_ALREADY.has(error.errno)) throw error;
    }
  }
}

/** The statement with the names that it has downstream. */
function routed({ sql, schema, table }: DdlContent, to: { readonly schema: string; readonly table: string }): string {
  if (to.schema === schema && (table === null || to.table === table)) return sql;
  const name = (text: string): string => `(?:\`${text}\`|\\b${text}\\b)`;
  return table === null
    ? sql.replace(new RegExp(name(schema)), `\`${to.schema}\``)
    : sql.replace(new RegExp(`(?:${name(schema)}\\s*\\.\\s*)?${name(table)}`), tableText(to));
}

const locationText = (source: Source, at: Position): string => `position: ${placeText(at)}, gtid-set: ${gtidText(source, at)}`;

function located({ source }: SyncWork, error: unknown, transaction: Transaction, at: Position): DmErrorModel {
  if (!(error instanceof TargetTrouble)) throw error;
  if (error.errno === 0) return error.error;
  const start: Position = { file: transaction.file, position: wrapped(transaction.start), gtid: transaction.gtid - 1 };
  return locatedAt(error.error, locationText(source, start), locationText(source, at));
}
