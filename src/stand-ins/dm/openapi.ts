import { type Json, members } from "./answers.ts";
import { asText, refusal } from "./errors.ts";
import type { DmErrorModel, Source, Subtask } from "./model.ts";
import { gtidText, masterAt, placeText } from "./places.ts";
import { readsRelay, relayAt } from "./relay.ts";
import { switchRelayOff, switchRelayOn } from "./source-life.ts";
import { sourceMissingForStop, whyHeld } from "./source-operations.ts";
import { openapiTask } from "./task-yaml.ts";
import type { World } from "./world.ts";

/** `json` absent: the answer has no body. */
export interface OpenapiReply {
  readonly status: number;
  readonly json?: Json;
}

const done: OpenapiReply = { status: 200 };
const found = (json: Json): OpenapiReply => ({ status: 200, json });
const list = (data: readonly Json[]): OpenapiReply => found({ data, total: data.length });
const refuse = (error: DmErrorModel): OpenapiReply => ({
  status: 400,
  json: { error_code: error.code, error_msg: asText(error) },
});
/** Words that the schema does not allow are refused before DM looks at them, in another shape. */
const againstSchema = (what: string): OpenapiReply => ({
  status: 400,
  json: { error: `error in openapi3filter.RequestError: ${what}: value is not one of the allowed values` },
});

type Given = Readonly<Record<string, unknown>>;
const TASK_STAGES = ["Finished", "Running", "Stopped"];
const SHARD_MODES = ["optimistic", "pessimistic"];

/** DM's second surface (`/api/v1/…`), as far as it reads clusters, sources and tasks and moves relays, sources and tasks. */
export async function openapi(
  world: World,
  method: string,
  path: string,
  query: URLSearchParams,
  body: unknown,
): Promise<OpenapiReply | null> {
  const [room, name, ...rest] = path.split("/").map(decodeURIComponent);
  const action = `${method} ${rest.join("/")}`.trim();
  const given = (body ?? {}) as Given;
  if (room === "cluster" && method === "GET") return cluster(world, name ?? "");
  if (room === "sources" && name === undefined) return sources(world, method);
  if (room === "sources") return ofSource(world, action, name ?? "", given);
  if (room === "tasks" && name === undefined) return tasks(world, method, query, given);
  return room === "tasks" ? ofTask(world, action, name ?? "") : null;
}

function cluster(world: World, what: string): OpenapiReply | null {
  if (what === "info") return found({ cluster_id: 7_711_358_278_923_221 });
  const [, { master }, { worker }] = members(world, "http://127.0.0.1:8261").members as [
    unknown,
    { master: { masters: { name: string; alive: boolean; peerURLs: string[] }[] } },
    { worker: { workers: { name: string; addr: string; stage: string; source: string }[] } },
  ];
  if (what === "masters")
    return list(master.masters.map(({ name, alive, peerURLs }) => ({ addr: peerURLs[0], alive, leader: true, name })));
  if (what !== "workers") return null;
  return list(
    worker.workers.map(({ name, addr, stage, source }) => ({ addr, bound_source_name: source, bound_stage: stage, name })),
  );
}

function sources(world: World, method: string): OpenapiReply | null {
  return method === "GET" ? list([...world.sources.values()].map((source) => describe(world, source))) : null;
}

function describe(world: World, source: Source): Json {
  const { id, config } = source;
  return {
    enable: config.enable,
    enable_gtid: config.enableGtid,
    flavor: config.flavor,
    host: config.host,
    password: "******",
    port: config.port,
    purge: { expires: 0, interval: 3600, remain_space: 15 },
    relay_config: { enable_relay: config.enableRelay, relay_binlog_gtid: "", relay_binlog_name: "", relay_dir: "relay-dir" },
    security: null,
    source_name: id,
    status_list: statusOf(source),
    task_name_list: world.tasksOf(id),
    user: config.user,
  };
}

