import { parse, stringify } from "yaml";
import { asText } from "./errors.ts";
import { type DmErrorModel, gtidText, isV1, placeText, type Source, type Subtask } from "./model.ts";
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
  if (name !== "") {
    const held = new Set(world.held(name).map((subtask) => subtask.source));
    if (held.size === 0)
      return v1
        ? { msg: `task ${name} has no workers or not exist, can try \`refresh-worker-tasks\` cmd first` }
        : { result: false, msg: `task ${name} has no source or not exist`, sources: [] };
    return wrap(
      world,
      all.filter((source) => held.has(source.id)).map((source) => entry(world, source, name)),
    );
  }
  return wrap(
    world,
    all.map((source) => entry(world, source, null)),
  );
}

function wrap(world: World, entries: readonly Json[]): Json {
  return isV1(world.version) ? sparse({ result: true, workers: entries }) : { result: true, msg: "", sources: entries };
}

function entry(world: World, source: Source, task: string | null): Json {
  const worker = world.workerOf(source.id);
  const subtasks = [...world.subtasks.values()].filter(
    (subtask) => subtask.source === source.id && (task === null || subtask.task === task),
  );
  if (worker?.state !== "alive") return unanswered(world, source, subtasks, worker?.address ?? null);
  const msg = subtasks.length === 0 ? "no sub task started" : "";
  const told = subtasks.map((subtask) => subtaskStatus(world, source, subtask));
  if (isV1(world.version))
    return sparse({
      result: true,
      worker: worker.address,
      msg,
      subTaskStatus: told,
      relayStatus: relayStatus(world, source),
      sourceID: source.id,
    });
  return {
    result: true,
    msg,
    sourceStatus: {
      source: source.id,
      worker: worker.name,
      result: sourceResult(source),
      relayStatus: relayStatus(world, source),
    },
    subTaskStatus: told,
  };
}

function unanswered(world: World, source: Source, subtasks: readonly Subtask[], address: string | null): Json {
  if (isV1(world.version))
    return sparse({
      worker: address ?? "",
      msg: `[code=38008:class=dm-master:scope=internal:level=high] grpc request error: connection refused`,
      sourceID: source.id,
    });
  if (address !== null) {
    const msg = `[code=38008:class=dm-master:scope=internal:level=high], Message: grpc request error, RawCause: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp ${address}: connect: connection refused"`;
    return {
      result: false,
      msg,
      sourceStatus: { source: source.id, worker: "", result: null, relayStatus: null },
      subTaskStatus: [],
    };
  }
  const first = subtasks[0]?.task ?? "";
  const msg = `can't find task=${first} from dm-worker for source=${source.id}, please use dmctl list-member to check if worker is offline.`;
  const placeholders = subtasks.map((subtask) => ({
    name: subtask.task,
    stage: "InvalidStage",
    unit: "InvalidUnit",
    result: null,
    unresolvedDDLLockID: "",
    msg: "",
    validation: null,
  }));
  return {
    result: false,
    msg,
    sourceStatus: { source: source.id, worker: "source not bound", result: null, relayStatus: null },
    subTaskStatus: placeholders,
  };
}

function sourceResult(source: Source): Json | null {
  if (source.upstreamIsUp) return null;
  const error: DmErrorModel = {
    code: 10001,
    class: "database",
    scope: "upstream",
    level: "high",
    message: "database driver error",
    rawCause: "dial tcp 127.0.0.1:3306: connect: connection refused",
    workaround: "",
  };
  return { isCanceled: false, errors: [modern(error)], detail: null };
}

