import type { Comparison, TableComparison } from "./comparison.ts";
import { type Key, keyId } from "./key.ts";

/**
 * Bringing back rows that a comparison found missing downstream: a plain JSON value, kept after every step. It holds keys and
 * fingerprints, never values; the before-image of each row is that there was none.
 */
export interface RowCopy {
  readonly kind: "row-copy";
  readonly task: string;
  readonly startedAt: number;
  readonly spentMs: number;
  readonly atMostSeconds: number;
  readonly tables: readonly TableCopy[];
  readonly ended: CopyEnd | null;
}

export type CopyEnd =
  | { readonly kind: "finished"; readonly at: number }
  | { readonly kind: "time-over"; readonly at: number }
  | { readonly kind: "gave-up"; readonly at: number; readonly why: string; readonly detail: string }
  /** A newer owner holds the fence: this copy of the bot writes nothing more. */
  | { readonly kind: "fenced-off"; readonly at: number; readonly by: number };

export interface TableCopy {
  /** The table as the comparison left it: names, parts and plan. */
  readonly table: TableComparison;
  readonly rows: readonly CopiedRow[];
  /** Missing rows that the comparison counted and did not list: they wait for the next comparison. */
  readonly notListed: number;
}

export interface CopiedRow {
  readonly key: Key;
  readonly state: CopiedRowState;
  /** Looks at it that came to nothing. */
  readonly tries: number;
}

export type CopiedRowState =
  | { readonly kind: "to-do" }
  /** Stored before the INSERT: after a crash the row's own presence is asked for. */
  | { readonly kind: "inserting" }
  /** Inserted by us and not yet checked. */
  | { readonly kind: "inserted"; readonly fingerprint: string }
  /** Inserted by us and the same as upstream after the syncer passed. */
  | { readonly kind: "proven"; readonly fingerprint: string }
  /** Inserted by us, changed by somebody else since, and not the same as upstream at any look. */
  | { readonly kind: "changed-since" }
  | { readonly kind: "there-already"; readonly detail: string }
  /** Gone upstream too: nothing is missing any more. */
  | { readonly kind: "gone-upstream" }
  /** Our row was taken back, because the upstream had deleted or changed it meanwhile. */
  | { readonly kind: "taken-back" }
  /** Its key stands in several upstream tables of the merge: which one is right is not ours to say. */
  | { readonly kind: "in-several-tables" }
  | { readonly kind: "refused"; readonly why: string }
  /** There after a crash in between: ours or DM's cannot be told, so an undo leaves it alone. */
  | { readonly kind: "whose-not-known" }
  /** It changed upstream at every look; with a fingerprint a row of ours is there and may be stale. */
  | { readonly kind: "kept-changing"; readonly fingerprint: string | null }
  | { readonly kind: "undone" }
  /** An undo found it not there any more. */
  | { readonly kind: "gone-since" }
  /** An undo found it changed and left it. */
  | { readonly kind: "not-undone" };

/** Looks at a row that moves, before it is left as `kept-changing`. */
export const COPY_TRIES = 5;

export type CopyRefusal = "not-ended" | "nothing-missing" | "not-copyable";

/** A copy of every listed missing row; tables that may not be copied are left out, and named where nothing is left. */
export function newRowCopy(
  comparison: Comparison,
  { at, atMostSeconds }: { readonly at: number; readonly atMostSeconds: number },
): RowCopy | { readonly kind: "refused"; readonly why: CopyRefusal } {
  if (comparison.ended === null) return { kind: "refused", why: "not-ended" };
  const missing = comparison.tables.filter(({ counts }) => counts.missing > 0);
  if (missing.length === 0) return { kind: "refused", why: "nothing-missing" };
  const tables = missing.filter(({ plan }) => plan !== null && plan.notCopyable === null).map(tableCopy);
  if (tables.length === 0) return { kind: "refused", why: "not-copyable" };
  return { kind: "row-copy", task: comparison.task, startedAt: at, spentMs: 0, atMostSeconds, tables, ended: null };
}

function tableCopy(table: TableComparison): TableCopy {
  const listed = table.listed.filter(({ kind }) => kind === "missing");
  return {
    table: { ...table, listed: [], suspects: [] },
    rows: listed.map(({ key }) => ({ key, state: { kind: "to-do" }, tries: 0 })),
    notListed: table.counts.missing - listed.length,
  };
}

/** The copy with new states for some rows of one table. */
export function withRows(copy: RowCopy, at: number, changed: ReadonlyMap<string, CopiedRow>): RowCopy {
  const table = copy.tables[at]!;
  const rows = table.rows.map((row) => changed.get(keyId(row.key)) ?? row);
  return { ...copy, tables: copy.tables.with(at, { ...table, rows }) };
}

/** Rows that are ours and still as we wrote them, as far as we know: what an undo may delete. */
export function undoable({ rows }: TableCopy): readonly { readonly key: Key; readonly fingerprint: string }[] {
  return rows.flatMap(({ key, state }) =>
    "fingerprint" in state && state.fingerprint !== null ? [{ key, fingerprint: state.fingerprint }] : [],
  );
}

export type CopyCounts = Readonly<Record<CopiedRowState["kind"], number>>;

export function countRows({ tables }: RowCopy): CopyCounts {
  const counts: Record<CopiedRowState["kind"], number> = {
    "to-do": 0,
    inserting: 0,
    inserted: 0,
    proven: 0,
    "changed-since": 0,
    "there-already": 0,
    "gone-upstream": 0,
    "taken-back": 0,
    "in-several-tables": 0,
    refused: 0,
    "whose-not-known": 0,
    "kept-changing": 0,
    undone: 0,
    "gone-since": 0,
    "not-undone": 0,
  };
  for (const { rows } of tables) for (const { state } of rows) counts[state.kind]++;
  return counts;
}

const OPEN: ReadonlySet<CopiedRowState["kind"]> = new Set<CopiedRowState["kind"]>(["to-do", "inserting", "inserted"]);

/** Rows of which nothing is to be done any more, and all. */
export function progressOfCopy({ tables }: RowCopy): { readonly settled: number; readonly total: number } {
  const rows = tables.flatMap((table) => table.rows);
  return { settled: rows.filter(({ state }) => !OPEN.has(state.kind)).length, total: rows.length };
}