/** One entry for the bound worker, one more for a worker that only pulls the relay log. */
function statusOf(source: Source): Json[] {
  const { id, worker, relay, relayFolder } = source;
  const [at, master] = [relayAt(source), masterAt(source)];
  const told = relay && {
    master_binlog: placeText(master),
    master_binlog_gtid: gtidText(source, master),
    relay_binlog_gtid: gtidText(source, at),
    relay_catch_up_master: at.file === master.file && at.position === master.position,
    relay_dir: relayFolder?.subDir ?? "",
    stage: relay.stage,
  };
  const puller = relay ? (relay.worker ?? worker) : null;
  return [...new Set([worker, puller])].flatMap((name) =>
    name === null ? [] : [{ ...(told && puller === name ? { relay_status: told } : {}), source_name: id, worker_name: name }],
  );
}

async function ofSource(world: World, action: string, id: string, given: Given): Promise<OpenapiReply | null> {
  const source = world.sources.get(id);
  if (!source) return action === "GET" ? { status: 404 } : refuse(sourceMissingForStop(id));
  switch (action) {
    case "GET":
      return found(describe(world, source));
    case "GET status":
      return list(statusOf(source));
    case "PUT":
      return updateSource(world, source, given.source as Given | undefined);
    case "DELETE":
      return deleteSource(world, source);
    case "POST enable":
    case "POST disable":
      return enableSource(world, source, action === "POST enable");
    case "POST transfer":
      return transfer(world, source, String(given.worker_name ?? ""));
    case "POST relay/enable":
      return enableRelay(world, source, given.worker_name_list as string[] | undefined);
    case "POST relay/disable":
      return disableRelay(world, source, given.worker_name_list as string[] | undefined);
    default:
      return null;
  }
}

/** The settings change; the bound worker goes on with those that it took when it was bound. */
function updateSource(world: World, source: Source, wanted: Given = {}): OpenapiReply {
  if (source.relay || world.tasksOf(source.id).length > 0)
    return refuse(
      refusal(46025, `source ${source.id} can only be updated when relay is disabled and no tasks are running for now`, {
        level: "low",
      }),
    );
  source.config = {
    ...source.config,
    enableGtid: wanted.enable_gtid === true,
    enable: wanted.enable !== false,
    host: String(wanted.host ?? source.config.host),
    port: Number(wanted.port ?? source.config.port),
    user: String(wanted.user ?? source.config.user),
    password: String(wanted.password ?? source.config.password),
  };
  return found(describe(world, source));
}

function deleteSource(world: World, source: Source): OpenapiReply {
  const held = whyHeld(world, source);
  if (held) return refuse(held);
  world.removeSource(source.id);
  return { status: 204 };
}

/** Disabling pauses every subtask of the source. */
async function enableSource(world: World, source: Source, isEnabled: boolean): Promise<OpenapiReply> {
  source.config = { ...source.config, enable: isEnabled };
  for (const subtask of world.ofSource(source.id)) {
    if (subtask.goneAt !== null) continue;
    if (isEnabled) world.resume(subtask);
    else await world.pause(subtask);
  }
  return done;
}

async function transfer(world: World, source: Source, name: string): Promise<OpenapiReply> {
  const worker = world.workers.get(name);
  if (!worker) return refuse(refusal(46004, `dm-worker with name ${name} not exists`));
  const bound = world.sourceOf(name);
  if (worker.state !== "alive" || (bound && bound.id !== source.id))
    return refuse(refusal(46006, `dm-worker with name ${name} not free`));
  await world.transferSource(source, name);
  return done;
}

/** Without a worker's name the bound one is named: relay stays with it even when the source moves on. */
async function enableRelay(world: World, source: Source, names: readonly string[] = []): Promise<OpenapiReply> {
  // Where the relay begins is said by the rows as the subtasks read them now.
  await world.renewSubtasks(source.id);
  if (!source.relay) switchRelayOn(world, source, names[0] ?? source.worker);
  return done;
}

