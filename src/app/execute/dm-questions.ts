import type { SubtaskObservation } from "../../domain/observation/observation.ts";
import { type StepAnswer, type StepContext, taskOf } from "./step-action.ts";

/** Whether the master holds the step's task for its source. It changes the moment a stop or start was taken, before the worker acts. */
export async function masterHolds(context: StepContext): Promise<boolean | { readonly why: string }> {
  const { dm, step, signal } = context;
  const { source } = step.target;
  const task = taskOf(context);
  const answer = await dm.taskSources(task, signal);
  if (answer.kind === "not-known") return { why: answer.why };
  return answer.kind === "answered" && answer.sources.includes(source);
}

export type SubtaskAnswer =
  | { readonly kind: "subtask"; readonly subtask: SubtaskObservation }
  | { readonly kind: "absent" }
  | { readonly kind: "not-known"; readonly why: string };

/** The subtask as the source's own worker tells of it; `absent` only when an answering worker does not list it. */
export async function subtaskAtWorker(context: StepContext): Promise<SubtaskAnswer> {
  const { dm, step, signal } = context;
  const { source } = step.target;
  const task = taskOf(context);
  const status = await dm.sourceStatus(source, signal);
  if (status.kind === "not-known") return status;
  const found = status.entries.flatMap((entry) => entry.subtasks).find((subtask) => subtask.task === task);
  if (found) return { kind: "subtask", subtask: found };
  const silent = status.entries.find((entry) => !entry.answered);
  if (silent || status.entries.length === 0)
    return { kind: "not-known", why: silent?.message || "the source's worker did not answer" };
  return { kind: "absent" };
}

/** A question that the step's own deadline broke off: its words would hide what was known before. */
export const wasBrokenOff = ({ signal }: Pick<StepContext, "signal">, { kind }: { readonly kind: string }): boolean =>
  signal.aborted && (kind === "not-known" || kind === "cannot-know");

/** v1.0 scopes its writes by worker address. */
export async function workersFor({ dm, step, signal }: StepContext): Promise<readonly string[] | null> {
  const status = await dm.sourceStatus(step.target.source, signal);
  if (status.kind === "not-known") return null;
  const addresses = status.entries.flatMap((entry) => (entry.worker === null ? [] : [entry.worker]));
  return addresses;
}

export const cannotKnow = (why: string): StepAnswer => ({ kind: "cannot-know", why });
