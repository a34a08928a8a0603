import type { Clock } from "./ports/clock.ts";
import type { Log } from "./ports/log.ts";
import type { Metrics } from "./ports/metrics.ts";
import type { Store } from "./ports/store.ts";

export interface ActiveLease {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** null while another copy is active. `timeLeftMs` is measured from before the lease was asked for, by whichever of this machine's clocks says less. */
  held(): { readonly fence: number; timeLeftMs(): number } | null;
}

export interface LeaseParts {
  readonly store: Store;
  readonly owner: string;
  readonly seconds: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly onChange: (held: boolean) => void;
}

/** Takes and renews the lease `active`: its holder alone polls, sends and runs. */
export function createActiveLease(parts: LeaseParts): ActiveLease {
  const { store, owner, seconds, clock, log, metrics } = parts;
  const stopping = new AbortController();
  let current: { readonly fence: number; readonly until: number; readonly wallUntil: number } | null = null;
  let loop: Promise<void> = Promise.resolve();
  let told = false;

  function tell(): void {
    const holds = isHeld();
    if (holds === told) return;
    told = holds;
    metrics.set("dm_medic_active", holds ? 1 : 0);
    log.info({ owner, fence: current?.fence ?? null }, holds ? "this copy is active" : "this copy stands by");
    parts.onChange(holds);
  }
  /** The monotonic clock stands still while a host sleeps or its machine is paused; the other one may jump. */
  const leftMs = (): number =>
    current === null ? 0 : Math.min(current.until - clock.monotonic(), current.wallUntil - clock.now());
  const isHeld = () => leftMs() > 0;

  async function renew(): Promise<void> {
    const [asked, wallAsked] = [clock.monotonic(), clock.now()];
    try {
      const answer = await store.leases.take("active", owner, seconds);
      const [until, wallUntil] = [asked + seconds * 1000, wallAsked + seconds * 1000];
      current = answer.kind === "held" ? { fence: answer.fence, until, wallUntil } : null;
    } catch (error) {
      // The lease runs on until its time is over; the next attempt may still renew it.
      log.warn({ err: error }, "the lease could not be renewed");
    }
    tell();
  }

  async function keep(): Promise<void> {
    while (!stopping.signal.aborted) {
      await clock.sleep((seconds * 1000) / 3, stopping.signal).catch(() => {});
      if (!stopping.signal.aborted) await renew();
    }
  }

  return {
    async start() {
      await renew();
      loop = keep();
    },
    async stop() {
      stopping.abort();
      await loop;
      current = null;
      tell();
      await store.leases
        .giveUp("active", owner)
        .catch((error: unknown) => log.warn({ err: error }, "the lease could not be given up"));
    },
    held: () => (isHeld() ? { fence: current!.fence, timeLeftMs: leftMs } : null),
  };
}
