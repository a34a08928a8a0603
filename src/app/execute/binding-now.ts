import { changedParts } from "../../domain/plan/binding.ts";
import type { Target } from "../../domain/plan/plan.ts";
import type { Run } from "../../domain/run/run.ts";
import { isAway } from "../../domain/run/run-progress.ts";
import { type FactSources, readTargetFacts } from "../plan-facts.ts";

/**
 * Names of what the plan was bound to and is different now. Only targets on which nothing was done yet are asked: what the run
 * itself stopped or started is not the same any more by its own hand.
 */
export async function bindingNow(facts: FactSources, run: Run, signal: AbortSignal): Promise<string[]> {
  const changed: string[] = [];
  for (const target of run.plan.targets) {
    if (!isUntouched(run, target) || isAway(run, target)) continue;
    const { binding } = await readTargetFacts(facts, run.plan.cluster, target, run.plan.playbook, signal);
    const before = Object.fromEntries(Object.entries(run.plan.binding).filter(([key]) => key in binding));
    changed.push(...changedParts(before, binding));
  }
  return changed;
}

function isUntouched(run: Run, target: Target): boolean {
  const writes = run.steps.filter(
    ({ step }) =>
      step.target.task === target.task &&
      step.target.source === target.source &&
      ["stop-task", "start-task", "resume-task"].includes(step.action.kind),
  );
  return writes.every(({ state }) => state.kind === "todo");
}
