import { changedParts } from "../../domain/plan/binding.ts";
import { outdatedTargets } from "../../domain/plan/outdated.ts";
import type { Run } from "../../domain/run/run.ts";
import { isUntouched } from "../../domain/run/run-progress.ts";
import { surveySubject } from "../survey/surveyors.ts";
import type { ExecutorParts } from "./executor.ts";

/**
 * Names of what the plan was bound to and is different now. Only subjects on which nothing was done yet are asked: what the run
 * itself stopped or started is not the same any more by its own hand.
 */
export async function bindingNow(
  { facts, store, settings }: Pick<ExecutorParts, "facts" | "store" | "settings">,
  run: Run,
  signal: AbortSignal,
): Promise<string[]> {
  const { plan } = run;
  const untouched = plan.subjects.filter(({ target }) => isUntouched(run, target));
  const incident = plan.incident === null ? null : await store.incidents.get(plan.incident);
  const changed = outdatedTargets(
    plan,
    untouched.map(({ target }) => target),
    incident,
  );
  for (const subject of untouched) {
    const { binding } = await surveySubject(plan.playbook, {
      ...{ facts, store, settings, cluster: plan.cluster, subject, signal },
      generation: plan.binding.generation === "v1.0" ? "v1.0" : "v2+",
      version: plan.binding.version || null,
    });
    const before = Object.fromEntries(Object.entries(plan.binding).filter(([key]) => key in binding));
    changed.push(...changedParts(before, binding));
  }
  return changed;
}
