import type {
  Generation,
  RelayObservation,
  SourceObservation,
  SubtaskObservation,
  UnitProgress,
} from "../../domain/observation/observation.ts";
import { cleanText, codesIn, readResult } from "./read-error.ts";
import { readPosition } from "./read-position.ts";
import { readValidation } from "./read-validation.ts";
import { readBinlogType, readFlag, readNumber, readStage, readUnit } from "./read-words.ts";
import { type RelayAnswer, SourceAnswer, type StatusAnswer, type SubtaskAnswer, WorkerAnswer } from "./status-schemas.ts";

export function generationOf(answer: StatusAnswer): Generation {
  return answer.workers && !answer.sources ? "v1.0" : "v2+";
}

/** Every element of the answer as it stands: one source may come several times (relay-only workers). */
export function readSources(answer: StatusAnswer): SourceObservation[] {
  const found: SourceObservation[] = [];
  for (const entry of answer.sources ?? []) {
    const known = SourceAnswer.safeParse(entry);
    found.push(known.success ? readSource(known.data) : garbledElement(entry));
  }
  for (const entry of answer.workers ?? []) {
    const known = WorkerAnswer.safeParse(entry);
    found.push(known.success ? readWorker(known.data) : garbledElement(entry));
  }
  return found;
}

function readSource(entry: SourceAnswer): SourceObservation {
  const status = entry.sourceStatus;
  const source = cleanText(status?.source) || sourceNamedBy(entry.msg);
  const worker = status && status.worker !== "source not bound" && status.worker !== "" ? cleanText(status.worker) : null;
  return element(
    entry.result === true,
    entry.msg,
    source,
    worker,
    status?.result,
    status?.relayStatus ?? null,
    entry.subTaskStatus,
    "v2+",
  );
}

/** Where no worker is bound DM may leave the status out; its message still names the source. */
function sourceNamedBy(message: string): string {
  return cleanText(/(?:^|[\s:])(\S{1,64}) relevant worker-client not found/.exec(message.slice(0, 2_000))?.[1]);
}

function readWorker(entry: WorkerAnswer): SourceObservation {
  // v1.0 leaves out every empty field, so a missing `result` says false.
  return element(
    entry.result === true,
    entry.msg,
    cleanText(entry.sourceID),
    cleanText(entry.worker) || null,
    null,
    entry.relayStatus ?? null,
    entry.subTaskStatus,
    "v1.0",
  );
}

function element(
  result: boolean,
  msg: string,
  source: string,
  worker: string | null,
  sourceResult: unknown,
  relay: RelayAnswer | null,
  subtasks: readonly (SubtaskAnswer | null)[] | null | undefined,
  generation: Generation,
): SourceObservation {
  const isGarbled = subtasks?.includes(null) === true;
  const message = isGarbled ? `part of its subTaskStatus cannot be read ${cleanText(msg)}`.trim() : cleanText(msg);
  return {
    source,
    worker,
    answered: result && !isGarbled,
    message,
    messageCodes: codesIn(message),
    result: readResult(sourceResult),
    relay: relay ? readRelay(relay, source, worker) : null,
    subtasks: (subtasks ?? []).filter((entry) => entry !== null).map((entry) => readSubtask(entry, source, worker, generation)),
  };
}

/** An element that is none is told as a source that did not answer: leaving it out would look healthy. */
export function garbledElement(entry: unknown): SourceObservation {
  return element(false, `it cannot be read: ${JSON.stringify(entry)?.slice(0, 200)}`, "", null, null, null, null, "v2+");
}

function readRelay(relay: RelayAnswer, source: string, worker: string | null): RelayObservation {
  return {
    source,
    worker,
    stage: readStage(relay.stage),
    stageAsSaid: cleanText(relay.stage),
    result: readResult(relay.result),
    masterPosition: readPosition(relay.masterBinlog),
    relayPosition: readPosition(relay.relayBinlog),
    subDirectory: cleanText(relay.relaySubDir),
    caughtUp: relay.relayCatchUpMaster ?? false,
  };
}

