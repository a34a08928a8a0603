import type { Store, StoreParts } from "../../src/app/ports/store.ts";

/** A process that ends at its k-th write: before the write happens, or after it is durable. From then on nothing works any more. */
export class Dead extends Error {}

export interface MortalStore {
  readonly store: Store;
  /** How many writes were asked for so far. */
  writes(): number;
}

export function mortalStore(real: Store, dieAt: number, when: "before" | "after"): MortalStore {
  let count = 0;
  let dead = false;
  const alive = (): void => {
    if (dead) throw new Dead("the process has ended");
  };
  async function write<T>(work: () => Promise<T>): Promise<T> {
    alive();
    count++;
    const dies = count === dieAt;
    if (dies && when === "before") dead = true;
    alive();
    const value = await work();
    if (dies) dead = true;
    alive();
    return value;
  }
  const guard = <Part extends object>(part: Part): Part =>
    new Proxy(part, {
      get(target, name) {
        const member = Reflect.get(target, name) as unknown;
        if (typeof member !== "function") return member;
        return (...given: unknown[]) => {
          alive();
          return (member as (...all: unknown[]) => unknown).apply(target, given);
        };
      },
    });
  const store: Store = {
    ...real,
    runs: guard(real.runs),
    plans: guard(real.plans),
    kept: { get: guard(real.kept).get, put: (name, text) => write(() => real.kept.put(name, text)) },
    transaction: <T>(work: (tx: StoreParts) => Promise<T>) => write(() => real.transaction(work)),
  };
  return { store, writes: () => count };
}
