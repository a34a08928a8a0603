import type { Step, Target } from "../plan/plan.ts";
import type { LeftBehind, Run, StepRecord, StepState } from "./run.ts";

/** The step that is next: the first that is neither done nor skipped. null: nothing is left to do. */
export function nextStep(run: Run): StepRecord | null {
  return run.steps.find(({ state }) => state.kind !== "done" && state.kind !== "skipped") ?? null;
}

export function withStep(run: Run, number: number, state: StepState): Run {
  return { ...run, steps: run.steps.map((record) => (record.step.number === number ? { ...record, state } : record)) };
}

/** Between a target's stop and its start the task is not there: only the steps that bring it back may be taken, whatever expired. */
export function isAway(run: Run, target: Target): boolean {
  const ofTarget = run.steps.filter(({ step }) => sameTarget(step.target, target));
  const stop = ofTarget.find(({ step }) => step.action.kind === "stop-task");
  const start = ofTarget.find(({ step }) => step.action.kind === "start-task");
  return (
    stop !== undefined &&
    stop.state.kind !== "todo" &&
    stop.state.kind !== "failed" &&
    stop.state.kind !== "skipped" &&
    start?.state.kind !== "done"
  );
}

/** The step after which its target is not as it was: until it was made the plan must still hold. */
export function isFirstWrite({ action }: Step): boolean {
  return action.kind === "stop-task" || action.kind === "resume-task";
}

export function sameTarget(a: Target, b: Target): boolean {
  return a.task === b.task && a.source === b.source;
}

/** In which state a run that ends at this step leaves its target. */
export function leftAt(run: Run, record: StepRecord): LeftBehind {
  switch (record.step.action.kind) {
    case "keep-task-yaml":
    case "check-before-stop":
      return "task-untouched";
    case "stop-task":
      return record.state.kind === "unknown" ? "not-known" : "task-untouched";
    case "wait-until-gone":
    case "start-task":
      return "task-gone";
    case "resume-task":
      return record.state.kind === "unknown" ? "not-known" : "task-paused";
    case "verify-recovered":
      return isAway(run, record.step.target) ? "task-gone" : "task-running";
    default:
      return record.step.action satisfies never;
  }
}

/** In which state a run that ends before it takes this step leaves its target. */
export function leftBefore({ step }: StepRecord): LeftBehind {
  return step.action.kind === "verify-recovered" ? "task-running" : "task-untouched";
}

/**
 * A person said "go on": the step that failed is tried once more. One that could not be known counts as begun, so that DM is asked
 * first whether it was made: a stop that was made after all must not be taken for somebody else's.
 */
export function againFrom(run: Run): Run {
  const stuck = run.steps.find(({ state }) => state.kind === "failed" || state.kind === "unknown");
  const again: StepState =
    stuck?.state.kind === "unknown" ? { kind: "started", at: stuck.state.at, attempt: 1, fence: 0 } : { kind: "todo" };
  const steps = run.steps.map((record) => (record === stuck ? { ...record, state: again } : record));
  return { ...run, state: { kind: "running" }, steps };
}

/** A person said "put back": of the target that is away only its start and the proof remain, other targets are left alone. */
export function putBack(run: Run, now: number): Run {
  const away = run.steps.find(({ step }) => isAway(run, step.target))?.step.target ?? null;
  const steps = run.steps.map((record): StepRecord => {
    if (record.state.kind === "done") return record;
    const { step } = record;
    const bringsBack =
      away !== null &&
      sameTarget(step.target, away) &&
      (step.action.kind === "start-task" || step.action.kind === "verify-recovered");
    return { step, state: bringsBack ? { kind: "todo" } : { kind: "skipped", at: now, why: "put back by a person" } };
  });
  return { ...run, state: { kind: "running" }, steps };
}
