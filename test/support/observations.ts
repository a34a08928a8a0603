import type {
  BinlogPosition,
  DmError,
  Observation,
  RelayObservation,
  SourceObservation,
  SubtaskObservation,
} from "../../src/domain/observation/observation.ts";

export const at = (position: number, fileNumber = 3): BinlogPosition => ({
  file: `mysql-bin.${String(fileNumber).padStart(6, "0")}`,
  relaySuffix: null,
  fileNumber,
  position,
});

export const anError = (code: number | null, rawCause: string, parts: Partial<DmError> = {}): DmError => ({
  code,
  class: "database",
  scope: "not-set",
  level: "high",
  message: "",
  rawCause,
  workaround: "",
  ...parts,
});

export function aSubtask(
  parts: Partial<SubtaskObservation> & { readonly errors?: readonly DmError[]; readonly isCanceled?: boolean | null } = {},
): SubtaskObservation {
  const { errors, isCanceled = false, ...rest } = parts;
  const stage = parts.stage ?? (errors ? "Paused" : "Running");
  return {
    task: "orders",
    source: "s1",
    worker: "w1",
    stageAsSaid: stage,
    unit: "Sync",
    unitAsSaid: parts.unit ?? "Sync",
    result: errors ? { isCanceled, errors } : null,
    unresolvedDdlLock: "",
    validation: null,
    message: "",
    progress: {
      kind: "sync",
      masterPosition: at(500),
      syncerPosition: at(100),
      masterGtid: "",
      syncerGtid: "",
      synced: false,
      binlogType: "remote",
      secondsBehindMaster: 0,
      totalEvents: 1,
      blockingDdls: [],
      unresolvedGroups: 0,
      conflict: "",
    },
    ...rest,
    stage,
  };
}

export function aSource(subtasks: readonly SubtaskObservation[], parts: Partial<SourceObservation> = {}): SourceObservation {
  return {
    source: subtasks[0]?.source ?? "s1",
    worker: "w1",
    answered: true,
    message: "",
    messageCodes: [],
    result: null,
    relay: null,
    subtasks,
    ...parts,
  };
}

export function anObservation(sources: readonly SourceObservation[], parts: Partial<Observation> = {}): Observation {
  return {
    cluster: "shop",
    at: 1_000_000,
    surface: "gateway",
    generation: "v2+",
    version: "v8.1.0",
    masters: null,
    workers: null,
    sources,
    ...parts,
  };
}

/** A subtask that runs and has caught up. */
export function wellSubtask(parts: Partial<SubtaskObservation> = {}): SubtaskObservation {
  const subtask = aSubtask(parts);
  return subtask.progress?.kind === "sync"
    ? { ...subtask, progress: { ...subtask.progress, synced: true, syncerPosition: at(900), masterPosition: at(900) } }
    : subtask;
}

export function aRelay(parts: Partial<RelayObservation> = {}): RelayObservation {
  return {
    ...{ source: "s1", worker: "w1", stage: "Running", stageAsSaid: "Running", result: null },
    ...{ masterPosition: at(900), relayPosition: at(900), subDirectory: "0-101.000001", caughtUp: true },
    ...parts,
  };
}
