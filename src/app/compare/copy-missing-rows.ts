import { byKey, type RowWithValues } from "../../domain/comparison/judge-keys.ts";
import { keyId } from "../../domain/comparison/key.ts";
import {
  COPY_TRIES,
  type CopiedRow,
  type CopiedRowState,
  type CopyEnd,
  type RowCopy,
  type TableCopy,
  withRows,
} from "../../domain/comparison/row-copy.ts";
import { keysAtOnce } from "../../domain/comparison/row-statements.ts";
import { differingColumns } from "../../domain/comparison/same-value.ts";
import type { ReadRow, RowFence, RowWriter, WriteEnd } from "../ports/rows.ts";
import { Halt, type Refused } from "./ask.ts";
import { downstreamRows, positionsNow, untilPassed, upstreamRows } from "./both-sides.ts";
import type { ComparisonParts } from "./comparison-parts.ts";
import { createPace, type Pace } from "./pace.ts";

export interface CopyParts extends Omit<ComparisonParts, "keep"> {
  readonly writer: RowWriter;
  readonly fence: RowFence | null;
  /** Called before and after every write, with the state from which the work can go on; awaited. */
  keep(copy: RowCopy): Promise<void>;
}

/** Rows a transaction: small, so that what a crash leaves open is little. */
const ROWS_AT_ONCE = 50;

type Keep = (copy: RowCopy) => Promise<void>;

/**
 * Carries a copy on to its end from wherever it was kept last. Each batch: read upstream, wait until the syncer is past that position,
 * read both sides again, insert what is still missing and unchanged upstream, wait again, check. A row that went stale meanwhile is
 * taken back, as long as it is still the one that was inserted.
 */
export async function copyMissingRows(parts: CopyParts, begun: RowCopy): Promise<RowCopy> {
  const { clock, signal } = parts;
  const pace = createPace({
    clock,
    signal,
    rowsPerSecond: null,
    atMostSeconds: begun.atMostSeconds,
    spentBeforeMs: begun.spentMs,
  });
  let kept = begun;
  const keep: Keep = async (next) => {
    const timed = { ...next, spentMs: Math.round(pace.spentMs()) };
    await parts.keep(timed);
    kept = timed;
  };
  try {
    for (let at = 0; at < kept.tables.length; at++) await copyTable(parts, pace, () => kept, keep, at);
    if (kept.ended === null) await keep({ ...kept, ended: { kind: "finished", at: clock.now() } });
  } catch (error) {
    const end = endOf(error, clock.now());
    if (end !== null) await keep({ ...kept, ended: end });
  }
  return kept;
}

async function copyTable(parts: CopyParts, pace: Pace, now: () => RowCopy, keep: Keep, at: number): Promise<void> {
  await recover(parts, now, keep, at);
  for (let batch = nextBatch(now().tables[at]!); batch.length > 0; batch = nextBatch(now().tables[at]!)) {
    pace.checkTime();
    // What was inserted before a crash is checked before anything new is.
    if (batch[0]!.state.kind === "to-do") await insertBatch(parts, pace, now, keep, at, batch);
    else await checkBatch(parts, pace, now, keep, at, batch);
  }
}

function nextBatch({ table, rows }: TableCopy): readonly CopiedRow[] {
  const atOnce = Math.min(ROWS_AT_ONCE, keysAtOnce(table.plan!));
  const open = (kind: CopiedRowState["kind"]) => rows.filter(({ state }) => state.kind === kind).slice(0, atOnce);
  const inserted = open("inserted");
  return inserted.length > 0 ? inserted : open("to-do");
}

const settled = (rows: readonly CopiedRow[], state: (row: CopiedRow) => CopiedRowState | null): ReadonlyMap<string, CopiedRow> =>
  new Map(
    rows.flatMap((row) => {
      const next = state(row);
      return next === null ? [] : [[keyId(row.key), { ...row, state: next }] as const];
    }),
  );

/** Rows whose INSERT may or may not have come through. */
async function recover(parts: CopyParts, now: () => RowCopy, keep: Keep, at: number): Promise<void> {
  const { table, rows } = now().tables[at]!;
  const open = rows.filter(({ state }) => state.kind === "inserting");
  if (open.length === 0) return;
  const below = await known(downstreamRows(parts, table, keysOf(open)));
  const there = byKey(below);
  await keep(
    withRows(
      now(),
      at,
      settled(open, ({ key }) => (there.has(keyId(key)) ? { kind: "whose-not-known" } : { kind: "to-do" })),
    ),
  );
}

