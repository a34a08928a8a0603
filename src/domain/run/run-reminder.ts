import type { Run } from "./run.ts";

/** How often a run that waits for a person was called for, since it stands still as it does. */
export interface RunReminder {
  readonly run: string;
  /** The run's version: an answer, or another stop, begins anew. */
  readonly version: number;
  /** Calls after the first. */
  readonly count: number;
  readonly at: number;
}

export interface ReminderPolicy {
  readonly remindAfterSeconds: number;
  readonly remindAtMost: number;
}

/** What is to be remembered now; `calls`: somebody is to be called again. null: nothing changes. */
export function nextReminder(
  run: Pick<Run, "id" | "version">,
  before: RunReminder | null,
  now: number,
  { remindAfterSeconds, remindAtMost }: ReminderPolicy,
): { readonly reminder: RunReminder; readonly calls: boolean } | null {
  if (before?.version !== run.version)
    return { reminder: { run: run.id, version: run.version, count: 0, at: now }, calls: false };
  if (before.count >= remindAtMost || now - before.at < remindAfterSeconds * 1000) return null;
  return { reminder: { ...before, count: before.count + 1, at: now }, calls: true };
}
