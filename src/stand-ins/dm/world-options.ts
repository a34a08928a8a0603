import type { Downstream } from "../databases/downstream.ts";
import type { Upstream } from "../databases/upstream.ts";
import type { RealUpstream } from "./database-side.ts";
import type { Version } from "./model.ts";

export interface WorldOptions {
  readonly version: Version;
  readonly sources: readonly {
    readonly id: string;
    readonly checkEnable?: boolean;
    readonly backoffMaxSeconds?: number;
    readonly relay?: boolean;
    readonly enableGtid?: boolean;
    /** The account in the source's settings; without it the one that the world itself uses. */
    readonly user?: string;
    readonly password?: string;
  }[];
  /** Task YAML texts, started at once. */
  readonly tasks: readonly string[];
  /** Not needed by the world itself, which reaches a task's target as the task's own user: kept at hand for tests. */
  readonly downstream?: Downstream;
  /** The databases behind the sources, by id: stand-ins or real ones. A source without one has a binlog and no rows. */
  readonly upstreams?: Readonly<Record<string, Upstream | RealUpstream>>;
  readonly freeWorkers?: number;
  /** How long a worker holds on to a stopped subtask. */
  readonly letGoAfterMs?: number;
  readonly flushEveryMs?: number;
  /** How fast a sync unit and a relay read. */
  readonly syncBytesPerSecond?: number;
  readonly relayBytesPerSecond?: number;
  /** A folder for what lies on the workers' disks (relay-files.ts), with `worker-ctl` to stop and start them; without it they have none. */
  readonly relayFolder?: string;
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
  /** Whether applications write to the upstreams; on unless said. */
  readonly isWrittenTo?: boolean;
}

/** A 4.8 GB file takes a sync unit half a minute and a relay 84 s, as they were measured. */
export const SYNC_BYTES_PER_SECOND = 150_000_000;
export const RELAY_BYTES_PER_SECOND = 57_000_000;

/** The world's own time: it may run faster than ours. */
export function clockOf({ clock, secondsPerSecond = 1 }: WorldOptions): () => number {
  const real = clock ?? Date.now;
  const began = real();
  return () => began + (real() - began) * secondsPerSecond;
}