/** Rows by key: upstream; then, once the syncer is past where the upstream was, downstream and upstream once more. */
async function readAround(
  parts: CopyParts,
  pace: Pace,
  table: TableCopy["table"],
  batch: readonly CopiedRow[],
): Promise<Record<"first" | "below" | "second", ReadonlyMap<string, readonly ReadRow[]>>> {
  const first = groups(await known(upstreamRows(parts, table, keysOf(batch))));
  await untilPassed(parts, pace, await positionsNow(parts, table));
  const below = groups(await known(downstreamRows(parts, table, keysOf(batch))));
  const second = groups(await known(upstreamRows(parts, table, keysOf(batch))));
  return { first, below, second };
}

async function insertBatch(
  parts: CopyParts,
  pace: Pace,
  now: () => RowCopy,
  keep: Keep,
  at: number,
  batch: readonly CopiedRow[],
): Promise<void> {
  const { table } = now().tables[at]!;
  const { first, below, second } = await readAround(parts, pace, table, batch);
  const judged = settled(batch, ({ key }) => judge(first.get(keyId(key)), below.get(keyId(key)), second.get(keyId(key))));
  const insert = batch.filter(({ key }) => {
    const [one] = second.get(keyId(key)) ?? [];
    return !judged.has(keyId(key)) && one?.checksum === first.get(keyId(key))?.[0]?.checksum;
  });
  const moving = batch.filter((row) => !judged.has(keyId(row.key)) && !insert.includes(row));
  await keep(withRows(now(), at, new Map([...judged, ...again(moving), ...settled(insert, () => ({ kind: "inserting" }))])));
  if (insert.length === 0) return;

  const rows = insert.map(({ key }) => ({ key, values: second.get(keyId(key))![0]!.values }));
  const outcome = await parts.writer.insert(
    { table: table.compared.target, plan: table.plan!, rows, fence: parts.fence },
    parts.signal,
  );
  if (outcome.kind !== "committed") {
    // Nothing was written: the rows wait again. A lost COMMIT stays `inserting` and is asked for by `recover`.
    if (outcome.kind !== "unknown")
      await keep(
        withRows(
          now(),
          at,
          settled(insert, () => ({ kind: "to-do" })),
        ),
      );
    else await recover(parts, now, keep, at);
    return writeEnded(outcome);
  }
  await keep(withRows(now(), at, new Map(insert.map((row, index) => [keyId(row.key), { ...row, state: outcome.rows[index]! }]))));
}

/** What needs no INSERT; null: it may. */
function judge(
  first: readonly ReadRow[] | undefined,
  below: readonly ReadRow[] | undefined,
  second: readonly ReadRow[] | undefined,
): CopiedRowState | null {
  if (below !== undefined) return { kind: "there-already", detail: "" };
  if (second === undefined) return first === undefined ? { kind: "gone-upstream" } : null;
  return second.length > 1 ? { kind: "in-several-tables" } : null;
}

/** To be inserted (again), a few times. */
function onceMore(row: CopiedRow): CopiedRow {
  const tries = row.tries + 1;
  return { ...row, tries, state: tries < COPY_TRIES ? { kind: "to-do" } : { kind: "kept-changing", fingerprint: null } };
}

/** To be looked at again, a few times; then it is left as `last`. */
function lookedAgain(row: CopiedRow, last: CopiedRowState): CopiedRow {
  const tries = row.tries + 1;
  return { ...row, tries, state: tries < COPY_TRIES ? row.state : last };
}

/** Rows that changed upstream meanwhile. */
const again = (rows: readonly CopiedRow[]): ReadonlyMap<string, CopiedRow> =>
  new Map(rows.map((row) => [keyId(row.key), onceMore(row)]));