function subtaskStatus(world: World, source: Source, subtask: Subtask): Json {
  const base = {
    name: subtask.task,
    stage: subtask.stage,
    unit: subtask.unit,
    result: result(world, subtask),
    unresolvedDDLLockID: "",
  };
  const unit =
    subtask.unit === "Sync"
      ? { sync: sync(world, source, subtask) }
      : {
          [subtask.unit.toLowerCase()]:
            subtask.unit === "Load"
              ? { finishedBytes: "1048576", totalBytes: "4194304", progress: "25.00 %", metaBinlog: "" }
              : {},
        };
  return isV1(world.version) ? sparse({ ...base, ...unit }) : { ...base, ...unit, validation: null };
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
  const local = source.relay !== null;
  const place = local ? placeText(subtask.position).replace("mysql-bin.", "mysql-bin|000001.") : placeText(subtask.position);
  const positions = {
    totalEvents: String(subtask.events),
    masterBinlog: placeText(source.upstream),
    masterBinlogGtid: gtidText(source.upstream),
    syncerBinlog: place,
  };
  if (isV1(world.version)) return sparse({ ...positions, synced: subtask.synced });
  return {
    ...positions,
    totalTps: "0",
    recentTps: "0",
    syncerBinlogGtid: gtidText(subtask.position),
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
  const errors =
    relay.errors.length === 0
      ? null
      : isV1(world.version)
        ? { errors: relay.errors.map((error) => ({ error: old(error) })) }
        : { isCanceled: false, errors: relay.errors.map(modern), detail: null };
  const told = {
    masterBinlog: placeText(source.upstream),
    masterBinlogGtid: gtidText(source.upstream),
    relaySubDir: "0-101.000001",
    relayBinlog: placeText(relay.position),
    relayBinlogGtid: gtidText(relay.position),
    relayCatchUpMaster: relay.errors.length === 0,
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
  const masters = [
    {
      name: "master1",
      memberID: "11007177379717700053",
      alive: true,
      peerURLs: ["http://127.0.0.1:8291"],
      clientURLs: [clientUrl],
    },
  ];
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
  if (type === 1) {
    const task = world.tasks.get(name);
    return task ? { result: true, msg: "", cfg: maskedTask(task.yaml) } : { result: false, msg: "task not found", cfg: "" };
  }
  if (type === 4) {
    const source = world.sources.get(name);
    return source ? { result: true, msg: "", cfg: sourceYaml(source) } : { result: false, msg: "source not found", cfg: "" };
  }
  return { result: false, msg: `invalid config op '${type === 0 ? "InvalidType" : type}'`, cfg: "" };
}

/** DM writes its defaults out and masks the target's password. */
function maskedTask(yaml: string): string {
  const task = parse(yaml) as Record<string, unknown>;
  const target = task["target-database"] as Record<string, unknown>;
  return stringify({
    "is-sharding": false,
    "shard-mode": "",
    "meta-schema": "dm_meta",
    "case-sensitive": false,
    ...task,
    "target-database": { ...target, password: "******", "max-allowed-packet": null, session: {}, security: null },
    "clean-dump-file": false,
    "remove-meta": false,
  });
}

function sourceYaml({ id, config: settings, relay }: Source): string {
  return stringify({
    enable: true,
    "enable-gtid": settings.enableGtid,
    "enable-relay": relay !== null,
    "source-id": id,
    from: { host: "127.0.0.1", port: 3306, user: "dm", password: "******" },
    checker: {
      "check-enable": settings.checkEnable,
      "backoff-rollback": "5m0s",
      "backoff-max": `${settings.backoffMaxSeconds}s`,
      "check-interval": "5s",
    },
  });
}

/** OpenAPI's task status: errors flattened to one text, no word of who paused. */
export function openapiStatus(world: World, name: string): Json {
  const data = world.held(name).map((subtask) => {
    const source = world.sources.get(subtask.source)!;
    const error = subtask.errors.map(asText).join("\n");
    return {
      name,
      source_name: subtask.source,
      worker_name: source.worker ?? "",
      stage: subtask.stage,
      unit: subtask.unit,
      unresolved_ddl_lock_id: "",
      ...(error ? { error_msg: error } : {}),
      sync_status: {
        binlog_type: "remote",
        blocking_ddls: null,
        master_binlog: placeText(source.upstream),
        master_binlog_gtid: gtidText(source.upstream),
        recent_tps: 0,
        seconds_behind_master: 0,
        synced: subtask.synced,
        syncer_binlog: placeText(subtask.position),
        syncer_binlog_gtid: gtidText(subtask.position),
        total_events: subtask.events,
        total_tps: 0,
        unresolved_groups: null,
      },
    };
  });
  return { data, total: data.length };
}
