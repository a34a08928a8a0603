import type { Target } from "../plan/plan.ts";
import { isChanging, type StepAction } from "../plan/step-action.ts";
import { targetKey } from "../plan/target-key.ts";
import { stepsToPutBack } from "./put-back.ts";
import type { LeftBehind, Run, StepProgress, StepRecord, StepState } from "./run.ts";
import { fateOf, isAway, isUnsafe, standingOf } from "./standing.ts";

/** The step that is next: the first that is neither done nor skipped. null: nothing is left to do. */
export function nextStep(run: Run): StepRecord | null {
  return run.steps.find(({ state }) => state.kind !== "done" && state.kind !== "skipped") ?? null;
}

export function withStep(run: Run, number: number, state: StepState): Run {
  return { ...run, steps: run.steps.map((record) => (record.step.number === number ? { ...record, state } : record)) };
}

/** null: the step is not under way any more. */
export function withProgress(run: Run, number: number, progress: StepProgress): Run | null {
  const state = run.steps.find(({ step }) => step.number === number)?.state;
  return state?.kind === "started" ? withStep(run, number, { ...state, progress }) : null;
}

/** Nothing was done yet to this target, nor to its source as a whole. */
export function isUntouched(run: Run, target: Target): boolean {
  return run.steps.every(
    ({ step, state }) =>
      state.kind === "todo" || state.kind === "skipped" || !isChanging(step.action) || !isAbout(step.target, target),
  );
}

/** A step on a source as a whole is about each of its tasks, and a task's about its source. */
const isAbout = (one: Target, other: Target): boolean =>
  one.source === other.source && (one.task === null || other.task === null || one.task === other.task);

/** Where one of these could not be known, the state of what it is about is not known either. */
const SETTLES_IT: ReadonlySet<StepAction["kind"]> = new Set<StepAction["kind"]>([
  ...(["stop-task", "resume-task", "pause-task", "stop-worker", "start-worker", "handle-statement"] as const),
]);

/** In which state a run that ends at this step leaves what it touches; the worst of it. */
export function leftAt(run: Run, record: StepRecord): LeftBehind {
  if (record.state.kind === "unknown" && SETTLES_IT.has(record.step.action.kind)) return "not-known";
  // What a person is asked to do by hand is not done yet as far as anybody knows.
  const standing = standingOf(record.state.kind === "by-hand" ? asNotMade(run, record) : run);
  const { tasks, sources, workers } = standing;
  const states = new Set([...tasks.values()].map(({ state }) => state));
  if ([...workers.values()].some(({ isStopped }) => isStopped)) return "worker-stopped";
  if ([...sources.values()].some(({ state }) => state === "gone")) return "source-gone";
  if (states.has("gone")) return "task-gone";
  if (states.has("safe-mode")) return "task-in-safe-mode";
  if ([...sources].some(([name, { relayOff }]) => relayOff !== null && isAway(name, standing))) return "relay-off";
  if (record.step.action.kind === "resume-task" && record.state.kind !== "todo") return "task-paused";
  const own = tasks.get(targetKey(record.step.target));
  if (own?.state === "paused") return "task-paused";
  if (own?.state === "running") return "task-running";
  // A task that the run had not found there, and a start of it that may have been made.
  if (own !== undefined && own.mayRun !== null) return "not-known";
  return run.steps.some(mayHaveChanged) ? "steps-stay" : "task-untouched";
}

/** These write in many transactions: a failed one may have done a part. */
const IN_PARTS: ReadonlySet<StepAction["kind"]> = new Set<StepAction["kind"]>(["copy-missing-rows", "remove-copied-rows"]);

function mayHaveChanged({ step: { action }, state }: StepRecord): boolean {
  if (!isChanging(action)) return false;
  if (state.kind === "done") return !state.alreadySo;
  return state.kind === "started" || state.kind === "unknown" || (state.kind === "failed" && IN_PARTS.has(action.kind));
}

/**
 * A run whose step ended so keeps its locks and waits for a person: what is away, what could not be known, what hands have to do, and
 * a put-back that does not come to its end. Every other run simply ends.
 */
export function waitsForPerson(run: Run, { kind }: StepState): boolean {
  return kind === "unknown" || kind === "by-hand" || run.puttingBack !== null || isUnsafe(run);
}

/** The run as it stands when this step, whose intent was stored, turns out not to have been made. */
export function asNotMade(run: Run, { step }: StepRecord): Run {
  return withStep(run, step.number, { kind: "todo" });
}

/**
 * A person said "go on": the step that failed or was done by hand is asked and tried once more. One that could not be known counts as
 * begun, so that it is asked first whether it was made: a stop that was made after all must not be taken for somebody else's.
 */
export function againFrom(run: Run): Run {
  const stuck = run.steps.find(({ state }) => ["failed", "unknown", "by-hand"].includes(state.kind));
  const again = stuck ? stateAgain(stuck.state) : ({ kind: "todo" } as const);
  const steps = run.steps.map((record) => (record === stuck ? { ...record, state: again } : record));
  return { ...run, state: { kind: "running" }, steps };
}

function stateAgain(state: StepState): StepState {
  switch (state.kind) {
    case "unknown":
      return { kind: "started", at: state.at, attempt: 1, fence: 0, progress: null };
    case "by-hand":
      return { kind: "todo", wasShown: true };
    default:
      return { kind: "todo" };
  }
}

function leftOut(state: StepState, at: number): StepState {
  const why = "what is away is put back instead";
  if (state.kind === "skipped") return state;
  const was = state.kind === "todo" || state.kind === "done" ? {} : { was: state.kind };
  return { kind: "skipped", at, why, ...was };
}

/** In which state a run that was put back leaves what it had touched. */
export function leftAfterPuttingBack(run: Run): LeftBehind {
  const { tasks } = standingOf(run);
  if ([...tasks.values()].some(({ mayRun }) => mayRun !== null) || isStatementOpen(run)) return "not-known";
  const done = run.steps.flatMap(({ step: { action }, state }) => (state.kind === "done" ? [{ action, ...state }] : []));
  const wasStopped = done.some(({ action }) => action.kind === "stop-task");
  // A start that found the task there, and no stop before it that was made: it was never away, and may stand as it did.
  if (done.some(({ action, alreadySo }) => action.kind === "start-task" && (wasStopped || !alreadySo))) return "task-running";
  return done.some(({ action, alreadySo }) => isChanging(action) && !alreadySo) ? "as-before" : "task-untouched";
}

/** Nobody knows whether DM took it, and no step takes it back. */
const isStatementOpen = ({ steps }: Run): boolean =>
  steps.some((record) => record.step.action.kind === "handle-statement" && fateOf(record) === "maybe");

/** What is not done is left out, and behind it stand the steps that bring back what is away. */
export function putBack(run: Run, by: string, now: number): Run {
  const kept = run.steps.map(
    (record): StepRecord => (record.state.kind === "done" ? record : { step: record.step, state: leftOut(record.state, now) }),
  );
  const first = Math.max(0, ...run.steps.map(({ step }) => step.number)) + 1;
  const added = stepsToPutBack(run).map(
    (draft, index): StepRecord => ({ step: { ...draft, number: first + index }, state: { kind: "todo" } }),
  );
  return { ...run, state: { kind: "running" }, steps: [...kept, ...added], puttingBack: { by, at: now } };
}