/** Which subtask it is and where it stands, as every shape of answer tells it. */
export function subtaskHead(
  { name, stage, unit }: Pick<SubtaskAnswer, "name" | "stage" | "unit">,
  source: string,
  worker: string | null,
): Pick<SubtaskObservation, "task" | "source" | "worker" | "stage" | "stageAsSaid" | "unit" | "unitAsSaid"> {
  return {
    task: cleanText(name),
    source,
    worker,
    stage: readStage(stage),
    stageAsSaid: cleanText(stage),
    unit: readUnit(unit),
    unitAsSaid: cleanText(unit),
  };
}

function readSubtask(entry: SubtaskAnswer, source: string, worker: string | null, generation: Generation): SubtaskObservation {
  return {
    ...subtaskHead(entry, source, worker),
    result: readResult(entry.result),
    unresolvedDdlLock: cleanText(entry.unresolvedDDLLockID),
    progress: readProgress(entry, generation),
    validation: readValidation(entry.validation),
    message: cleanText(entry.msg),
  };
}

function readProgress(entry: SubtaskAnswer, generation: Generation): UnitProgress | null {
  const { sync, load, dump, check } = entry;
  if (sync) {
    return {
      kind: "sync",
      masterPosition: readPosition(sync.masterBinlog),
      syncerPosition: readPosition(sync.syncerBinlog),
      masterGtid: cleanText(sync.masterBinlogGtid),
      syncerGtid: cleanText(sync.syncerBinlogGtid),
      synced: readFlag(sync.synced) ?? (generation === "v1.0" ? false : null),
      binlogType: readBinlogType(sync.binlogType),
      secondsBehindMaster: readNumber(sync.secondsBehindMaster),
      totalEvents: readNumber(sync.totalEvents),
      blockingDdls: Array.isArray(sync.blockingDDLs) ? sync.blockingDDLs.map(cleanText) : [],
      unresolvedGroups: Array.isArray(sync.unresolvedGroups) ? sync.unresolvedGroups.length : 0,
      conflict: cleanText(sync.conflictMsg),
    };
  }
  if (load)
    return {
      kind: "load",
      finishedBytes: readNumber(load.finishedBytes),
      totalBytes: readNumber(load.totalBytes),
      progress: cleanText(load.progress),
    };
  if (dump)
    return {
      kind: "dump",
      completedTables: readNumber(dump.completedTables),
      totalTables: readNumber(dump.totalTables),
      progress: cleanText(dump.progress),
    };
  if (check)
    return { kind: "check", passed: readFlag(check.passed), failed: readNumber(check.failed), detail: cleanText(check.detail) };
  return null;
}

/** One observation a source: the bound worker's element leads, a relay-only worker's adds its relay where the bound one has none. */
export function mergeSources(entries: readonly SourceObservation[]): SourceObservation[] {
  const merged = new Map<string, SourceObservation>();
  for (const entry of entries) {
    const before = merged.get(entry.source);
    if (entry.source === "" || !before) {
      merged.set(entry.source === "" ? `\u0000${merged.size}` : entry.source, entry);
      continue;
    }
    const [lead, other] = leads(entry, before) ? [entry, before] : [before, entry];
    merged.set(entry.source, {
      ...lead,
      relay: worseRelay(lead.relay, other.relay),
      subtasks: [
        ...lead.subtasks,
        ...other.subtasks.filter((subtask) => !lead.subtasks.some((known) => known.task === subtask.task)),
      ],
    });
  }
  return [...merged.values()];
}

function leads(entry: SourceObservation, before: SourceObservation): boolean {
  if (entry.answered !== before.answered) return entry.answered;
  return entry.subtasks.length > before.subtasks.length;
}

function worseRelay(a: RelayObservation | null, b: RelayObservation | null): RelayObservation | null {
  if (!a || !b) return a ?? b;
  return (b.result?.errors.length ?? 0) > (a.result?.errors.length ?? 0) ? b : a;
}
