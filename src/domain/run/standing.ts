import type { Step, StepAction } from "../plan/plan.ts";
import type { StartForm } from "../plan/step-action.ts";
import { targetKey } from "../plan/target-key.ts";
import { asFound, type Found } from "./as-found.ts";
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
  /** A start or a stop whose outcome nobody could know: it may run in this form. */
  readonly mayRun: StartForm | null;
  /** The stop is certain, and whether the worker has let go is not. */
  readonly mayLinger: boolean;
  /** Bringing its rows back was tried, and they were not those that the run wrote (or could not be written). */
  readonly keepsRows: boolean;
}

export interface SourceStanding {
  readonly step: Step;
  readonly state: "gone" | "there";
  /** Or may have them: where a change could not be known it counts as made. */
  readonly hasOtherSettings: boolean;
  /** The relay was switched off there, and by which call; null: it was not, or is on again. */
  readonly relayOff: RelayCall | null;
  /** How it was switched on again, or may have been: named workers stand in the way of a stop of the source. */
  readonly relayAgain: RelayCall | null;
  /** How it was switched off first: the workers that it had been found with. */
  readonly relayFound: RelayCall | null;
  /** It was moved to another worker than the one that it was found on. */
  readonly isMoved: boolean;
}

/** `workers` as in `DmSources.switchRelay`. */
interface RelayCall {
  readonly workers: readonly string[] | null;
}

export interface WorkerStanding {
  readonly step: Step;
  readonly isStopped: boolean;
  /** Its relay files were changed and it was not started since. */
  readonly hasOtherFiles: boolean;
}

/** What became of a step; one that was skipped tells what it was before. */
export type Fate = "none" | "maybe" | "failed" | "done";

/** A step counts from its intent on: between intent and outcome its effect may be there already. A hand's work may be done, too. */
export function fateOf({ state }: StepRecord): Fate {
  const kind = state.kind === "skipped" ? (state.was ?? "todo") : state.kind;
  switch (kind) {
    case "todo":
      return state.kind === "todo" && state.wasShown === true ? "maybe" : "none";
    case "started":
    case "unknown":
    case "by-hand":
      return "maybe";
    default:
      return kind;
  }
}

const newTask = (step: Step): TaskStanding => ({
  ...{ step, state: "as-found", isRewritten: false, mayRun: null, mayLinger: false, keepsRows: false },
});
const newSource = (step: Step): SourceStanding => ({
  ...{ step, state: "there", hasOtherSettings: false, relayOff: null, relayAgain: null, relayFound: null, isMoved: false },
});

export function standingOf(run: Run): Standing {
  const found = asFound(run);
  for (const record of run.steps) {
    const fate = fateOf(record);
    if (fate === "none") continue;
    const { step } = record;
    if (step.target.task !== null) {
      const key = targetKey(step.target);
      const task = taskAfter(found.tasks.get(key) ?? newTask(step), step, fate);
      if (task !== null) found.tasks.set(key, { ...task, step });
    }
    const source = sourceAfter(found.sources.get(step.target.source) ?? newSource(step), step.action, fate);
    if (source !== null) found.sources.set(step.target.source, { ...source, step });
    workersAfter(found, step, fate);
  }
  return found;
}

