import { fileNumberOf } from "../../domain/binlog/binlog-name.ts";
import { furthestOf, isPast, type Place } from "../../domain/binlog/place.ts";
import type { SubtaskObservation } from "../../domain/observation/observation.ts";
import { keeperOf } from "../../domain/run/undo.ts";
import { isOver4gib } from "../../domain/signals/big-files.ts";
import { databasesOf } from "../fact-sources.ts";
import { subtaskAtWorker, wasBrokenOff } from "./dm-questions.ts";
import { keptImagesName } from "./kept-names.ts";
import { readRows } from "./kept-rows.ts";
import { createRate } from "./rate.ts";
import { actionOf, type StepContext, type StepRoutine, taskOf } from "./step-action.ts";
import { pause } from "./wait-until-gone.ts";

/** One good sample is no proof: DM says Running between two failing attempts too. */
const GOOD_SAMPLES = 3;
/** Answers in a row without the task before it counts as stopped: a worker lists it only a moment after the master. */
const ABSENT_AT_MOST = 5;
/** Bad samples in a row before the watch is given up: DM shows an error for an instant while it resumes by itself. */
const BAD_SAMPLES_AT_MOST = 30;

/**
 * `syncerBinlog` is the flushed global checkpoint (dm-facts §2.2): in a later file, it is past. In a giant transaction it stands
 * still for minutes, and that is no failure. Past the file alone is not enough where rows were rewritten: between it and where DM had
 * been lies what DM has written already, and met outside of safe mode that is Error 1062, which DM does not resume from.
 */
export const watchPastFile: StepRoutine = {
  writes: false,
  ask: async () => ({ kind: "not-yet" }),
  async act(context) {
    const { file, sizeBytes } = actionOf(context, "watch-past-file");
    const number = file === null ? 0 : fileNumberOf(file);
    const hadBeen = await whereDmHadBeen(context);
    const isBig = await bigFiles(context, number);
    const rate = createRate(context.clock);
    let good = 0;
    let bad = 0;
    let absent = 0;
    let last = "no answer";
    while (!context.signal.aborted) {
      const at = await subtaskAtWorker(context);
      if (wasBrokenOff(context, at)) break;
      absent = at.kind === "absent" ? absent + 1 : 0;
      if (absent >= ABSENT_AT_MOST) return { kind: "failed", why: "the worker does not list it any more: somebody stopped it" };
      if (at.kind === "absent") {
        good = 0;
        last = "the worker does not list it";
      } else if (at.kind === "subtask") {
        last = placeOf(at.subtask);
        const trouble = troubleOf(at.subtask);
        bad = trouble === null ? 0 : bad + 1;
        if (trouble !== null && bad >= BAD_SAMPLES_AT_MOST) return { kind: "failed", why: trouble };
        good = trouble === null && isBehind(at.subtask, number, hadBeen, isBig) ? good + 1 : 0;
        if (good >= GOOD_SAMPLES) return { kind: "done", proof: `past ${file ?? "where DM had been"}: ${last}` };
        tellProgress(context, at.subtask, number, sizeBytes, rate);
      } else last = at.why;
      await pause(context);
    }
    const wanted = [file, hadBeen && `file ${hadBeen.number}, ${hadBeen.position}, where DM had been`].filter(Boolean);
    return { kind: "failed", why: `not past ${wanted.join(" and ")} within ${context.step.atMostSeconds} s: ${last}` };
  },
};

/** From the rows that the worker left; null: this run, or the one that it undoes, rewrote none. */
async function whereDmHadBeen(context: StepContext): Promise<Place | null> {
  const rows = await readRows(context, keptImagesName(keeperOf(context.run), taskOf(context), context.step.target.source));
  return rows === null ? null : furthestOf(rows);
}

/** Asked once: a closed file does not grow. What could not be asked is the plan's own file alone. */
async function bigFiles({ facts, run, step, signal }: StepContext, own: number): Promise<(number: number) => boolean> {
  const files = await databasesOf(facts, run.plan.cluster).upstreams.get(step.target.source)?.binlogFiles(signal);
  const big = new Set(files?.kind === "known" ? files.value.filter(isOver4gib).map((one) => one.number) : []);
  return (number) => number === own || big.has(number);
}

/** `synced`: DM stands where its upstream ends, so it is past every place there, whatever names the place had. */
function isBehind(
  { progress }: SubtaskObservation,
  number: number,
  hadBeen: Place | null,
  isBig: (number: number) => boolean,
): boolean {
  const here = progress?.kind === "sync" ? progress.syncerPosition : null;
  if (!here || here.fileNumber <= number) return false;
  if (hadBeen === null || (progress?.kind === "sync" && progress.synced === true)) return true;
  return isPast({ suffix: here.relaySuffix, number: here.fileNumber, position: here.position }, hadBeen, isBig);
}

function tellProgress(
  context: StepContext,
  subtask: SubtaskObservation,
  number: number,
  total: number,
  rate: ReturnType<typeof createRate>,
): void {
  const position = subtask.progress?.kind === "sync" ? subtask.progress.syncerPosition : null;
  const here = position?.fileNumber ?? 0;
  const done = here > number ? total : here === number ? Math.min(position?.position ?? 0, total) : 0;
  context.tell({ done, total, unit: "bytes", rate: rate.after(done), at: placeOf(subtask) });
}

/** What keeps the subtask from going on, in DM's words; null: nothing. */
function troubleOf({ stage, stageAsSaid, result, unresolvedDdlLock, progress }: SubtaskObservation): string | null {
  const [error] = result?.errors ?? [];
  if (error) return `${stageAsSaid}: ${error.rawCause || error.message}`.slice(0, 500);
  if (stage === "Paused") return "somebody paused it";
  if (stage !== "Running" && stage !== "Finished" && stage !== "Resuming" && stage !== "New") return `stage ${stageAsSaid}`;
  if (unresolvedDdlLock !== "") return `a shard DDL lock was opened meanwhile: ${unresolvedDdlLock}`;
  return progress?.kind === "sync" && progress.conflict !== "" ? `shard DDL conflict: ${progress.conflict}` : null;
}

function placeOf({ progress, stageAsSaid }: SubtaskObservation): string {
  const position = progress?.kind === "sync" ? progress.syncerPosition : null;
  return position ? `${stageAsSaid} at ${position.file}, ${position.position}` : stageAsSaid;
}
