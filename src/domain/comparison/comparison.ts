import type { DifferenceKind } from "./expected-differences.ts";
import type { Key, KeyRange } from "./key.ts";
import type { ComparedTable } from "./plan-tables.ts";
import type { TablePlan } from "./table-plan.ts";

/**
 * A comparison of a task's rows, upstream against downstream: a plain JSON value. It is kept after every chunk, and whoever holds the
 * last kept one can go on, after a crash or in another copy of the bot.
 */
export interface Comparison {
  readonly kind: "comparison";
  readonly task: string;
  readonly limits: ComparisonLimits;
  readonly startedAt: number;
  /** Milliseconds of work so far, over all the processes that carried it. */
  readonly spentMs: number;
  readonly tables: readonly TableComparison[];
  readonly ended: ComparisonEnd | null;
}

export interface ComparisonLimits {
  /** Of each side; null: as fast as the servers answer. */
  readonly rowsPerSecond: number | null;
  /** Rows a statement; null: what the rate carries in a second, within reason. */
  readonly chunkRows: number | null;
  readonly atMostSeconds: number;
  /** Differing keys that are listed by name, a table. */
  readonly listedAtMost: number;
  /** Differences of a table after which it is left: they are "at least so many" then. */
  readonly countedAtMost: number;
}

export type ComparisonEnd =
  | { readonly kind: "finished"; readonly at: number }
  | { readonly kind: "stopped"; readonly at: number; readonly by: string }
  | { readonly kind: "time-over"; readonly at: number }
  /** A database did not answer any more, or the syncer did not pass a position within its time. */
  | {
      readonly kind: "gave-up";
      readonly at: number;
      readonly why: "upstream-silent" | "downstream-silent" | "syncer-stands-still" | "position-not-known";
      readonly detail: string;
    };

export interface TableComparison {
  readonly compared: ComparedTable;
  /** null where the table is not comparable. */
  readonly plan: TablePlan | null;
  readonly state: TableState;
  /** The upstream's own estimate, for the progress bar; null where it tells none. */
  readonly approximateRows: number | null;
  readonly rowsUpstream: number;
  readonly rowsDownstream: number;
  readonly chunks: number;
  /** Ranges whose checksums differed, waiting to be looked at again. */
  readonly suspects: readonly Suspect[];
  readonly counts: Readonly<Record<DifferenceKind, number>>;
  readonly listed: readonly Difference[];
  /** A table without key differs as a whole. */
  readonly wholeDiffers: { readonly rowsUpstream: number; readonly rowsDownstream: number } | null;
  /** Rows (ranges, without key) that changed at every look, so that nothing can be said of them. */
  readonly unsettled: number;
}

export type TableState =
  | { readonly kind: "to-do" }
  /** `chunkRows` adapts: halved where a statement took too long. `isDense`: integer keys without gaps, so that ends are calculated. */
  | { readonly kind: "walking"; readonly after: Key | null; readonly chunkRows: number; readonly isDense: boolean }
  | { readonly kind: "settling" }
  /** `atLeast`: left early because so much differed. */
  | { readonly kind: "done"; readonly atLeast: boolean }
  | { readonly kind: "not-comparable"; readonly why: NotComparable; readonly detail: string };

export type NotComparable =
  | "not-downstream"
  | "no-common-column"
  | "other-sources"
  | "too-slow"
  | "changed-meanwhile"
  | "refused";

/** Where each source's upstream stood after its rows were read: the downstream has them once the syncer is past it. */
export interface SourcePosition {
  readonly source: string;
  readonly position: UpstreamPosition;
}

export interface UpstreamPosition {
  readonly file: string;
  readonly position: number;
  /** Empty where the upstream tells none. */
  readonly gtid: string;
}

export interface Suspect {
  readonly range: KeyRange;
  readonly positions: readonly SourcePosition[];
  /** Looks at it so far. */
  readonly tries: number;
}

/** A row that is not the same on both sides, confirmed by its values. The values themselves are not kept: they are customers' data. */
export interface Difference {
  readonly kind: DifferenceKind;
  readonly key: Key;
  /** The columns that differ, of a `differing` row. */
  readonly columns: readonly string[];
}

/** Looks at a range whose rows keep moving, before they are called unsettled. */
export const TRIES = 5;

export type Verdict =
  | { readonly kind: "equal" }
  | { readonly kind: "different" }
  | { readonly kind: "not-comparable"; readonly why: readonly string[] }
  | { readonly kind: "incomplete"; readonly why: ComparisonEnd["kind"] | "still-moving" | "under-way" };

export const countOf = ({ counts }: TableComparison): number => counts.missing + counts.differing + counts.extra;

export const isDifferent = (table: TableComparison): boolean => countOf(table) > 0 || table.wholeDiffers !== null;

/** Differences count first, whatever else was left undone; then what was not covered; `equal` only when every row was. */
export function verdictOf({ tables, ended }: Comparison): Verdict {
  if (tables.some(isDifferent)) return { kind: "different" };
  if (ended === null) return { kind: "incomplete", why: "under-way" };
  if (ended.kind !== "finished") return { kind: "incomplete", why: ended.kind };
  const refused = tables.filter(({ state }) => state.kind === "not-comparable");
  if (refused.length > 0 || tables.length === 0)
    return {
      kind: "not-comparable",
      why: refused.map(
        ({ compared, state }) =>
          `${compared.target.schema}.${compared.target.table}: ${state.kind === "not-comparable" ? state.why : ""}`,
      ),
    };
  if (tables.some(({ unsettled }) => unsettled > 0)) return { kind: "incomplete", why: "still-moving" };
  return { kind: "equal" };
}

export interface ComparisonProgress {
  readonly rowsDone: number;
  /** An estimate, never under what is done; null where no upstream tells one. */
  readonly rowsTotal: number | null;
  readonly tablesDone: number;
  readonly tablesTotal: number;
  readonly rowsPerSecond: number;
  readonly suspects: number;
}

export function progressOf({ tables, spentMs }: Comparison): ComparisonProgress {
  const rowsDone = tables.reduce((sum, { rowsUpstream }) => sum + rowsUpstream, 0);
  const known = tables.filter(({ state }) => state.kind !== "not-comparable");
  const isOver = ({ state }: TableComparison): boolean => state.kind === "done" || state.kind === "settling";
  return {
    rowsDone,
    rowsTotal: known.every((table) => isOver(table) || table.approximateRows !== null)
      ? known.reduce(
          (sum, table) => sum + (isOver(table) ? table.rowsUpstream : Math.max(table.approximateRows ?? 0, table.rowsUpstream)),
          0,
        )
      : null,
    tablesDone: tables.filter(({ state }) => state.kind === "done" || state.kind === "not-comparable").length,
    tablesTotal: tables.length,
    rowsPerSecond: spentMs > 0 ? (rowsDone * 1000) / spentMs : 0,
    suspects: tables.reduce((sum, { suspects }) => sum + suspects.length, 0),
  };
}
