import type { Step, StepAction, Target } from "../plan/plan.ts";
import { stepsToPutBack } from "./put-back.ts";
import type { Run } from "./run.ts";
import { fateOf, isUnsafe } from "./standing.ts";

type Draft = Omit<Step, "number">;

export type Undoable =
  | { readonly kind: "steps"; readonly steps: readonly Draft[] }
  | { readonly kind: "nothing" }
  /** Something read the new values since: from then on the way back is a new plan. */
  | { readonly kind: "started-since" };

/**
 * What can be taken back of a run that has ended or waits for a person: what is away (rows, files, settings, tasks), a statement that
 * is not passed yet, rows that were inserted. Values themselves are compared by the steps.
 */
export function stepsToUndo(run: Run): Undoable {
  if (run.plan.playbook === "undo") return { kind: "nothing" };
  if (isUnsafe(run)) return { kind: "steps", steps: stepsToPutBack(run) };
  const steps = run.steps.flatMap((record): Draft[] => {
    const { action, target } = record.step;
    const fate = fateOf(record);
    if (action.kind === "handle-statement" && action.how !== "revert" && (fate === "done" || fate === "maybe"))
      return [draft(target, { ...action, how: "revert", instead: [] })];
    // A copy that did not come to its end has inserted rows, too.
    if (action.kind === "copy-missing-rows" && fate !== "none")
      return [draft(target, { kind: "remove-copied-rows", of: run.id })];
    return [];
  });
  if (run.steps.some(({ step, state }) => step.action.kind === "remove-copied-rows" && state.kind === "done"))
    return { kind: "nothing" };
  if (steps.length > 0) return { kind: "steps", steps };
  const wrote = run.steps.some(
    ({ step, state }) =>
      state.kind === "done" &&
      ["rewrite-checkpoint", "put-relay-file", "rewrite-relay-meta", "start-source", "update-source"].includes(step.action.kind),
  );
  return wrote ? { kind: "started-since" } : { kind: "nothing" };
}

/** The run whose YAML, images and files a run works with: an undo uses those of the run that it undoes. */
export const keeperOf = ({ id, plan }: Run): string => (plan.playbook === "undo" ? (plan.subjects[0]?.options.run ?? id) : id);

const draft = (target: Target, action: StepAction): Draft => ({ target, action, atMostSeconds: 300 });
