import type {
  RelayObservation,
  SourceObservation,
  SubtaskObservation,
  UnitProgress,
} from "../../domain/observation/observation.ts";
import { cleanText, codesIn, readErrorLines } from "./read-error.ts";
import { readPosition } from "./read-position.ts";
import { readBinlogType, readNumber, readStage, readUnit } from "./read-words.ts";
import type { OpenapiSource, OpenapiSubtask } from "./status-schemas.ts";

/** Codes that mean "no worker answered for this subtask": 38008 RPC failed, 38029 no worker bound. */
const NOT_ASKED = [38008, 38029];

/** OpenAPI flattens errors into one text and never says whether a person paused (dm-facts §1.3), so `isCanceled` is null. */
export function readOpenapiSubtasks(rows: readonly OpenapiSubtask[]): SourceObservation[] {
  const bySource = new Map<string, SubtaskObservation[]>();
  for (const row of rows) {
    const subtask = readSubtask(row);
    const others = bySource.get(subtask.source);
    if (others) others.push(subtask);
    else bySource.set(subtask.source, [subtask]);
  }
  return Array.from(bySource, ([source, subtasks]) => asSource(source, subtasks));
}

function asSource(source: string, subtasks: readonly SubtaskObservation[]): SourceObservation {
  const unasked = subtasks.find((subtask) =>
    subtask.result?.errors.some((error) => error.code !== null && NOT_ASKED.includes(error.code)),
  );
  const message = unasked?.message ?? "";
  return {
    source,
    worker: subtasks.find((subtask) => subtask.worker !== null)?.worker ?? null,
    answered: unasked === undefined,
    message,
    messageCodes: codesIn(message),
    result: null,
    relay: null,
    subtasks,
  };
}

function readSubtask(row: OpenapiSubtask): SubtaskObservation {
  const errors = readErrorLines(row.error_msg);
  return {
    task: cleanText(row.name),
    source: cleanText(row.source_name),
    worker: cleanText(row.worker_name) || null,
    stage: readStage(row.stage),
    stageAsSaid: cleanText(row.stage),
    unit: readUnit(row.unit),
    unitAsSaid: cleanText(row.unit),
    result: errors.length > 0 || row.stage === "Paused" ? { isCanceled: null, errors } : null,
    unresolvedDdlLock: cleanText(row.unresolved_ddl_lock_id),
    progress: readProgress(row),
    validation: null,
    message: cleanText(row.error_msg),
  };
}

function readProgress(row: OpenapiSubtask): UnitProgress | null {
  const sync = row.sync_status;
  if (sync) {
    return {
      kind: "sync",
      masterPosition: readPosition(sync.master_binlog),
      syncerPosition: readPosition(sync.syncer_binlog),
      masterGtid: sync.master_binlog_gtid,
      syncerGtid: sync.syncer_binlog_gtid,
      synced: sync.synced ?? null,
      binlogType: readBinlogType(sync.binlog_type),
      secondsBehindMaster: readNumber(sync.seconds_behind_master),
      totalEvents: readNumber(sync.total_events),
      blockingDdls: (sync.blocking_ddls ?? []).map(cleanText),
      unresolvedGroups: sync.unresolved_groups?.length ?? 0,
      conflict: "",
    };
  }
  const { load_status: load, dump_status: dump } = row;
  if (load)
    return {
      kind: "load",
      finishedBytes: readNumber(load.finished_bytes),
      totalBytes: readNumber(load.total_bytes),
      progress: cleanText(load.progress),
    };
  if (dump)
    return {
      kind: "dump",
      completedTables: readNumber(dump.completed_tables),
      totalTables: readNumber(dump.total_tables),
      progress: cleanText(dump.progress),
    };
  return null;
}

/** Source status of OpenAPI: it has neither the relay's position nor the relay's error. */
export function readOpenapiSources(rows: readonly OpenapiSource[]): SourceObservation[] {
  return rows.map((row) => {
    const source = cleanText(row.source_name);
    const worker = cleanText(row.worker_name) || null;
    const message = cleanText(row.error_msg);
    const codes = codesIn(message);
    const answered = !codes.some((code) => NOT_ASKED.includes(code));
    return {
      source,
      worker,
      answered,
      message,
      messageCodes: codes,
      result: answered && message !== "" ? { isCanceled: null, errors: readErrorLines(row.error_msg) } : null,
      relay: row.relay_status ? readRelay(row.relay_status, source, worker) : null,
      subtasks: [],
    };
  });
}

function readRelay(relay: NonNullable<OpenapiSource["relay_status"]>, source: string, worker: string | null): RelayObservation {
  return {
    source,
    worker,
    stage: readStage(relay.stage),
    stageAsSaid: cleanText(relay.stage),
    result: null,
    masterPosition: readPosition(relay.master_binlog),
    relayPosition: null,
    subDirectory: cleanText(relay.relay_dir),
    caughtUp: relay.relay_catch_up_master ?? null,
  };
}
