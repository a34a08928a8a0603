import { createConnection } from "mysql2/promise";
import type { Json } from "./answers.ts";
import { asOldText, asText, master, refusal, sourceMissing, targetRefused } from "./errors.ts";
import { atLeast, type DmErrorModel, isV1, type Subtask, stopOperation, type Task } from "./model.ts";
import { precheck, precheckFailed } from "./precheck.ts";
import { readTask } from "./task-yaml.ts";
import type { World } from "./world.ts";

const NAMES: Readonly<Record<number, string>> = {
  1: "Stop",
  2: "Pause",
  3: "Resume",
  4: "Start",
  5: "Update",
  6: "AutoResume",
  7: "Delete",
};

interface OperateBody {
  readonly op?: number;
  readonly sources?: readonly string[];
  readonly workers?: readonly string[];
}

/** How the operation is called in the answer: by name where the version knows it, else by its number. */
function nameOf(world: World, op: number): string | number {
  const isKnown = op !== 7 || atLeast(world.version, "v6.0");
  return isKnown ? (NAMES[op] ?? op) : op;
}

/** `PUT tasks/{name}`. Success codes lie as DM's do: v1.0 says true to operations that it does not know and does nothing. */
export async function operate(world: World, name: string, body: OperateBody): Promise<Json> {
  const op = Number(body.op ?? 0);
  return isV1(world.version) ? operateV1(world, name, body, op) : operateModern(world, name, body, op);
}

async function operateModern(world: World, name: string, body: OperateBody, op: number): Promise<Json> {
  const said = nameOf(world, op);
  const refuse = (msg: string): Json => ({ op: said, result: false, msg, sources: [] });
  const held = world.held(name);
  if (![2, 3, stopOperation(world.version)].includes(op)) return refuse(asText(invalidOperation(said)));
  if (held.length === 0) return refuse(`task ${name} has no source or not exist, please check the task name and status`);
  const unknown = (body.sources ?? []).filter((source) => !world.sources.has(source));
  if (unknown.length > 0)
    return refuse(
      asText(refusal(46017, `sources [${unknown.join(" ")}] need to be operate not exist`, { className: "dm-master" })),
    );
  const sources: Json[] = [];
  for (const subtask of chosen(world, held, body)) {
    const worker = world.workerOf(subtask.source);
    await apply(world, subtask, op);
    sources.push({ result: true, msg: "", source: subtask.source, worker: worker?.name ?? "" });
  }
  return { op: said, result: true, msg: "", sources };
}

const invalidOperation = (said: string | number): DmErrorModel =>
  refusal(38041, `invalid op ${said} on task`, { className: "dm-master" });

async function operateV1(world: World, name: string, body: OperateBody, op: number): Promise<Json> {
  const said = nameOf(world, op);
  const held = world.held(name);
  if (held.length === 0)
    return { op: said, msg: `task ${name} has no workers or not exist, can try \`refresh-worker-tasks\` cmd first` };
  const workers: Json[] = [];
  for (const subtask of chosen(world, held, body)) {
    const worker = world.workerOf(subtask.source)?.address ?? "";
    const logID = world.nextLogId();
    const why = refusedByWorker(subtask, op);
    if (!why) await apply(world, subtask, op);
    const meta = why ? { worker, msg: asOldText(notSuccessful(logID, name, worker, why)) } : { result: true, worker };
    workers.push({ meta, op: said, logID });
  }
  return { op: said, result: true, workers };
}

/** A worker of v1.0 looks at the stage before it pauses, and knows no second start. */
function refusedByWorker({ stage, task }: Subtask, op: number): DmErrorModel | null {
  if (op === 2 && stage !== "Running") return ofWorker(40050, `current stage is ${stage} but not running, invalid`);
  return op === 4 ? ofWorker(40055, `sub task ${task} already exists`) : null;
}

const ofWorker = (code: number, message: string): DmErrorModel => ({ ...master(code, message), class: "dm-worker" });
const notSuccessful = (logID: string, task: string, worker: string, why: DmErrorModel): DmErrorModel =>
  master(
    38032,
    `operation ${logID} of task ${task} on worker ${worker} not success: [code=${why.code}:class=${why.class}:scope=${why.scope}:level=${why.level}] ${why.message}`,
  );

function chosen(world: World, held: readonly Subtask[], { sources = [], workers = [] }: OperateBody): readonly Subtask[] {
  return held.filter(
    (subtask) =>
      (sources.length === 0 || sources.includes(subtask.source)) &&
      (workers.length === 0 || workers.includes(world.workerOf(subtask.source)?.address ?? "")),
  );
}

async function apply(world: World, subtask: Subtask, op: number): Promise<void> {
  if (op === stopOperation(world.version)) await world.remove(subtask);
  else if (op === 2) await world.pause(subtask);
  else if (op === 3) world.resume(subtask);
}

interface StartBody extends OperateBody {
  readonly task?: string;
  readonly removeMeta?: boolean;
}