/** No list means the bound worker, which is refused where the source's own setting switched relay on; an empty list means that setting. */
async function disableRelay(world: World, source: Source, names: readonly string[] | undefined): Promise<OpenapiReply> {
  const relay = source.relay;
  const named = names ?? (source.worker ? [source.worker] : []);
  if (relay?.worker === null && named.length > 0)
    return refuse(
      refusal(46031, `can't stop relay for worker ${named.join(" ")}, relay of source ${source.id} follows its bound worker`, {
        level: "low",
      }),
    );
  if (relay && (relay.worker === null || named.includes(relay.worker))) {
    switchRelayOff(source);
    await world.renewSubtasks(source.id);
  }
  return done;
}

function tasks(world: World, method: string, query: URLSearchParams, given: Given): OpenapiReply | null {
  const stage = query.get("stage");
  if (method === "GET" && stage !== null && !TASK_STAGES.includes(stage))
    return againstSchema('parameter "stage" in query has an error');
  const withStatus = query.get("with_status") === "true";
  if (method === "GET")
    return list(
      [...world.tasks.values()].map((task) => ({
        ...openapiTask(task),
        ...(withStatus ? { status_list: world.held(task.name).map((subtask) => statusOfSubtask(world, subtask)) } : {}),
      })),
    );
  const mode = (given.task as Given | undefined)?.shard_mode;
  if (method === "POST" && mode !== undefined && !SHARD_MODES.includes(String(mode)))
    return againstSchema('request body has an error: doesn\'t match the schema: Error at "/task/shard_mode"');
  return null;
}

const noSuchTask = (name: string): DmErrorModel =>
  refusal(46018, `task with name ${name} not exist`, { workaround: "Please use `query-status` command to see tasks." });

/** Its stop is a pause, its start a resume; both say 200 for a task that nobody knows. Its DELETE takes the checkpoints along. */
async function ofTask(world: World, action: string, name: string): Promise<OpenapiReply | null> {
  const task = world.tasks.get(name);
  if (action === "POST start" || action === "POST stop") {
    for (const subtask of world.held(name)) {
      if (action === "POST stop") await world.pause(subtask);
      else world.resume(subtask);
    }
    return done;
  }
  if (!task) return refuse(noSuchTask(name));
  if (action === "GET") return found(openapiTask(task));
  if (action === "GET status") return list(world.held(name).map((subtask) => statusOfSubtask(world, subtask)));
  if (action !== "DELETE") return null;
  const held = world.held(name);
  const running = held.filter(({ stage }) => stage === "Running").map(({ source }) => source);
  if (running.length > 0)
    return refuse(
      refusal(46037, `subtasks of task ${name} are still running on sources [${running.join(" ")}]`, { level: "high" }),
    );
  for (const subtask of held) await world.remove(subtask, { dropsMeta: true });
  return { status: 204 };
}

/** Errors flattened to one text, no word of who paused. */
function statusOfSubtask(world: World, subtask: Subtask): Json {
  const source = world.sources.get(subtask.source);
  const error = subtask.errors.map(asText).join("\n");
  const at = subtask.sync?.flushed.global;
  const isLocal = source ? readsRelay(source) : false;
  return {
    name: subtask.task,
    source_name: subtask.source,
    worker_name: source?.worker ?? "",
    stage: subtask.stage,
    unit: subtask.unit ?? "InvalidUnit",
    unresolved_ddl_lock_id: "",
    ...(error ? { error_msg: error } : {}),
    sync_status: {
      binlog_type: isLocal ? "local" : "remote",
      blocking_ddls: null,
      master_binlog: source ? placeText(masterAt(source)) : "",
      master_binlog_gtid: source ? gtidText(source, masterAt(source)) : "",
      recent_tps: 0,
      seconds_behind_master: 0,
      synced: subtask.synced,
      syncer_binlog: at ? placeText(at) : "",
      syncer_binlog_gtid: source && at ? gtidText(source, at) : "",
      total_events: subtask.events,
      total_tps: 0,
      unresolved_groups: null,
    },
  };
}
