import type { Store, StoreParts } from "../../src/app/ports/store.ts";
import type { StepAction } from "../../src/domain/plan/step-action.ts";
import type { Run, StepState } from "../../src/domain/run/run.ts";

/** SQLite's own words for what a disk does to it, with its numbers. */
export const SQLITE_SAYS = {
  full: [13, "database or disk is full"],
  "read-only": [8, "attempt to write a readonly database"],
  "io-error": [10, "disk I/O error"],
} as const;

export interface StoreFault {
  readonly says: keyof typeof SQLITE_SAYS;
  /** The write that would store a run's step in this state, or the run's end, or a kept text. */
  readonly at: { readonly step: StepAction["kind"]; readonly is: StepState["kind"] } | "run-end" | "kept-text";
}

/** The real store, but for one write that fails and leaves nothing behind; the process lives on. */
export function failingStore(real: Store, { says, at }: StoreFault): { readonly store: Store; hasFailed(): boolean } {
  let hasFailed = false;
  const fail = (): never => {
    hasFailed = true;
    const [errcode, message] = SQLITE_SAYS[says];
    throw Object.assign(new Error(message), { code: "ERR_SQLITE_ERROR", errcode });
  };
  const isIt = (run: Run): boolean => {
    if (hasFailed || at === "kept-text") return false;
    if (at === "run-end") return run.state.kind !== "running";
    return run.steps.some(({ step, state }) => step.action.kind === at.step && state.kind === at.is);
  };
  const keeping = (kept: StoreParts["kept"]): StoreParts["kept"] => ({
    ...kept,
    put: async (name, text) => (at === "kept-text" && !hasFailed ? fail() : kept.put(name, text)),
  });
  const failing = (tx: StoreParts): StoreParts => ({
    ...tx,
    kept: keeping(tx.kept),
    runs: { ...tx.runs, update: async (run, fence) => (isIt(run) ? fail() : tx.runs.update(run, fence)) },
  });
  return {
    store: {
      ...real,
      kept: keeping(real.kept),
      transaction: (work) => real.transaction((tx) => work(failing(tx))),
    },
    hasFailed: () => hasFailed,
  };
}
