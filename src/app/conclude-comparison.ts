import { type Comparison, verdictOf } from "../domain/comparison/comparison.ts";
import { type RowsFound, type RowsSuspicion, suspicionName } from "../domain/signals/rows-suspicion.ts";
import { auditDraft, SYSTEM } from "./audit-draft.ts";
import type { StoreParts } from "./ports/store.ts";

export interface StoredComparison {
  /** `C-3`. */
  readonly id: string;
  readonly cluster: string;
  readonly task: string;
  readonly source: string;
  readonly run: string;
  /** Every table of the task, not one that was asked for. */
  readonly isWhole: boolean;
  readonly comparison: Comparison;
}

/** The sources that feed its tables. */
export const sourcesOf = ({ comparison }: StoredComparison): string[] => [
  ...new Set(comparison.tables.flatMap(({ compared }) => compared.parts.map(({ source }) => source))),
];

export function foundBy({ id, comparison }: StoredComparison, at: number): RowsFound {
  const sum = (kind: "missing" | "differing" | "extra") => comparison.tables.reduce((all, { counts }) => all + counts[kind], 0);
  return { comparison: id, at, missing: sum("missing"), differing: sum("differing"), extra: sum("extra") };
}

/** What a comparison says of rows that may be missing: equal rows close the suspicion, others put their numbers to it or open one. */
export async function concludeComparison(tx: StoreParts, stored: StoredComparison, at: number): Promise<void> {
  const { cluster, task, source, id, run, isWhole } = stored;
  const verdict = verdictOf(stored.comparison);
  if (verdict.kind !== "equal" && verdict.kind !== "different") return;
  const open = (await tx.records.list("rows-suspicion")).filter(
    (one) => one.cluster === cluster && one.task === task && one.source === source && one.closed === null,
  );
  const about = { cluster, task, source, run };
  if (verdict.kind === "equal") {
    // Equal rows of one table say nothing of the others.
    if (!isWhole) return;
    // What was read before a file was passed says nothing of the rows that were lost in it.
    const settled = open.filter(({ since }) => since <= stored.comparison.startedAt);
    for (const one of settled)
      await tx.records.put("rows-suspicion", suspicionName(one), { ...one, closed: { kind: "equal", at, comparison: id } });
    await tx.audit.append(
      auditDraft(at, "rows-equal", SYSTEM, { ...about, details: { comparison: id, closed: settled.length } }),
    );
    return;
  }
  const found = foundBy(stored, at);
  const suspicions = open.length > 0 ? open : [suspected(stored, at)];
  for (const one of suspicions) await tx.records.put("rows-suspicion", suspicionName(one), { ...one, found });
  await tx.audit.append(auditDraft(at, "rows-found", SYSTEM, { ...about, details: { ...found } }));
}

/** Rows that differ although no large file was seen: the comparison itself is the evidence. */
function suspected({ cluster, task, source, id }: StoredComparison, since: number): RowsSuspicion {
  return {
    ...{ cluster, task, source, server: null, since, file: id, sizeBytes: 0 },
    ...{ wasSeenPassing: false, found: null, closed: null },
  };
}