/** `POST tasks`: reads the YAML, tries the target (v2 and later), runs the precheck, then creates the subtasks. */
export async function startTask(world: World, body: StartBody): Promise<Json> {
  let task: Task;
  try {
    task = readTask(body.task ?? "");
  } catch (error) {
    return refuseStart(world, undecodable(error));
  }
  const missing = task.sources.find((source) => !world.sources.has(source));
  if (missing) return refuseStart(world, sourceMissing(missing));
  return isV1(world.version) ? startV1(world, task, body) : startModern(world, task, body);
}

const undecodable = (error: unknown): DmErrorModel => {
  const words = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
  const workaround = "Please check the configuration file has correct YAML format.";
  return refusal(20003, "decode task config failed", { className: "dm-master", rawCause: words, workaround });
};

const WARNINGS = `fail to check synchronization configuration with type: no errors but some warnings\n detail: {\n\t\t"results": [\n\t\t\t{\n\t\t\t\t"id": 1,\n\t\t\t\t"name": "mysql_version",\n\t\t\t\t"state": "warn",\n\t\t\t\t"errors": [\n\t\t\t\t\t{\n\t\t\t\t\t\t"severity": "warn",\n\t\t\t\t\t\t"short_error": "version suggested is 5.6.0 or later"\n\t\t\t\t\t}\n\t\t\t\t]\n\t\t\t}\n\t\t],\n\t\t"summary": {\n\t\t\t"passed": true,\n\t\t\t"total": 12,\n\t\t\t"successful": 11,\n\t\t\t"failed": 0,\n\t\t\t"warning": 1\n\t\t}\n\t}`;

function refuseStart({ version }: World, error: DmErrorModel | null, checkResult = ""): Json {
  if (isV1(version)) return { msg: error ? asOldText(error) : checkResult };
  return { result: false, msg: error ? asText(error) : "", sources: [], checkResult };
}

async function startModern(world: World, task: Task, body: StartBody): Promise<Json> {
  const login = await tryTarget(world, task);
  if (login !== null) return refuseStart(world, targetRefused(login));
  const unfit = await precheck(world, task, wantedSources(task, body), body.removeMeta === true);
  if (unfit) return unfit.code === 26005 ? refuseStart(world, null, asText(unfit)) : refuseStart(world, unfit);
  const refused = world.takeStartRefusal();
  if (refused?.how === "precheck") return refuseStart(world, null, asText(precheckFailed(refused.reason)));
  const wanted = wantedSources(task, body);
  // A subtask that its worker still lets go of is no longer the master's: a new one takes its place.
  const existing = wanted.filter((source) => world.subtask(task.name, source)?.goneAt === null);
  if (existing.length > 0) return refuseStart(world, existingSubtasks(task.name, existing), WARNINGS);
  const failed = refused ? asText(master(38045, "fail to get dm-worker's subtask state in time", refused.reason)) : "";
  const started = refused ? [] : await world.startTask(body.task ?? "", wanted, { removeMeta: body.removeMeta === true });
  const sources = wanted.map((source) => {
    // The master waits until the subtask runs; one that fails at once is told with its error.
    const subtask = started.find((candidate) => candidate.source === source);
    const msg = subtask ? subtask.errors.map(asText).join("\n") : failed;
    return { result: subtask !== undefined && msg === "", msg, source, worker: world.sources.get(source)?.worker ?? "" };
  });
  return { result: true, msg: "", sources, checkResult: WARNINGS };
}

const wantedSources = (task: Task, { sources = [] }: OperateBody): string[] =>
  task.sources.filter((source) => sources.length === 0 || sources.includes(source));

const existingSubtasks = (task: string, sources: readonly string[]): DmErrorModel =>
  refusal(46014, `subtasks with name ${task} for sources [${sources.join(" ")}] already exist`, {
    workaround: "Please use `query-status` command to see tasks.",
  });

/** v1.0 asks nothing of the target: the subtask fails by itself when its unit is made. */
async function startV1(world: World, task: Task, body: StartBody): Promise<Json> {
  const refused = world.takeStartRefusal();
  if (refused) return refuseStart(world, precheckFailed(refused.reason));
  const loginError = await tryTarget(world, task);
  const wanted = wantedSources(task, body);
  const existing = wanted.filter((source) => world.subtask(task.name, source)?.goneAt === null);
  await world.startTask(
    body.task ?? "",
    wanted.filter((source) => !existing.includes(source)),
    { loginError },
  );
  const workers = wanted.map((source) => {
    const worker = world.workerOf(source)?.address ?? "";
    if (!existing.includes(source)) return { result: true, worker };
    const why = ofWorker(40055, `sub task ${task.name} already exists`);
    return { worker, msg: asOldText(notSuccessful(world.nextLogId(), task.name, worker, why)) };
  });
  return { result: true, workers };
}

/** DM connects to the target before anything else; null when that works, else the cause in the version's words. */
async function tryTarget({ version }: World, { target }: Task): Promise<string | null> {
  try {
    const connection = await createConnection({ ...target, connectTimeout: 3_000 });
    await connection.end();
    return null;
  } catch (error) {
    const { errno, sqlState, message } = error as { errno?: number; sqlState?: string; message: string };
    if (!errno || !sqlState) return `dial tcp ${target.host}:${target.port}: connect: connection refused`;
    return isV1(version) ? `Error ${errno}: ${message}` : `Error ${errno} (${sqlState}): ${message}`;
  }
}
