import { fileNumberOf } from "../../domain/binlog/binlog-name.ts";
import type { SubtaskObservation } from "../../domain/observation/observation.ts";
import { subtaskAtWorker } from "./dm-questions.ts";
import { createRate } from "./rate.ts";
import { actionOf, type StepContext, type StepRoutine } from "./step-action.ts";
import { pause } from "./wait-until-gone.ts";

/** One good sample is no proof: DM says Running between two failing attempts too. */
const GOOD_SAMPLES = 3;
/** Bad samples in a row before the watch is given up: DM shows an error for an instant while it resumes by itself. */
const BAD_SAMPLES_AT_MOST = 30;

/**
 * `syncerBinlog` is the flushed global checkpoint (dm-facts §2.2): in a later file, it is past. In a giant transaction it stands
 * still for minutes, and that is no failure.
 */
export const watchPastFile: StepRoutine = {
  writes: false,
  ask: async () => ({ kind: "not-yet" }),
  async act(context) {
    const { file, sizeBytes } = actionOf(context, "watch-past-file");
    const number = fileNumberOf(file);
    const rate = createRate(context.clock);
    let good = 0;
    let bad = 0;
    let last = "no answer";
    while (!context.signal.aborted) {
      const at = await subtaskAtWorker(context);
      if (at.kind === "absent") return { kind: "failed", why: "the worker does not list it any more: somebody stopped it" };
      if (at.kind === "subtask") {
        last = placeOf(at.subtask);
        const trouble = troubleOf(at.subtask);
        bad = trouble === null ? 0 : bad + 1;
        if (trouble !== null && bad >= BAD_SAMPLES_AT_MOST) return { kind: "failed", why: trouble };
        const isPast = trouble === null && (numberOf(at.subtask) ?? 0) > number;
        good = isPast ? good + 1 : 0;
        if (good >= GOOD_SAMPLES) return { kind: "done", proof: `past ${file}: ${last}` };
        tellProgress(context, at.subtask, number, sizeBytes, rate);
      } else last = at.why;
      await pause(context);
    }
    return { kind: "failed", why: `not past ${file} within ${context.step.atMostSeconds} s: ${last}` };
  },
};

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

const numberOf = ({ progress }: SubtaskObservation): number | null =>
  progress?.kind === "sync" ? (progress.syncerPosition?.fileNumber ?? null) : null;

function placeOf({ progress, stageAsSaid }: SubtaskObservation): string {
  const position = progress?.kind === "sync" ? progress.syncerPosition : null;
  return position ? `${stageAsSaid} at ${position.file}, ${position.position}` : stageAsSaid;
}
