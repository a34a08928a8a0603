import type { Step } from "../plan/plan.ts";
import type { Run, StepRecord } from "./run.ts";

/** Where a run has brought what it touches, told by its steps alone. */
export interface Standing {
  /** By `task @ source`. */
  readonly tasks: ReadonlyMap<string, TaskStanding>;
  readonly sources: ReadonlyMap<string, SourceStanding>;
  readonly workers: ReadonlyMap<string, WorkerStanding>;
}

export interface TaskStanding {
  readonly step: Step;
  readonly state: "as-found" | "gone" | "running" | "safe-mode" | "paused";
  /** Rows were rewritten and no subtask was made since, so that nothing has read them. */
  readonly isRewritten: boolean;
}

export interface SourceStanding {
  readonly step: Step;
  readonly state: "gone" | "there";
  readonly hasOtherSettings: boolean;
  /** The relay was switched off there, and by which call; null: it was not. */
  readonly relayOff: { readonly workers: readonly string[] | null } | null;
}

export interface WorkerStanding {
  readonly step: Step;
  readonly isStopped: boolean;
  /** Its relay files were changed and it was not started since. */
  readonly hasOtherFiles: boolean;
}

/** A step counts from its intent on: between intent and outcome its effect may be there already. */
const mayHaveHappened = ({ state }: StepRecord): boolean =>
  state.kind === "started" || state.kind === "done" || state.kind === "unknown";
const hasHappened = ({ state }: StepRecord): boolean => state.kind === "done";

export const targetKey = ({ task, source }: { readonly task: string | null; readonly source: string }): string =>
  `${task ?? ""} @ ${source}`;

export function standingOf(run: Run): Standing {
  const { tasks, sources, workers } = asFound(run);
  for (const record of run.steps) {
    const { step } = record;
    const { action, target } = step;
    const key = targetKey(target);
    const task: TaskStanding = tasks.get(key) ?? { step, state: "as-found", isRewritten: false };
    const source: SourceStanding = sources.get(target.source) ?? {
      step,
      state: "there",
      hasOtherSettings: false,
      relayOff: null,
    };
    switch (action.kind) {
      case "stop-task":
        if (mayHaveHappened(record)) tasks.set(key, { ...task, step, state: "gone" });
        break;
      case "start-task":
        if (hasHappened(record))
          tasks.set(key, { step, state: action.form === "safe-mode" ? "safe-mode" : "running", isRewritten: false });
        break;
      case "resume-task":
        if (hasHappened(record)) tasks.set(key, { ...task, step, state: "running" });
        break;
      case "pause-task":
        if (mayHaveHappened(record)) tasks.set(key, { ...task, step, state: "paused" });
        break;
      case "rewrite-checkpoint":
        if (mayHaveHappened(record)) tasks.set(key, { ...task, step, isRewritten: true });
        break;
      case "restore-checkpoint":
        if (hasHappened(record)) tasks.set(key, { ...task, step, isRewritten: false });
        break;
      case "stop-source":
        if (mayHaveHappened(record)) sources.set(target.source, { ...source, step, state: "gone" });
        break;
      case "start-source":
      case "update-source": {
        const { gtid, relay } = action.settings;
        if (hasHappened(record))
          sources.set(target.source, { ...source, step, state: "there", hasOtherSettings: gtid !== null || relay !== null });
        break;
      }
      case "switch-relay":
        if (action.on ? hasHappened(record) : mayHaveHappened(record))
          sources.set(target.source, { ...source, step, relayOff: action.on ? null : { workers: action.workers } });
        break;
      case "stop-worker":
        if (mayHaveHappened(record)) workers.set(action.worker, { step, isStopped: true, hasOtherFiles: false });
        break;
      case "put-relay-file":
      case "rewrite-relay-meta":
        if (mayHaveHappened(record)) workers.set(action.worker, { step, isStopped: true, hasOtherFiles: true });
        break;
      case "restore-relay-files":
        if (hasHappened(record)) workers.set(action.worker, { step, isStopped: true, hasOtherFiles: false });
        break;
      case "start-worker":
        if (hasHappened(record)) workers.set(action.worker, { step, isStopped: false, hasOtherFiles: false });
        break;
      default:
        break;
    }
  }
  return { tasks, sources, workers };
}

interface Found {
  readonly tasks: Map<string, TaskStanding>;
  readonly sources: Map<string, SourceStanding>;
  readonly workers: Map<string, WorkerStanding>;
}

/** An undo finds away what its steps bring back; every other run finds all as it should be. */
function asFound({ plan, steps }: Run): Found {
  const found: Found = { tasks: new Map(), sources: new Map(), workers: new Map() };
  if (plan.playbook !== "undo") return found;
  for (const { step } of steps) {
    const { action, target } = step;
    const key = targetKey(target);
    switch (action.kind) {
      case "start-task":
        if (!found.tasks.has(key)) found.tasks.set(key, { step, state: "gone", isRewritten: false });
        break;
      case "restore-checkpoint":
        found.tasks.set(key, { step, state: found.tasks.get(key)?.state ?? "gone", isRewritten: true });
        break;
      case "stop-task":
        if (!found.tasks.has(key)) found.tasks.set(key, { step, state: "safe-mode", isRewritten: false });
        break;
      case "start-source":
        if (!found.sources.has(target.source))
          found.sources.set(target.source, { step, state: "gone", hasOtherSettings: false, relayOff: null });
        break;
      case "stop-source":
        found.sources.set(target.source, { step, state: "there", hasOtherSettings: true, relayOff: null });
        break;
      case "start-worker":
      case "restore-relay-files":
        found.workers.set(action.worker, { step, isStopped: true, hasOtherFiles: action.kind === "restore-relay-files" });
        break;
      default:
        break;
    }
  }
  return found;
}

/** Something that the run has taken away is not back yet: only steps that bring it back may follow, whatever expired. */
export function isUnsafe(run: Run): boolean {
  const { tasks, sources, workers } = standingOf(run);
  return (
    [...tasks.values()].some(({ state, isRewritten }) => state === "gone" || state === "safe-mode" || isRewritten) ||
    [...sources.values()].some(({ state }) => state === "gone") ||
    [...workers.values()].some(({ isStopped }) => isStopped)
  );
}
