import type { DmError, RelayObservation, SourceObservation, SubtaskObservation } from "../../domain/observation/observation.ts";
import { cleanText, codesIn, readErrorText } from "./read-error.ts";
import { readPosition } from "./read-position.ts";
import { garbledElement, subtaskHead } from "./read-status.ts";
import type { ErrorAnswer, ErrorElement } from "./status-schemas.ts";

/** `query-error`: per subtask the unit's errors, each with the position where it failed; the relay's is one text. */
export function readQueryError(answer: ErrorAnswer): SourceObservation[] {
  const elements = [...(answer.workers ?? []), ...(answer.sources ?? [])];
  return elements.map((element) => (element === null ? garbledElement(element) : readElement(element)));
}

function readElement(element: ErrorElement): SourceObservation {
  const { sourceError } = element;
  const source = cleanText(element.sourceID || sourceError?.source);
  const worker = cleanText(element.worker || sourceError?.worker) || null;
  const message = cleanText(element.msg);
  const relayError = element.RelayError?.msg || sourceError?.RelayError?.msg;
  return {
    source,
    worker,
    answered: element.result === true,
    message,
    messageCodes: codesIn(message),
    result: null,
    relay: relayError ? relayThatFailed(relayError, source, worker) : null,
    subtasks: (element.subTaskError ?? [])
      .filter((subtask) => subtask !== null)
      .map((subtask) => readSubtask(subtask, source, worker)),
  };
}

function relayThatFailed(text: string, source: string, worker: string | null): RelayObservation {
  return {
    source,
    worker,
    stage: "Paused",
    stageAsSaid: "",
    result: { isCanceled: null, errors: [readErrorText(text)] },
    masterPosition: null,
    relayPosition: null,
    subDirectory: "",
    caughtUp: null,
  };
}

type SubtaskError = NonNullable<NonNullable<ErrorElement["subTaskError"]>[number]>;

function readSubtask(entry: SubtaskError, source: string, worker: string | null): SubtaskObservation {
  const failed = [entry.sync, entry.load, entry.dump, entry.check].flatMap(errorsOf);
  const where = failed.find((error) => error.at !== null)?.at ?? null;
  return {
    ...subtaskHead(entry, source, worker),
    result: failed.length > 0 || entry.stage === "Paused" ? { isCanceled: null, errors: failed.map(({ error }) => error) } : null,
    unresolvedDdlLock: "",
    progress: where
      ? {
          kind: "sync",
          masterPosition: null,
          syncerPosition: where,
          masterGtid: "",
          syncerGtid: "",
          synced: null,
          binlogType: "unknown",
          secondsBehindMaster: null,
          totalEvents: null,
          blockingDdls: [],
          unresolvedGroups: 0,
          conflict: "",
        }
      : null,
    validation: null,
    message: "",
  };
}

function errorsOf(unit: unknown): { error: DmError; at: ReturnType<typeof readPosition> }[] {
  if (unit === null || typeof unit !== "object") return [];
  const { errors, msg } = unit as { errors?: unknown; msg?: unknown };
  if (Array.isArray(errors)) {
    return errors
      .filter((raw): raw is Record<string, unknown> => raw !== null && typeof raw === "object")
      .map((raw) => ({
        error: readErrorText(raw.msg),
        at:
          typeof raw.failedBinlogPosition === "string" ? readPosition(raw.failedBinlogPosition.replace(/:(\d+)$/, ", $1")) : null,
      }));
  }
  return typeof msg === "string" && msg !== "" ? [{ error: readErrorText(msg), at: null }] : [];
}
