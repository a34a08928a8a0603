import { asOldText, asText, connectionRefused, workerAway, workerUnbound } from "./errors.ts";
import { type DmErrorModel, isV1, type Source, type Subtask } from "./model.ts";
import { gtidText, masterAt, placeText } from "./places.ts";
import { readsRelay, relayAt, relaySuffix } from "./relay.ts";
import { copyOfSource } from "./source-yaml.ts";
import { copyOfTask } from "./task-yaml.ts";
import type { World } from "./world.ts";

/** The gateway's JSON for each state of the world: v2 and later write every field, v1.0 leaves out the empty ones and says enums as numbers. */
const CLASSES: Readonly<Record<string, number>> = {
  database: 1,
  functional: 2,
  "binlog-op": 4,
  "relay-unit": 8,
  "sync-unit": 11,
  "schema-tracker": 18,
};
const SCOPES = ["not-set", "upstream", "downstream", "internal"];
const LEVELS = ["", "low", "medium", "high"];

export type Json = Readonly<Record<string, unknown>>;

export function status(world: World, name: string, only: readonly string[]): Json {
  const v1 = isV1(world.version);
  const all = [...world.sources.values()].filter((source) => only.length === 0 || v1 || only.includes(source.id));
  if (name === "") {
    // Asked for by name, a source also answers through the workers that only pull its relay log.
    const entries = all.flatMap((source) => [entry(world, source, null), ...(only.length > 0 ? relayOnly(world, source) : [])]);
    return wrap(world, entries);
  }
  const held = new Set(world.held(name).map((subtask) => subtask.source));
  if (held.size > 0)
    return wrap(
      world,
      all.filter((source) => held.has(source.id)).map((source) => entry(world, source, name)),
    );
  return v1
    ? { msg: `task ${name} has no workers or not exist, can try \`refresh-worker-tasks\` cmd first` }
    : { result: false, msg: `task ${name} has no source or not exist`, sources: [] };
}

function wrap(world: World, entries: readonly Json[]): Json {
  return isV1(world.version) ? sparse({ result: true, workers: entries }) : { result: true, msg: "", sources: entries };
}

const NOTHING_STARTED = "no sub task started";

function entry(world: World, source: Source, task: string | null): Json {
  const worker = world.workerOf(source.id);
  const subtasks = world.ofSource(source.id).filter((subtask) => task === null || subtask.task === task);
  if (worker?.state !== "alive") return unanswered(world, source, subtasks, task, worker?.address ?? null);
  const msg = subtasks.length === 0 ? NOTHING_STARTED : "";
  const subTaskStatus = subtasks.map((subtask) => subtaskStatus(world, source, subtask));
  const relay = source.relay?.worker == null || source.relay.worker === worker.name ? relayStatus(world, source) : null;
  if (isV1(world.version))
    return sparse({ result: true, worker: worker.address, msg, subTaskStatus, relayStatus: relay, sourceID: source.id });
  return {
    result: true,
    msg,
    sourceStatus: { source: source.id, worker: worker.name, result: sourceResult(source), relayStatus: relay },
    subTaskStatus,
  };
}

function relayOnly(world: World, source: Source): Json[] {
  const worker = source.relay?.worker ?? null;
  if (worker === null || worker === source.worker || isV1(world.version)) return [];
  const sourceStatus = { source: source.id, worker, result: sourceResult(source), relayStatus: relayStatus(world, source) };
  return [{ result: true, msg: NOTHING_STARTED, sourceStatus, subTaskStatus: [] }];
}

/** A worker that is away answers nothing; only where the source is bound to none does the master tell of its subtasks. */
function unanswered(
  world: World,
  source: Source,
  subtasks: readonly Subtask[],
  task: string | null,
  address: string | null,
): Json {
  if (isV1(world.version))
    return sparse({ worker: address ?? "", msg: asOldText(workerAway(address ?? "")), sourceID: source.id });
  const away = (msg: string, worker: string, subTaskStatus: readonly Json[]): Json => ({
    result: false,
    msg,
    sourceStatus: { source: source.id, worker, result: null, relayStatus: null },
    subTaskStatus,
  });
  if (address !== null) return away(asText(workerAway(address)), "", []);
  if (task !== null) return away(asText(workerUnbound(source.id)), "source not bound", []);
  const placeholders = subtasks.map((subtask) => ({
    name: subtask.task,
    stage: "InvalidStage",
    unit: "InvalidUnit",
    result: null,
    unresolvedDDLLockID: "",
    msg: "",
    validation: null,
  }));
  const msg = `can't find task=${subtasks[0]?.task ?? ""} from dm-worker for source=${source.id}, please use dmctl list-member to check if worker is offline.`;
  return away(msg, "source not bound", placeholders);
}

function sourceResult(source: Source): Json | null {
  if (source.side.isUp()) return null;
  return { isCanceled: false, errors: [modern(connectionRefused(source.config.port, "upstream"))], detail: null };
}

function subtaskStatus(world: World, source: Source, subtask: Subtask): Json {
  const base = {
    name: subtask.task,
    stage: subtask.stage,
    unit: subtask.unit,
    result: result(world, subtask),
    unresolvedDDLLockID: subtask.ddlLock ?? "",
  };
  const told = { ...base, ...unitStatus(world, source, subtask) };
  return isV1(world.version) ? sparse(told) : { ...told, unit: subtask.unit ?? "InvalidUnit", validation: null };
}

