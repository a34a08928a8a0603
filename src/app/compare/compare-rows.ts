import { doneIfSettled, ended, withTable } from "../../domain/comparison/advance-comparison.ts";
import type { Comparison, ComparisonEnd, TableComparison } from "../../domain/comparison/comparison.ts";
import { Halt } from "./ask.ts";
import type { ComparisonParts } from "./comparison-parts.ts";
import { createPace, type Pace } from "./pace.ts";
import { settle } from "./settle.ts";
import { walkChunk } from "./walk-chunk.ts";

/** So many suspects are gathered before the walk stops to settle them. */
const SUSPECTS_AT_MOST = 64;

/**
 * Carries a comparison on to its end, from wherever it was kept last. Resolves with the last kept state: ended, or, when the signal
 * was given, as far as it came. Throws only what `keep` throws, and what nobody foresaw.
 */
export async function runComparison(parts: ComparisonParts, begun: Comparison): Promise<Comparison> {
  const { rowsPerSecond, atMostSeconds } = begun.limits;
  const { clock, signal } = parts;
  const pace = createPace({ clock, signal, rowsPerSecond, atMostSeconds, spentBeforeMs: begun.spentMs });
  let kept = begun;
  const keep = async (next: Comparison): Promise<void> => {
    const timed = { ...next, spentMs: Math.round(pace.spentMs()) };
    await parts.keep(timed);
    kept = timed;
  };
  try {
    for (let at = 0; at < kept.tables.length && kept.ended === null; at++)
      while (!isOver(kept.tables[at]!)) {
        pace.checkTime();
        await keep(withTable(kept, at, await step(parts, pace, kept, kept.tables[at]!)));
      }
    if (kept.ended === null) await keep(ended(kept, { kind: "finished", at: clock.now() }));
  } catch (error) {
    if (!(error instanceof Halt)) throw error;
    const end = endOf(error, clock.now());
    if (end !== null) await keep(ended(kept, end));
  }
  return kept;
}

const isOver = ({ state }: TableComparison): boolean => state.kind === "done" || state.kind === "not-comparable";

async function step(
  parts: ComparisonParts,
  pace: Pace,
  { limits }: Comparison,
  table: TableComparison,
): Promise<TableComparison> {
  if (table.suspects.length >= SUSPECTS_AT_MOST || table.state.kind === "settling")
    return doneIfSettled(table.suspects.length > 0 ? await settle(parts, pace, table, limits) : table);
  return doneIfSettled(await walkChunk(parts, pace, table, limits));
}

function endOf({ reason }: Halt, at: number): ComparisonEnd | null {
  switch (reason.kind) {
    case "aborted":
      return null;
    case "time-over":
      return { kind: "time-over", at };
    case "gave-up":
      return { ...reason, at };
    default:
      return reason satisfies never;
  }
}

/** A person's Stop: what was covered stays, nothing goes on. */
export function stopComparison(comparison: Comparison, by: string, at: number): Comparison {
  return comparison.ended === null ? ended(comparison, { kind: "stopped", at, by }) : comparison;
}
