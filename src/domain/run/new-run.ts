import type { Plan } from "../plan/plan.ts";
import type { Run, RunLock } from "./run.ts";

/** The run's own deadline is as long as its steps may take at most, and at least `deadlineSeconds`. */
export function newRun(id: string, plan: Plan, now: number, deadlineSeconds: number): Run {
  const steps = plan.steps.map((step) => ({ step, state: { kind: "todo" } as const }));
  const seconds = Math.max(
    deadlineSeconds,
    plan.steps.reduce((sum, { atMostSeconds }) => sum + atMostSeconds, 0),
  );
  const deadlineAt = now + seconds * 1000;
  return { id, plan, state: { kind: "running" }, startedAt: now, deadlineAt, steps, puttingBack: null, version: 0 };
}

/** Every task and every source that the run will stop or change, each once. */
export function locksOf(plan: Plan): RunLock[] {
  const names = new Map<string, RunLock>();
  for (const { task, source } of plan.targets) {
    if (task !== null) names.set(`task ${task}`, { cluster: plan.cluster, what: "task", name: task });
    names.set(`source ${source}`, { cluster: plan.cluster, what: "source", name: source });
  }
  // One order for everybody: two runs that want the same two rows must not wait for each other.
  return [...names.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, lock]) => lock);
}
