import type { Step, StepAction, Target } from "../plan/plan.ts";
import type { Run } from "./run.ts";
import { fateOf, isAway, type SourceStanding, type Standing, standingOf, type TaskStanding } from "./standing.ts";

type Draft = Omit<Step, "number">;

const WRITE_SECONDS = 90;
const LET_GO_SECONDS = 300;

/**
 * The steps that bring back what the run has taken away, in the order in which they must be taken: files and worker first, then what
 * replays is let past where it had been, then the source as it was, then each task's rows and the task itself. Empty: nothing is away.
 */
export function stepsToPutBack(run: Run): readonly Draft[] {
  const standing = standingOf(run);
  const { sources, tasks } = standing;
  const away = [...sources.keys()].filter((name) => isAway(name, standing));
  const isThere = ({ step: { target } }: TaskStanding): boolean => sources.get(target.source)?.state !== "gone";
  const all = [...tasks.values()];
  const replaying = all.filter((task) => mustReplay(task) && isThere(task));
  return [
    ...workersBack(run, standing),
    ...replaying.flatMap((task) => replays(run, task)),
    // Settings of a source can only be changed while no task runs on it.
    ...all.flatMap((task) => letsGo(run, task, away, replaying)),
    ...away.flatMap((name) => sourceBack(name, sources.get(name)!)),
    ...all.flatMap((task) => taskBack(run, task, replaying.includes(task))),
    ...rowsBack(run),
  ];
}

/**
 * Rows were set back and something reads them, or may: what lies between them and where the task had been is there already, and met
 * again without safe mode it would end at the first duplicate key. Old rows over a replay begun would leave old values behind.
 */
const mustReplay = ({ state, isRewritten, mayRun, keepsRows }: TaskStanding): boolean =>
  state === "safe-mode" || mayRun === "safe-mode" || (isRewritten && keepsRows);

function letsGo(run: Run, task: TaskStanding, away: readonly string[], replaying: readonly TaskStanding[]): Draft[] {
  const { target } = task.step;
  if (task.state === "gone" && task.mayLinger) return [draft(target, { kind: "wait-until-gone" }, LET_GO_SECONDS)];
  const mayRun = task.state === "running" || task.mayRun === "original";
  return replaying.includes(task) || (mayRun && away.includes(target.source)) ? stops(run, target) : [];
}

/** In safe mode until it is past where it had been before its rows were set back. */
function replays(run: Run, { step: { target } }: TaskStanding): Draft[] {
  const watch = run.steps.find(
    ({ step: { action, target: own } }) =>
      action.kind === "watch-past-file" && own.task === target.task && own.source === target.source,
  )?.step;
  if (!watch) throw new Error(`run ${run.id} does not say how far ${target.task} replays`);
  return [
    draft(target, { kind: "start-task", form: "safe-mode" }),
    draft(target, { kind: "resume-task" }),
    draft(target, watch.action, watch.atMostSeconds),
  ];
}

function workersBack(run: Run, { workers }: Standing): Draft[] {
  return [...workers].flatMap(([worker, { step, isStopped, hasOtherFiles }]): Draft[] => {
    if (!isStopped) return [];
    const files: StepAction[] = hasOtherFiles ? [{ kind: "restore-relay-files", worker, of: run.id }] : [];
    return [...files, { kind: "start-worker" as const, worker }].map((action) => draft(step.target, action));
  });
}

function sourceBack(name: string, source: SourceStanding): Draft[] {
  const { state, hasOtherSettings, relayOff, relayAgain, relayFound, isMoved } = source;
  const itself: Target = { task: null, source: name, unit: "InvalidUnit" };
  const actions: StepAction[] = [];
  const isMadeAnew = state === "gone" || hasOtherSettings;
  if (hasOtherSettings && relayAgain !== null) actions.push({ kind: "switch-relay", on: false, workers: relayAgain.workers });
  // Also where it is gone as far as is known: a start whose reply was lost may have made it with the other settings.
  if (hasOtherSettings) actions.push({ kind: "stop-source" });
  if (isMadeAnew) actions.push({ kind: "start-source", settings: { gtid: null, relay: null } });
  // DM gives a source to the worker that had it last, and a relay pulls where it is named.
  const [puller] = relayFound?.workers ?? [];
  if (isMoved && puller !== undefined) actions.push({ kind: "transfer-source", worker: puller });
  if (relayFound !== null && (relayOff !== null || isMadeAnew))
    actions.push({ kind: "switch-relay", on: true, workers: relayFound.workers });
  return actions.map((action) => draft(itself, action));
}

function taskBack(run: Run, task: TaskStanding, isReplayed: boolean): Draft[] {
  const { target } = task.step;
  const start = draft(target, { kind: "start-task", form: "original" });
  if (isReplayed) return [start];
  if (mustReplay(task)) return [...replays(run, task), ...stops(run, target), start];
  if (task.state === "paused") return [draft(target, { kind: "resume-task" })];
  if (task.state === "running") return isAway(target.source, standingOf(run)) ? [start] : [];
  if (task.state !== "gone") return [];
  const mayLinger = task.mayRun === "original" && !isAway(target.source, standingOf(run));
  const lingers = mayLinger ? [draft(target, { kind: "wait-until-gone", unlessHeld: true }, LET_GO_SECONDS)] : [];
  const rows = task.isRewritten ? [draft(target, restoring(run, target))] : [];
  return [...lingers, ...rows, start];
}

/** Rows of a copy that did not come to its end: exactly those, while they are unchanged. */
function rowsBack(run: Run): Draft[] {
  if (run.steps.some((record) => record.step.action.kind === "remove-copied-rows" && fateOf(record) === "done")) return [];
  return run.steps.flatMap((record) => {
    const { action, target } = record.step;
    return action.kind === "copy-missing-rows" && ["maybe", "failed"].includes(fateOf(record))
      ? [draft(target, { kind: "remove-copied-rows", of: run.id }, LET_GO_SECONDS)]
      : [];
  });
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
