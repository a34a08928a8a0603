import type { RowCopy } from "../domain/comparison/row-copy.ts";
import type { Run } from "../domain/run/run.ts";
import { comparisonDocument, differencesButtons, rowCopyDocument } from "../domain/wording/comparison.ts";
import type { Document } from "../domain/wording/document.ts";
import type { StoredComparison } from "./conclude-comparison.ts";
import type { Clock } from "./ports/clock.ts";
import type { Settings } from "./ports/settings.ts";
import type { StoreParts } from "./ports/store.ts";
import { cardKey, clusterOf } from "./report-incident.ts";

/** What was found of rows, and what became of them: messages of their own in the thread, with numbers. */
export interface RowsReport {
  /** Tables, the first keys, and where rows differ the buttons for a file of them. */
  comparison(tx: StoreParts, run: Run, stored: StoredComparison): Promise<void>;
  /** Rows brought back, by what became of them. */
  copy(tx: StoreParts, run: Run, source: string, copy: RowCopy): Promise<void>;
}

export function createRowsReport({ settings, clock }: { readonly settings: Settings; readonly clock: Clock }): RowsReport {
  const wish = (tx: StoreParts, { plan }: Run, key: string, document: Document) =>
    tx.outbox.wish({
      ...{ key, document, channel: clusterOf(settings, plan.cluster).channel, urgency: 0, at: clock.now() },
      threadOf: plan.incident === null ? `plan:${plan.id}` : cardKey(plan.incident),
    });
  const languageOf = ({ plan }: Run) => clusterOf(settings, plan.cluster).language;
  return {
    async comparison(tx, run, { id, comparison }) {
      const language = languageOf(run);
      const words = comparisonDocument(comparison, language);
      const buttons = differencesButtons(id, comparison, language);
      await wish(tx, run, `comparison:${id}`, { ...words, headline: `${id} · ${words.headline}`, buttons });
    },
    async copy(tx, run, source, copy) {
      const words = rowCopyDocument(copy, languageOf(run));
      await wish(tx, run, `copy:${run.id}:${source}`, { ...words, headline: `${run.id} · ${words.headline}` });
    },
  };
}
