import type { Run } from "../domain/run/run.ts";
import { comparisonDocument, differencesButtons } from "../domain/wording/comparison.ts";
import type { StoredComparison } from "./conclude-comparison.ts";
import type { Clock } from "./ports/clock.ts";
import type { Settings } from "./ports/settings.ts";
import type { StoreParts } from "./ports/store.ts";
import { cardKey, clusterOf } from "./report-incident.ts";

export type ReportComparison = (tx: StoreParts, run: Run, stored: StoredComparison) => Promise<void>;

/** The result as a message of its own in the thread: numbers, tables, the first keys. */
export function createComparisonReport({
  settings,
  clock,
}: {
  readonly settings: Settings;
  readonly clock: Clock;
}): ReportComparison {
  return async (tx, { plan }, { id, comparison, cluster }) => {
    const { channel, language } = clusterOf(settings, cluster);
    const words = comparisonDocument(comparison, language);
    await tx.outbox.wish({
      ...{ key: `comparison:${id}`, channel, urgency: 0, at: clock.now() },
      threadOf: plan.incident === null ? `plan:${plan.id}` : cardKey(plan.incident),
      document: { ...words, headline: `${id} · ${words.headline}`, buttons: differencesButtons(id, comparison, language) },
    });
  };
}
