import type { DmCluster, WriteOutcome } from "../ports/dm.ts";
import type { RowWriter } from "../ports/rows.ts";
import type { Settings } from "../ports/settings.ts";
import type { Store, StoreParts } from "../ports/store.ts";
import type { ExecutorParts } from "./executor.ts";

/** Time that must be left of the lease beyond a call's own time-out, so that a call can never outlive it. */
const LEASE_MARGIN_MS = 2_000;
/** Where the lease counts as over for a call that is under way. */
const LEASE_END_MS = 500;

type LeaseParts = Pick<ExecutorParts, "lease" | "clock">;

/** A write may take as long as the lease can cover right after its renewal, milliseconds. */
export function callTimeoutMs({ policy }: Pick<Settings, "policy">): number {
  return Math.max(1_000, policy.leaseSeconds * 1000 * 0.6 - LEASE_MARGIN_MS);
}

/** Waits for the lease's renewal when too little is left of it for a call of this length; false when it was lost, or is another one now. */
export async function leaseCovers(
  { lease, clock }: LeaseParts,
  fence: number,
  callMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  for (let held = lease.held(); held?.fence === fence && !signal.aborted; held = lease.held()) {
    if (held.timeLeftMs() > callMs + LEASE_MARGIN_MS) return true;
    await clock.sleep(200, signal).catch(() => {});
  }
  return false;
}

/** The lease under which a step began has not ended; asked at the moment of a call, because a process may have stood still just before. */
export function isHeldStill({ lease }: Pick<ExecutorParts, "lease">, fence: number): boolean {
  const held = lease.held();
  return held?.fence === fence && held.timeLeftMs() > LEASE_END_MS;
}

export const LEASE_LOST = "the lease was lost before the call was made";

/** DM takes no fencing token: each call that changes something is made only while the lease outlives it. Rejects when it does not. */
export function leasedDm(dm: DmCluster, parts: LeaseParts, fence: number): DmCluster {
  async function covered(timeoutMs: number, signal: AbortSignal, call: () => Promise<WriteOutcome>): Promise<WriteOutcome> {
    if (!(await leaseCovers(parts, fence, timeoutMs, signal))) throw new Error(LEASE_LOST);
    return call();
  }
  return {
    ...dm,
    operate: (call, ms, signal) => covered(ms, signal, () => dm.operate(call, ms, signal)),
    startTask: (call, ms, signal) => covered(ms, signal, () => dm.startTask(call, ms, signal)),
    handleStatement: (call, ms, signal) => covered(ms, signal, () => dm.handleStatement(call, ms, signal)),
    stopSource: (source, ms, signal) => covered(ms, signal, () => dm.stopSource(source, ms, signal)),
    startSource: (yaml, ms, signal) => covered(ms, signal, () => dm.startSource(yaml, ms, signal)),
    updateSource: (source, wanted, ms, signal) => covered(ms, signal, () => dm.updateSource(source, wanted, ms, signal)),
    transferSource: (source, worker, ms, signal) => covered(ms, signal, () => dm.transferSource(source, worker, ms, signal)),
    switchRelay: (call, ms, signal) => covered(ms, signal, () => dm.switchRelay(call, ms, signal)),
  };
}

class NotOurs extends Error {}

/**
 * The store for a step's own memory (what it keeps, what it remembers): written only while nobody has taken the lease with a newer fence.
 * Rejects when somebody has; a copy that wakes up must not write over what the next owner keeps.
 */
export function fencedStore(store: Store, fence: number): Store {
  const transaction = <T>(work: (tx: StoreParts) => Promise<T>): Promise<T> =>
    store.transaction(async (tx) => {
      if (!(await tx.leases.isNewest("active", fence))) throw new NotOurs("another copy of the bot has taken over since");
      return work(tx);
    });
  return {
    ...store,
    transaction,
    kept: { get: (name) => store.kept.get(name), put: (name, text) => transaction((tx) => tx.kept.put(name, text)) },
    records: {
      get: (kind, name) => store.records.get(kind, name),
      list: (kind) => store.records.list(kind),
      put: (kind, name, body) => transaction((tx) => tx.records.put(kind, name, body)),
      remove: (kind, name) => transaction((tx) => tx.records.remove(kind, name)),
    },
  };
}

/** For rows that no fence guards, because no account may write the meta schema. */
export function leasedWriter(writer: RowWriter, isOurs: () => boolean): RowWriter {
  const lost = async () => ({ kind: "failed" as const, why: LEASE_LOST });
  return {
    insert: (call, signal) => (isOurs() ? writer.insert(call, signal) : lost()),
    deleteUnchanged: (call, signal) => (isOurs() ? writer.deleteUnchanged(call, signal) : lost()),
    close: () => writer.close(),
  };
}
