import type { Checksum } from "./checksum.ts";
import {
  type Comparison,
  type ComparisonEnd,
  type ComparisonLimits,
  countOf,
  type Difference,
  type NotComparable,
  type SourcePosition,
  type Suspect,
  type TableComparison,
} from "./comparison.ts";
import type { Key, KeyRange } from "./key.ts";

/** Pure steps of a comparison. Each takes the value and gives the next one. */

export function withTable(comparison: Comparison, at: number, table: TableComparison): Comparison {
  return { ...comparison, tables: comparison.tables.with(at, table) };
}

export function ended(comparison: Comparison, end: ComparisonEnd): Comparison {
  return { ...comparison, ended: end };
}

export const notComparable = (table: TableComparison, why: NotComparable, detail: string): TableComparison => ({
  ...table,
  state: { kind: "not-comparable", why, detail },
  suspects: [],
});

export interface ChunkLook {
  readonly range: KeyRange;
  readonly upstream: Checksum;
  readonly downstream: Checksum;
  /** null: the checksums were the same. */
  readonly positions: readonly SourcePosition[] | null;
  readonly chunkRows: number;
  readonly isDense: boolean;
}

/** One chunk further; the last one (no upper end) ends the walk. */
export function afterChunk(table: TableComparison, look: ChunkLook): TableComparison {
  const { range, upstream, downstream, positions, chunkRows, isDense } = look;
  return {
    ...table,
    state: range.upTo === null ? { kind: "settling" } : { kind: "walking", after: range.upTo, chunkRows, isDense },
    rowsUpstream: table.rowsUpstream + upstream.rows,
    rowsDownstream: table.rowsDownstream + downstream.rows,
    chunks: table.chunks + 1,
    suspects: positions === null ? table.suspects : [...table.suspects, { range, positions, tries: 0 }],
  };
}

/** Rows of a chunk: as many as the rate carries in a second, within reason, unless it is set. */
export function chunkRowsFor({ rowsPerSecond, chunkRows }: ComparisonLimits): number {
  if (chunkRows !== null) return Math.max(FEWEST_CHUNK_ROWS, chunkRows);
  return rowsPerSecond === null ? 100_000 : Math.min(50_000, Math.max(500, Math.round(rowsPerSecond)));
}

/** A statement that takes too long with so few rows is not made faster by fewer. */
export const FEWEST_CHUNK_ROWS = 100;

/**
 * Where a chunk of integer keys without gaps ends: the key that many further. null where the key is not one integer column. A chunk
 * that ends so has at most `rows` rows, because keys are unique.
 */
export function denseEnd(table: TableComparison, after: Key | null, rows: number): Key | null {
  const [column, second] = table.plan?.key ?? [];
  if (!column || second || column.kind !== "number" || after === null || !/^-?\d+$/.test(after[0]!)) return null;
  return [String(BigInt(after[0]!) + BigInt(rows))];
}

/** Ends may be calculated while the keys lie close enough: at least every second one is there. */
export function isDenseChunk(range: KeyRange, rows: number): boolean {
  const [from, to] = [range.after?.[0], range.upTo?.[0]];
  if (from === undefined || to === undefined || !/^-?\d+$/.test(from) || !/^-?\d+$/.test(to)) return false;
  return rows > 0 && BigInt(to) - BigInt(from) <= BigInt(rows) * 2n;
}

export interface Settled {
  /** The suspects that were looked at, by identity. */
  readonly looked: readonly Suspect[];
  /** What of them has to be looked at again. */
  readonly again: readonly Suspect[];
  readonly differences: readonly Difference[];
  readonly unsettled: number;
  readonly wholeDiffers: TableComparison["wholeDiffers"];
}

/** After suspects were looked at: differences are counted, the first of them listed. */
export function afterSettling(table: TableComparison, settled: Settled, limits: ComparisonLimits): TableComparison {
  const counts = { ...table.counts };
  for (const { kind } of settled.differences) counts[kind]++;
  const next: TableComparison = {
    ...table,
    suspects: [...table.suspects.filter((suspect) => !settled.looked.includes(suspect)), ...settled.again],
    counts,
    listed: [...table.listed, ...settled.differences].slice(0, limits.listedAtMost),
    unsettled: table.unsettled + settled.unsettled,
    wholeDiffers: settled.wholeDiffers ?? table.wholeDiffers,
  };
  if (countOf(next) >= limits.countedAtMost) return { ...next, state: { kind: "done", atLeast: true }, suspects: [] };
  return next.state.kind === "settling" && next.suspects.length === 0
    ? { ...next, state: { kind: "done", atLeast: false } }
    : next;
}

/** A walk that left no suspect is done. */
export function doneIfSettled(table: TableComparison): TableComparison {
  return table.state.kind === "settling" && table.suspects.length === 0
    ? { ...table, state: { kind: "done", atLeast: false } }
    : table;
}
