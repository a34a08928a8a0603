import type { Downstream } from "../databases/downstream.ts";
import type { Upstream } from "../databases/upstream.ts";
import type { Version } from "./model.ts";

export interface WorldOptions {
  readonly version: Version;
  readonly sources: readonly {
    readonly id: string;
    readonly checkEnable?: boolean;
    readonly backoffMaxSeconds?: number;
    readonly relay?: boolean;
    readonly enableGtid?: boolean;
  }[];
  /** Task YAML texts, started at once. */
  readonly tasks: readonly string[];
  readonly downstream: Downstream;
  /** Stand-in upstreams by source: they tell the same binlog files. */
  readonly upstreams?: Readonly<Record<string, Upstream>>;
  readonly freeWorkers?: number;
  /** How long a worker holds on to a stopped subtask. */
  readonly letGoAfterMs?: number;
  readonly flushEveryMs?: number;
  /** How long a crashed worker keeps its source. */
  readonly leaseMs?: number;
  /** Seconds that pass in the world in one of ours. */
  readonly secondsPerSecond?: number;
  /** Milliseconds; without it the machine's. */
  readonly clock?: () => number;
  /** The version page says `None`, as builds without version stamps do. */
  readonly isUnstamped?: boolean;
  /** Off by default in a real DM; from v5.3 on. */
  readonly openapi?: boolean;
  /** How often the world moves by itself, 0: only by `step`. */
  readonly tickMs?: number;
}

/** The world's own time: it may run faster than ours. */
export function clockOf({ clock, secondsPerSecond = 1 }: WorldOptions): () => number {
  const real = clock ?? Date.now;
  const began = real();
  return () => began + (real() - began) * secondsPerSecond;
}
