import type { Store, StoreParts } from "../../src/app/ports/store.ts";
import type { StepAction } from "../../src/domain/plan/step-action.ts";
import type { Run, StepState } from "../../src/domain/run/run.ts";
import { createLife, type Life, livingIn } from "./life.ts";

/** The store as a process sees it that may end at each write: `before` it is durable, `after` it is. */
export function mortalStore(real: Store, life: Life): Store {
  async function write<T>(words: string, work: () => Promise<T>): Promise<T> {
    life.reach(`before ${words}`);
    const value = await work();
    life.reach(`after ${words}`);
    return value;
  }
  async function transaction<T>(work: (tx: StoreParts) => Promise<T>): Promise<T> {
    life.alive();
    let words = "";
    const value = await real.transaction(async (tx) => {
      const seen: string[] = [];
      const done = await work(watched(tx, seen));
      words = seen[0] ?? "a transaction";
      life.reach(`before ${words}`);
      return done;
    });
    life.reach(`after ${words}`);
    return value;
  }
  const reading = livingIn({ ...real }, life);
  return {
    ...reading,
    runs: reading.runs,
    kept: { get: reading.kept.get, put: (name, text) => write(`kept ${name}`, () => real.kept.put(name, text)) },
    records: {
      ...{ get: reading.records.get, list: reading.records.list },
      put: (kind, name, body) => write(recordWords(kind, name, body), () => real.records.put(kind, name, body)),
      remove: (kind, name) => write(`no ${kind} ${name}`, () => real.records.remove(kind, name)),
    },
    audit: { ...reading.audit, append: (draft) => write(`audit ${draft.kind}`, () => real.audit.append(draft)) },
    nextNumber: (series) => write(`number of a ${series}`, () => real.nextNumber(series)),
    transaction,
  };
}

/** Names what a transaction writes by what it does to its run. */
function watched(tx: StoreParts, seen: string[]): StoreParts {
  return {
    ...tx,
    runs: {
      ...tx.runs,
      update(run, fence) {
        seen.push(runWords(run));
        return tx.runs.update(run, fence);
      },
    },
    kept: {
      ...tx.kept,
      put(name, text) {
        seen.push(`kept ${name}`);
        return tx.kept.put(name, text);
      },
    },
    records: {
      ...tx.records,
      remove(kind, name) {
        seen.push(`no ${kind} ${name}`);
        return tx.records.remove(kind, name);
      },
      put(kind, name, body) {
        seen.push(recordWords(kind, name, body));
        return tx.records.put(kind, name, body);
      },
    },
  };
}

/** `5 stop-task done`; how often it was tried is no part of it. */
export function runWords({ state, steps }: Pick<Run, "state" | "steps">): string {
  const last = steps.findLast(({ state: { kind } }) => kind !== "todo" && kind !== "skipped");
  const step = last ? `${last.step.number} ${last.step.action.kind} ${last.state.kind}` : "no step";
  const told = last?.state.kind === "started" && last.state.progress !== null ? " told" : "";
  return state.kind === "running" ? `${step}${told}` : `${step}, run ${state.kind}`;
}

function recordWords(kind: string, name: string, body: object): string {
  const rows = "tables" in body ? JSON.stringify(body, (key, value) => (key === "state" ? value.kind : value)) : "";
  const kinds = [...rows.matchAll(/"state":"([a-z-]+)"/g)].map(([, state]) => state);
  const ended = "ended" in body ? (body.ended === null ? " under way" : " ended") : "";
  // A row that a process had deleted before it died is not there any more for the next one: the same write.
  return [`${kind} ${name}${ended}`, ...kinds].join(" ").replaceAll("gone-since", "undone");
}

/** Ends right after the write that brought a run's step into this state. */
export function mortalOnceIs(real: Store, action: StepAction["kind"], state: StepState["kind"]): Store {
  const life = createLife((point) => new RegExp(`^after \\d+ ${action} ${state}(?:,|$)`).test(point));
  return mortalStore(real, life);
}
