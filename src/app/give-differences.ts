import type { Person } from "../domain/approval/people.ts";
import { countOf } from "../domain/comparison/comparison.ts";
import { renderCsv, renderSql } from "../domain/comparison/render-differences.ts";
import type { Phrase } from "../domain/plan/plan.ts";
import { phrase } from "../domain/wording/phrases.ts";
import { auditDraft } from "./audit-draft.ts";
import { openReaders } from "./compare/open-readers.ts";
import { readDifferences } from "./compare/read-differences.ts";
import { sourcesOf } from "./conclude-comparison.ts";
import { databasesOf, type FactSources } from "./fact-sources.ts";
import type { Clock } from "./ports/clock.ts";
import type { Store } from "./ports/store.ts";

export const DIFFERENCES_FORMATS = ["sql", "csv"] as const;
export type DifferencesFormat = (typeof DIFFERENCES_FORMATS)[number];

export interface DifferencesParts {
  readonly facts: Pick<FactSources, "databases">;
  readonly store: Store;
  readonly clock: Clock;
}

export interface DifferencesFile {
  readonly name: string;
  readonly text: string;
  readonly rows: number;
  /** Counted by the comparison and not in the file. */
  readonly notListed: number;
}

export type DifferencesMade =
  | { readonly kind: "made"; readonly file: DifferencesFile }
  | { readonly kind: "refused"; readonly why: Phrase };

/**
 * The rows that a comparison (`C-3`) listed, with the values that both sides have now, as SQL for a person to read and run or as CSV.
 * Nothing of it is kept; who asked, and for how many rows, goes into the audit record before the file leaves.
 */
export async function makeDifferencesFile(
  { facts, store, clock }: DifferencesParts,
  id: string,
  format: DifferencesFormat,
  person: Person,
  signal: AbortSignal,
): Promise<DifferencesMade> {
  const refused = (why: Phrase): DifferencesMade => ({ kind: "refused", why });
  const stored = await store.records.get("comparison", id);
  if (stored?.id !== id) return refused(phrase("no-such-comparison", { comparison: id }));
  const { cluster, task, source, run, comparison } = stored;
  if (comparison.tables.every(({ listed }) => listed.length === 0))
    return refused(phrase("no-differences-listed", { comparison: id }));
  const sides = openReaders(databasesOf(facts, cluster).rows, sourcesOf(stored));
  if (!sides) return refused(phrase("rows-not-readable"));
  try {
    const read = await readDifferences({ ...sides, clock, signal }, comparison);
    if (read.kind === "not-known") return refused(phrase("differences-not-read", { why: read.why }));
    const rows = read.tables.reduce((sum, table) => sum + table.rows.length, 0);
    const notListed = comparison.tables.reduce((sum, table) => sum + countOf(table), 0) - rows;
    const details = { comparison: id, format, rows, notListed };
    await store.audit.append(auditDraft(clock.now(), "differences-given", person, { cluster, task, source, run, details }));
    const text = format === "sql" ? renderSql(task, read.tables) : renderCsv(read.tables);
    return { kind: "made", file: { name: `${id}-${fileWord(task)}.${format}`, text, rows, notListed } };
  } finally {
    await sides.close();
  }
}

const fileWord = (task: string): string => task.replace(/[^\w.-]+/g, "_").slice(0, 60);
