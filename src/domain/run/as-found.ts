import type { Step } from "../plan/plan.ts";
import { targetKey } from "../plan/target-key.ts";
import type { Run } from "./run.ts";
import type { SourceStanding, TaskStanding, WorkerStanding } from "./standing.ts";

/** What a run found before its first step. */
export interface Found {
  readonly tasks: Map<string, TaskStanding>;
  readonly sources: Map<string, SourceStanding>;
  readonly workers: Map<string, WorkerStanding>;
}

/** An undo finds away what its steps bring back; every other run finds all as it should be. */
export function asFound({ plan, steps }: Run): Found {
  const found: Found = { tasks: new Map(), sources: new Map(), workers: new Map() };
  if (plan.playbook !== "undo") return found;
  for (const { step } of steps) {
    taskFound(found, step);
    sourceFound(found, step);
    if (step.action.kind === "start-worker" || step.action.kind === "restore-relay-files") {
      const { kind, worker } = step.action;
      if (!found.workers.has(worker))
        found.workers.set(worker, { step, isStopped: true, hasOtherFiles: kind === "restore-relay-files" });
    }
  }
  return found;
}

function taskFound({ tasks }: Found, step: Step): void {
  const { action, target } = step;
  const key = targetKey(target);
  const set = (state: TaskStanding["state"], isRewritten = false): void => {
    tasks.set(key, { step, state, isRewritten, mayRun: null, mayLinger: false, keepsRows: false });
  };
  if (action.kind === "restore-checkpoint") set(tasks.get(key)?.state ?? "gone", true);
  if (tasks.has(key)) return;
  if (action.kind === "start-task") set(action.form === "safe-mode" ? "safe-mode" : "gone");
  if (action.kind === "stop-task") set("safe-mode");
}

function sourceFound({ sources }: Found, step: Step): void {
  const { action, target } = step;
  const before = sources.get(target.source);
  const found: SourceStanding = before ?? {
    ...{ step, state: "there", hasOtherSettings: false, relayOff: null, relayAgain: null, relayFound: null, isMoved: false },
  };
  if (action.kind === "start-source" && before === undefined) sources.set(target.source, { ...found, state: "gone" });
  if (action.kind === "stop-source") sources.set(target.source, { ...found, hasOtherSettings: true });
  if (action.kind === "switch-relay" && action.on)
    sources.set(target.source, { ...found, relayOff: { workers: action.workers }, relayFound: { workers: action.workers } });
  if (action.kind === "transfer-source") sources.set(target.source, { ...found, isMoved: true });
}