function unitStatus(world: World, source: Source, subtask: Subtask): Json {
  if (subtask.unit === "Sync") return { sync: sync(world, source, subtask) };
  if (subtask.unit === "Load")
    return { load: { finishedBytes: "1048576", totalBytes: "4194304", progress: "25.00 %", metaBinlog: "" } };
  return subtask.unit === "Dump" ? { dump: {} } : {};
}

function result(world: World, subtask: Subtask): Json | null {
  if (subtask.stage === "Running") return null;
  if (isV1(world.version))
    return sparse({ isCanceled: subtask.isCanceled, errors: subtask.errors.map((error) => ({ error: old(error) })) });
  return { isCanceled: subtask.isCanceled, errors: subtask.errors.map(modern), detail: null };
}

function modern(error: DmErrorModel): Json {
  return {
    ErrCode: error.code,
    ErrClass: error.class,
    ErrScope: error.scope,
    ErrLevel: error.level,
    Message: error.message,
    RawCause: error.rawCause,
    Workaround: error.workaround,
  };
}

function old(error: DmErrorModel): Json {
  return sparse({
    ErrCode: error.code,
    ErrClass: CLASSES[error.class] ?? 0,
    ErrScope: SCOPES.indexOf(error.scope),
    ErrLevel: LEVELS.indexOf(error.level),
    Message: [error.message, error.rawCause].filter(Boolean).join(": "),
    RawCause: error.rawCause,
  });
}

function sync(world: World, source: Source, subtask: Subtask): Json {
  const local = readsRelay(source);
  // What is written down; before the rows are read there is nothing to show.
  const at = subtask.sync?.flushed.global ?? null;
  const master = masterAt(source);
  const positions = {
    totalEvents: String(subtask.events),
    masterBinlog: placeText(master),
    masterBinlogGtid: gtidText(source, master),
    syncerBinlog: at ? placeText(at, relaySuffix(source)) : "",
  };
  if (isV1(world.version)) return sparse({ ...positions, synced: subtask.synced });
  return {
    ...positions,
    totalTps: "0",
    recentTps: "0",
    syncerBinlogGtid: at ? gtidText(source, at) : "",
    blockingDDLs: [],
    unresolvedGroups: [],
    synced: subtask.synced,
    binlogType: local ? "local" : "remote",
    secondsBehindMaster: "0",
    blockDDLOwner: "",
    conflictMsg: "",
    totalRows: String(subtask.events),
    totalRps: "0",
    recentRps: "0",
  };
}

function relayStatus(world: World, source: Source): Json | null {
  const { relay } = source;
  if (!relay) return null;
  const [at, master] = [relayAt(source), masterAt(source)];
  const errors =
    relay.errors.length === 0
      ? null
      : isV1(world.version)
        ? { errors: relay.errors.map((error) => ({ error: old(error) })) }
        : { isCanceled: false, errors: relay.errors.map(modern), detail: null };
  const told = {
    masterBinlog: placeText(master),
    masterBinlogGtid: gtidText(source, master),
    relaySubDir: source.relayFolder?.subDir ?? "",
    relayBinlog: placeText(at),
    relayBinlogGtid: isV1(world.version) ? "" : gtidText(source, at),
    relayCatchUpMaster: at.file === master.file && at.position === master.position,
    stage: relay.stage,
    result: errors,
  };
  return isV1(world.version) ? sparse(told) : told;
}

/** v1.0's marshaller leaves out what is empty: "", 0, false, null, []. */
export function sparse(object: Readonly<Record<string, unknown>>): Json {
  return Object.fromEntries(
    Object.entries(object).filter(
      ([, value]) =>
        !(
          value === "" ||
          value === 0 ||
          value === false ||
          value === null ||
          value === undefined ||
          (Array.isArray(value) && value.length === 0)
        ),
    ),
  );
}

export function members(world: World, clientUrl: string): Json {
  const workers = [...world.workers.values()].map((worker) => {
    const source = [...world.sources.values()].find((candidate) => candidate.worker === worker.name)?.id ?? "";
    return {
      name: worker.name,
      addr: worker.address,
      stage: worker.state === "offline" ? "offline" : source === "" ? "free" : "bound",
      source,
    };
  });
  const masters = Array.from({ length: 1 + world.standbyMasters }, (_, index) => ({
    name: `master${index + 1}`,
    memberID: `1100717737971770005${3 + index}`,
    alive: true,
    peerURLs: [`http://127.0.0.1:${8291 + index}`],
    clientURLs: [clientUrl],
  }));
  return {
    result: true,
    msg: "",
    members: [
      { leader: { msg: "", name: "master1", addr: clientUrl.replace("http://", "") } },
      { master: { msg: "", masters } },
      { worker: { msg: "", workers } },
    ],
  };
}

/** `GET tasks/{name}?type=N`: 1 the task with its password masked, 4 the source. */
export function config(world: World, name: string, type: number): Json {
  const found = type === 1 ? world.tasks.get(name) : world.sources.get(name);
  if (type !== 1 && type !== 4)
    return { result: false, msg: `invalid config op '${type === 0 ? "InvalidType" : type}'`, cfg: "" };
  if (!found) return { result: false, msg: `${type === 1 ? "task" : "source"} not found`, cfg: "" };
  return { result: true, msg: "", cfg: "yaml" in found ? copyOfTask(found.yaml) : copyOfSource(found) };
}
