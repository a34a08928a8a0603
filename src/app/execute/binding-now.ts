import type { Incident } from "../../domain/incident/incident.ts";
import { changedParts } from "../../domain/plan/binding.ts";
import { outdatedTargets } from "../../domain/plan/outdated.ts";
import type { Target } from "../../domain/plan/plan.ts";
import type { Run, StepRecord } from "../../domain/run/run.ts";
import { isAway, isFirstWrite, sameTarget } from "../../domain/run/run-progress.ts";
import { type FactSources, readTargetFacts } from "../plan-facts.ts";
import type { Store } from "../ports/store.ts";

/**
 * Names of what the plan was bound to and is different now. Only targets on which nothing was done yet are asked (`record`'s own too,
 * when it is the target's first write and DM shows that it was not made): what the run itself stopped or started is not the same any
 * more by its own hand.
 */
export async function bindingNow(
  { facts, store }: { readonly facts: FactSources; readonly store: Store },
  run: Run,
  record: StepRecord,
  signal: AbortSignal,
): Promise<string[]> {
  const untouched = run.plan.targets.filter(
    (target) =>
      (isUntouched(run, target) && !isAway(run, target)) || (isFirstWrite(record.step) && sameTarget(record.step.target, target)),
  );
  const changed = outdatedTargets(untouched, await incidentOf(store, run));
  for (const target of untouched) {
    const { binding } = await readTargetFacts(facts, run.plan.cluster, target, run.plan.playbook, signal);
    const before = Object.fromEntries(Object.entries(run.plan.binding).filter(([key]) => key in binding));
    changed.push(...changedParts(before, binding));
  }
  return changed;
}

async function incidentOf(store: Store, { plan }: Run): Promise<Incident | null> {
  return plan.incident === null ? null : store.incidents.get(plan.incident);
}

function isUntouched(run: Run, target: Target): boolean {
  const writes = run.steps.filter(
    ({ step }) => sameTarget(step.target, target) && ["stop-task", "start-task", "resume-task"].includes(step.action.kind),
  );
  return writes.every(({ state }) => state.kind === "todo");
}
