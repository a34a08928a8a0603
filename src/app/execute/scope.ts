import { workersFor } from "./dm-questions.ts";
import type { StepContext } from "./step-action.ts";

/** Exactly the step's source: by name, or by its worker's address on v1.0. Never an empty list, which DM reads as "all". */
export async function scopeOf(
  context: StepContext,
): Promise<{ readonly sources: readonly string[]; readonly workers: readonly string[] | null }> {
  const sources = [context.step.target.source];
  if (context.run.plan.binding.generation !== "v1.0") return { sources, workers: null };
  const workers = await workersFor(context);
  if (!workers || workers.length === 0)
    throw new Error(`the worker of source ${context.step.target.source} is not known, and v1.0 would take an empty list for all`);
  return { sources, workers };
}
