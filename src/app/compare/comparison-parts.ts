import type { Comparison, UpstreamPosition } from "../../domain/comparison/comparison.ts";
import type { Clock } from "../ports/clock.ts";
import type { RowReader } from "../ports/rows.ts";

/** What a comparison works with. */
export interface ComparisonParts {
  /** One a source of the task, by its id. */
  readonly upstreams: ReadonlyMap<string, RowReader>;
  readonly downstream: RowReader;
  /** Whether the task's syncer for this source has flushed a checkpoint at or past the position: the downstream has what came before. */
  readonly hasPassed: HasPassed;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** How often the syncer is looked at while it is waited for. */
  readonly pollMs: number;
  /** How long a position may take to be passed. */
  readonly passAtMostSeconds: number;
  /** Called after every step with the state from which the work can go on; awaited, so what was kept is what is true. */
  keep(comparison: Comparison): Promise<void>;
}

export type HasPassed = (source: string, position: UpstreamPosition, signal: AbortSignal) => Promise<boolean>;