/** After the syncer passed what the upstream says now: is each inserted row what it should be? */
async function checkBatch(
  parts: CopyParts,
  pace: Pace,
  now: () => RowCopy,
  keep: Keep,
  at: number,
  batch: readonly CopiedRow[],
): Promise<void> {
  const { table } = now().tables[at]!;
  const { first, below, second } = await readAround(parts, pace, table, batch);
  const states = new Map<string, CopiedRow>();
  for (const row of batch) {
    const id = keyId(row.key);
    const [was, is] = [first.get(id), second.get(id)];
    const fingerprint = row.state.kind === "inserted" ? row.state.fingerprint : "";
    if (sameRow(table.plan!.columns, is, below.get(id))) states.set(id, { ...row, state: { kind: "proven", fingerprint } });
    else if ((was?.[0]?.checksum ?? "") !== (is?.[0]?.checksum ?? ""))
      // It moves while we look: the next round sees it.
      states.set(id, lookedAgain(row, { kind: "kept-changing", fingerprint }));
    // Gone below: with the upstream's own, or because a taking back came through whose answer was lost.
    else if (!below.has(id)) states.set(id, is === undefined ? { ...row, state: { kind: "gone-upstream" } } : onceMore(row));
  }
  const stale = batch.filter(({ key }) => !states.has(keyId(key)));
  const taken = stale.length === 0 ? new Map<string, CopiedRow>() : await takeBack(parts, table, stale, second);
  await keep(withRows(now(), at, new Map([...states, ...taken])));
}

/** Our row is not what the upstream has: it is deleted if it is still ours, and brought again if the upstream still has one. */
async function takeBack(
  parts: CopyParts,
  table: TableCopy["table"],
  stale: readonly CopiedRow[],
  upstream: ReadonlyMap<string, readonly ReadRow[]>,
): Promise<Map<string, CopiedRow>> {
  const rows = stale.map(({ key, state }) => ({ key, fingerprint: state.kind === "inserted" ? state.fingerprint : "" }));
  const outcome = await parts.writer.deleteUnchanged(
    { table: table.compared.target, plan: table.plan!, rows, fence: parts.fence },
    parts.signal,
  );
  if (outcome.kind !== "committed") {
    writeEnded(outcome);
    return new Map();
  }
  return new Map(
    stale.map((row, at): readonly [string, CopiedRow] => {
      const id = keyId(row.key);
      if (outcome.rows[at] !== "deleted") return [id, lookedAgain(row, { kind: "changed-since" })];
      return [id, upstream.has(id) ? onceMore(row) : { ...row, state: { kind: "taken-back" } }];
    }),
  );
}

function sameRow(
  columns: Parameters<typeof differingColumns>[0],
  above: readonly RowWithValues[] | undefined,
  below: readonly RowWithValues[] | undefined,
): boolean {
  return above?.length === 1 && below?.length === 1 && differingColumns(columns, above[0]!.values, below[0]!.values).length === 0;
}

const keysOf = (rows: readonly CopiedRow[]) => rows.map(({ key }) => key);
const groups = (rows: readonly ReadRow[]): ReadonlyMap<string, readonly ReadRow[]> => Map.groupBy(rows, ({ key }) => keyId(key));

async function known<T>(answer: Promise<{ readonly kind: "answered"; readonly value: T } | Refused>): Promise<T> {
  const said = await answer;
  if (said.kind === "answered") return said.value;
  throw new CopyHalt({ kind: "gave-up", why: said.why, detail: said.detail });
}

class CopyHalt extends Error {
  readonly end:
    | { readonly kind: "gave-up"; readonly why: string; readonly detail: string }
    | { readonly kind: "fenced-off"; readonly by: number };
  constructor(end: CopyHalt["end"]) {
    super(end.kind);
    this.end = end;
  }
}

function writeEnded(outcome: WriteEnd): void {
  if (outcome.kind === "fenced-off") throw new CopyHalt({ kind: "fenced-off", by: outcome.by });
  throw new CopyHalt({
    kind: "gave-up",
    why: outcome.kind === "unknown" ? "write-unknown" : "write-failed",
    detail: outcome.why,
  });
}

function endOf(error: unknown, at: number): CopyEnd | null {
  if (error instanceof CopyHalt) return { ...error.end, at };
  if (!(error instanceof Halt)) throw error;
  if (error.reason.kind === "aborted") return null;
  return error.reason.kind === "time-over" ? { kind: "time-over", at } : { ...error.reason, at };
}
