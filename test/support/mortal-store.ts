import type { Store, StoreParts } from "../../src/app/ports/store.ts";
import type { StepAction } from "../../src/domain/plan/step-action.ts";
import type { StepState } from "../../src/domain/run/run.ts";

/** A process that ends at its k-th write: before the write happens, or after it is durable. From then on nothing works any more. */
export class Dead extends Error {}

export interface MortalStore {
  readonly store: Store;
  /** How many writes were asked for so far. */
  writes(): number;
  isDead(): boolean;
}

/** Dies right after the write that brought a run's step into this state. */
export function mortalOnceIs(real: Store, action: StepAction["kind"], state: StepState["kind"]): Store {
  const isSo = async (): Promise<boolean> =>
    (await real.runs.unfinished()).some(({ steps }) =>
      steps.some((record) => record.step.action.kind === action && record.state.kind === state),
    );
  return mortal(real, async (after) => after && (await isSo())).store;
}

export function mortalStore(real: Store, dieAt: number, when: "before" | "after"): MortalStore {
  return mortal(real, async (after, count) => count === dieAt && after === (when === "after"));
}

function mortal(real: Store, dies: (after: boolean, count: number) => Promise<boolean>): MortalStore {
  let count = 0;
  let dead = false;
  const alive = (): void => {
    if (dead) throw new Dead("the process has ended");
  };
  async function write<T>(work: () => Promise<T>): Promise<T> {
    alive();
    count++;
    if (await dies(false, count)) dead = true;
    alive();
    const value = await work();
    if (await dies(true, count)) dead = true;
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
    records: {
      get: guard(real.records).get,
      list: guard(real.records).list,
      put: (kind, name, body) => write(() => real.records.put(kind, name, body)),
      remove: (kind, name) => write(() => real.records.remove(kind, name)),
    },
    transaction: <T>(work: (tx: StoreParts) => Promise<T>) => write(() => real.transaction(work)),
  };
  return { store, writes: () => count, isDead: () => dead };
}
