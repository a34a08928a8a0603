import type { Step, StepAction, Target } from "../plan/plan.ts";
import type { Run } from "./run.ts";
import { type SourceStanding, type Standing, standingOf, type TaskStanding } from "./standing.ts";

type Draft = Omit<Step, "number">;

const WRITE_SECONDS = 90;
const LET_GO_SECONDS = 300;

/**
 * The steps that bring back what the run has taken away, in the order in which they must be taken: files and worker first, then the
 * source as it was, then each task's rows and the task itself. Empty: nothing is away.
 */
export function stepsToPutBack(run: Run): readonly Draft[] {
  const standing = standingOf(run);
  const awaySources = new Set([...standing.sources].flatMap(([name, source]) => (isAway(name, source, standing) ? [name] : [])));
  const tasks = [...standing.tasks.values()];
  return [
    ...workersBack(run, standing),
    // Settings of a source can only be changed while no task runs on it.
    ...tasks.filter(({ state }) => state === "safe-mode").flatMap(({ step }) => stops(run, step.target)),
    ...[...awaySources].flatMap((name) => sourceBack(name, standing.sources.get(name)!)),
    ...tasks.flatMap((task) => taskBack(run, task)),
  ];
}

/** Not there, or with settings that its tasks do not run with to the plan's end. */
function isAway(name: string, source: SourceStanding, { tasks }: Standing): boolean {
  if (source.state === "gone") return true;
  const isOver = [...tasks.values()].every(({ step, state }) => step.target.source !== name || state === "running");
  return (source.hasOtherSettings || source.relayOff !== null) && !isOver;
}

function workersBack(run: Run, { workers }: Standing): Draft[] {
  return [...workers].flatMap(([worker, { step, isStopped, hasOtherFiles }]): Draft[] => {
    if (!isStopped) return [];
    const files: StepAction[] = hasOtherFiles ? [{ kind: "restore-relay-files", worker, of: run.id }] : [];
    return [...files, { kind: "start-worker" as const, worker }].map((action) => draft(step.target, action));
  });
}

function sourceBack(name: string, { state, hasOtherSettings, relayOff }: SourceStanding): Draft[] {
  const itself: Target = { task: null, source: name, unit: "InvalidUnit" };
  const actions: StepAction[] = [];
  if (state === "there" && hasOtherSettings) actions.push({ kind: "stop-source" });
  if (state === "gone" || hasOtherSettings) actions.push({ kind: "start-source", settings: { gtid: null, relay: null } });
  if (relayOff !== null) actions.push({ kind: "switch-relay", on: true, workers: relayOff.workers });
  return actions.map((action) => draft(itself, action));
}

function taskBack(run: Run, { step: { target }, state, isRewritten }: TaskStanding): Draft[] {
  if (state === "paused") return [draft(target, { kind: "resume-task" })];
  if (state !== "gone" && state !== "safe-mode") return [];
  const rows = isRewritten ? [draft(target, restoring(run, target))] : [];
  return [...rows, draft(target, { kind: "start-task", form: "original" })];
}

function restoring(run: Run, target: Target): StepAction {
  const rewrite = run.steps.find(
    ({ step }) =>
      step.action.kind === "rewrite-checkpoint" && step.target.task === target.task && step.target.source === target.source,
  )?.step.action;
  if (rewrite?.kind !== "rewrite-checkpoint") throw new Error(`run ${run.id} rewrote no checkpoint of ${target.task}`);
  return { kind: "restore-checkpoint", metaSchema: rewrite.metaSchema, of: run.id };
}

/** With the operation that the plan stops with. */
function stops(run: Run, target: Target): Draft[] {
  const planned = run.steps.find(({ step }) => step.action.kind === "stop-task")?.step.action;
  const op = planned?.kind === "stop-task" ? planned.op : 7;
  return [draft(target, { kind: "stop-task", op }), draft(target, { kind: "wait-until-gone" }, LET_GO_SECONDS)];
}

function draft(target: Target, action: StepAction, atMostSeconds = WRITE_SECONDS): Draft {
  return { target, action, atMostSeconds };
}