/** null: the step is not about the task as a whole. */
function taskAfter(task: TaskStanding, { action }: Step, fate: Fate): TaskStanding | null {
  const isDone = fate === "done";
  const mayBe = isDone || fate === "maybe";
  switch (action.kind) {
    case "stop-task":
      if (isDone) return { ...task, state: "gone", mayRun: null, mayLinger: true };
      return mayBe ? { ...task, state: "gone", mayRun: formOf(task) } : null;
    case "wait-until-gone":
      return isDone ? { ...task, mayLinger: false, mayRun: action.unlessHeld ? task.mayRun : null } : null;
    case "start-task":
      if (isDone) return { ...newTask(task.step), state: action.form === "safe-mode" ? "safe-mode" : "running" };
      // A start that failed was looked for afterwards: the master does not list it.
      if (fate === "maybe") return { ...task, mayRun: action.form };
      return { ...task, mayRun: null, mayLinger: task.mayLinger || (task.state === "gone" && task.mayRun !== null) };
    case "resume-task":
      if (!isDone) return null;
      return task.state === "paused" || task.state === "as-found" ? { ...task, state: "running" } : task;
    case "pause-task":
      return mayBe ? { ...task, state: "paused" } : null;
    case "rewrite-checkpoint":
      return mayBe ? { ...task, isRewritten: true } : null;
    case "restore-checkpoint":
      return isDone ? { ...task, isRewritten: false, keepsRows: false } : fate === "failed" ? { ...task, keepsRows: true } : null;
    default:
      return null;
  }
}

/** In which form the task runs, where a stop of it could not be known. */
function formOf({ state, mayRun }: TaskStanding): StartForm | null {
  if (state === "gone") return mayRun;
  return state === "safe-mode" ? "safe-mode" : "original";
}

function sourceAfter(source: SourceStanding, action: StepAction, fate: Fate): SourceStanding | null {
  const isDone = fate === "done";
  const mayBe = isDone || fate === "maybe";
  switch (action.kind) {
    case "stop-source":
      return mayBe ? { ...source, state: "gone" } : null;
    case "start-source":
    case "update-source": {
      const isOther = action.settings.gtid !== null || action.settings.relay !== null;
      if (isDone) return { ...source, state: "there", hasOtherSettings: isOther };
      return mayBe && isOther ? { ...source, hasOtherSettings: true } : null;
    }
    case "transfer-source":
      return mayBe ? { ...source, isMoved: true } : null;
    case "switch-relay": {
      const { workers } = action;
      if (!mayBe) return null;
      if (action.on) return { ...source, relayAgain: { workers }, relayOff: isDone ? null : source.relayOff };
      const relayAgain = isDone ? null : source.relayAgain;
      return { ...source, relayAgain, relayOff: { workers }, relayFound: source.relayFound ?? { workers } };
    }
    default:
      return null;
  }
}

function workersAfter({ workers }: Found, step: Step, fate: Fate): void {
  const { action } = step;
  const isDone = fate === "done";
  const mayBe = isDone || fate === "maybe";
  switch (action.kind) {
    case "stop-worker":
      if (mayBe) workers.set(action.worker, { step, isStopped: true, hasOtherFiles: false });
      return;
    case "put-relay-file":
    case "rewrite-relay-meta":
      if (mayBe) workers.set(action.worker, { step, isStopped: true, hasOtherFiles: true });
      return;
    case "restore-relay-files":
      if (isDone) workers.set(action.worker, { step, isStopped: true, hasOtherFiles: false });
      return;
    case "start-worker":
      // It may have read its files, even where the start did not end well: from then on they are not changed under it.
      workers.set(action.worker, { step, isStopped: !isDone, hasOtherFiles: false });
      return;
    default:
      return;
  }
}

/** Not there, or with settings or without a relay that its tasks do not run with to the plan's end. */
export function isAway(name: string, { sources, tasks }: Standing): boolean {
  const source = sources.get(name);
  if (source === undefined) return false;
  if (source.state === "gone") return true;
  if (!source.hasOtherSettings && source.relayOff === null) return false;
  const own = [...tasks.values()].filter(({ step }) => step.target.source === name);
  return own.length === 0 || own.some(({ state }) => state !== "running");
}

/** Something that the run has taken away is not back yet: only steps that bring it back may follow, whatever expired. */
export function isUnsafe(run: Run): boolean {
  const standing = standingOf(run);
  const { tasks, sources, workers } = standing;
  return (
    [...tasks.values()].some(({ state, isRewritten }) => state === "gone" || state === "safe-mode" || isRewritten) ||
    [...sources.keys()].some((name) => isAway(name, standing)) ||
    [...workers.values()].some(({ isStopped }) => isStopped)
  );
}
