import type { Target } from "../plan/plan.ts";
import { isChanging, type StepAction } from "../plan/step-action.ts";
import { stepsToPutBack } from "./put-back.ts";
import type { LeftBehind, Run, StepProgress, StepRecord, StepState } from "./run.ts";
import { standingOf, targetKey } from "./standing.ts";

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

/** In which state a run that ends at this step leaves what it touches; the worst of it. */
export function leftAt(run: Run, record: StepRecord): LeftBehind {
  const { tasks, sources, workers } = standingOf(run);
  const states = new Set([...tasks.values()].map(({ state }) => state));
  if ([...workers.values()].some(({ isStopped }) => isStopped)) return "worker-stopped";
  if ([...sources.values()].some(({ state }) => state === "gone")) return "source-gone";
  if (record.state.kind === "unknown" && ["stop-task", "resume-task", "pause-task"].includes(record.step.action.kind))
    return "not-known";
  if (states.has("gone")) return "task-gone";
  if (states.has("safe-mode")) return "task-in-safe-mode";
  if (record.step.action.kind === "resume-task" && record.state.kind !== "todo") return "task-paused";
  const own = tasks.get(targetKey(record.step.target))?.state ?? "as-found";
  if (own === "paused") return "task-paused";
  if (own === "running") return "task-running";
  return run.steps.some(mayHaveChanged) ? "steps-stay" : "task-untouched";
}

/** These write in many transactions: a failed one may have done a part. */
const IN_PARTS: ReadonlySet<StepAction["kind"]> = new Set<StepAction["kind"]>(["copy-missing-rows", "remove-copied-rows"]);

function mayHaveChanged({ step: { action }, state }: StepRecord): boolean {
  if (!isChanging(action)) return false;
  if (state.kind === "done") return !state.alreadySo;
  return state.kind === "started" || state.kind === "unknown" || (state.kind === "failed" && IN_PARTS.has(action.kind));
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

/** What is not done is left out, and behind it stand the steps that bring back what is away. */
export function putBack(run: Run, by: string, now: number): Run {
  const kept = run.steps.map(
    (record): StepRecord =>
      record.state.kind === "done"
        ? record
        : { step: record.step, state: { kind: "skipped", at: now, why: "what is away is put back instead" } },
  );
  const first = Math.max(0, ...run.steps.map(({ step }) => step.number)) + 1;
  const added = stepsToPutBack(run).map(
    (draft, index): StepRecord => ({ step: { ...draft, number: first + index }, state: { kind: "todo" } }),
  );
  return { ...run, state: { kind: "running" }, steps: [...kept, ...added], puttingBack: { by, at: now } };
}
