import { systemClock } from "../../src/adapters/clock/system-clock.ts";
import { createLog } from "../../src/adapters/log/log.ts";
import { createMetrics } from "../../src/adapters/metrics/metrics.ts";
import { type ActiveLease, createActiveLease } from "../../src/app/active-lease.ts";
import type { Store, StoreParts } from "../../src/app/ports/store.ts";
import { runWords } from "./mortal-store.ts";

/**
 * A copy of the bot whose process can stand still, as by SIGSTOP or a host that sleeps: nothing of it goes on, its lease is not renewed,
 * and when it wakes it goes on right behind what it had waited for, before any timer of its own.
 */
export interface Copy {
  readonly store: Store;
  readonly lease: ActiveLease;
  /** It will stand still when the store has told it that this write is durable, named as `runWords` does. */
  freezeAfter(write: RegExp): { readonly isFrozen: Promise<void> };
  /** It stands still now, wherever its code has just got to. */
  freeze(): void;
  wake(): void;
  stop(): Promise<void>;
}

export function startCopy(real: Store, owner: string, seconds: number): Copy {
  let still: PromiseWithResolvers<void> | null = null;
  let awaited: { readonly write: RegExp; readonly frozen: () => void } | null = null;
  const awake = async (): Promise<void> => still?.promise;
  const leaseStore: Store = {
    ...real,
    leases: {
      ...real.leases,
      async take(name, by, forSeconds) {
        await awake();
        return real.leases.take(name, by, forSeconds);
      },
    },
  };
  const own = createActiveLease({
    ...{ store: leaseStore, owner, seconds, clock: systemClock, log: createLog("silent"), metrics: createMetrics() },
    onChange: () => {},
  });
  // Nobody asks while it stands still: what its timers would find then they find when it wakes.
  let asItWas: ReturnType<ActiveLease["held"]> = null;
  const lease: ActiveLease = {
    start: () => own.start(),
    stop: () => own.stop(),
    held() {
      return still === null ? own.held() : asItWas;
    },
  };
  async function transaction<T>(work: (tx: StoreParts) => Promise<T>): Promise<T> {
    const seen: string[] = [];
    const value = await real.transaction((tx) => {
      const update: StoreParts["runs"]["update"] = (run, fence) => {
        seen.push(runWords(run));
        return tx.runs.update(run, fence);
      };
      return work({ ...tx, runs: { ...tx.runs, update } });
    });
    if (awaited !== null && seen.some((words) => awaited!.write.test(words))) {
      freeze();
      awaited.frozen();
      awaited = null;
    }
    await awake();
    return value;
  }
  function freeze(): void {
    const held = own.held();
    const left = held?.timeLeftMs() ?? 0;
    asItWas = held && { fence: held.fence, timeLeftMs: () => left };
    still ??= Promise.withResolvers();
  }
  return {
    store: { ...real, transaction },
    lease,
    freezeAfter(write) {
      const { promise, resolve } = Promise.withResolvers<void>();
      awaited = { write, frozen: resolve };
      return { isFrozen: promise };
    },
    freeze,
    wake() {
      const waking = still;
      still = null;
      waking?.resolve();
    },
    async stop() {
      this.wake();
      await own.stop();
    },
  };
}
