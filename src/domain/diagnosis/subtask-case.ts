import type { DmError, Generation, ProcessResult, SourceObservation, SubtaskObservation } from "../observation/observation.ts";
import { codesOf, positionOf } from "./evidence.ts";
import type { Advice, CheckerSettings, Evidence, Finding, Kind } from "./finding.ts";
import type { Places } from "./places.ts";
import type { SourceKnowledge } from "./source-knowledge.ts";

/** Everything one kind may look at to decide about one subtask. */
export interface SubtaskCase {
  readonly cluster: string | null;
  readonly at: number;
  readonly generation: Generation;
  readonly version: string | null;
  readonly places: Places;
  readonly source: SourceObservation;
  readonly subtask: SubtaskObservation;
  readonly result: ProcessResult;
  readonly errors: readonly DmError[];
  /** null: the source's settings could not be read. */
  readonly checker: CheckerSettings | null;
  /** Seconds; what counts where they could not. */
  readonly backoffSecondsOtherwise: number;
  readonly firstFailedAt: number | null;
  /** A free worker was seen: DM can move the source there by itself. */
  readonly freeWorker: boolean | null;
  readonly knowledge: SourceKnowledge | null;
}

export interface Conclusion {
  readonly kind: Kind;
  readonly incident: boolean;
  readonly confidence: number;
  readonly evidence: readonly Evidence[];
  readonly dmRetriesByItself: boolean | null;
  readonly advice: Advice;
}

export function findingOf(theCase: SubtaskCase, conclusion: Conclusion): Finding {
  const { subtask } = theCase;
  return {
    ...conclusion,
    cluster: theCase.cluster,
    subject: { kind: "subtask", task: subtask.task, source: subtask.source },
    task: subtask.task || null,
    source: subtask.source || null,
    worker: subtask.worker,
    unit: subtask.unit,
    stage: subtask.stage,
    codes: codesOf(theCase.errors),
    position: positionOf(subtask),
  };
}
