import { createConnection } from "mysql2/promise";
import type { Json } from "./answers.ts";
import { isV1, type Subtask, stopOperation } from "./model.ts";
import { readTask, type World } from "./world.ts";

const NAMES: Readonly<Record<number, string>> = { 1: "Stop", 2: "Pause", 3: "Resume", 4: "Start", 7: "Delete" };

interface OperateBody {
  readonly op?: number;
  readonly sources?: readonly string[];
  readonly workers?: readonly string[];
}

/** `PUT tasks/{name}`. Success codes lie as DM's do: v1.0 says true to operations that it does not know and does nothing. */
export function operate(world: World, name: string, body: OperateBody): Json {
  const op = Number(body.op ?? 0);
  const v1 = isV1(world.version);
  const said = v1 && (NAMES[op] === undefined || op === 7) ? op : (NAMES[op] ?? op);
  const held = world.held(name);
  if (held.length === 0)
    return v1
      ? { op: said, msg: `task ${name} has no workers or not exist, can try \`refresh-worker-tasks\` cmd first` }
      : {
          op: said,
          result: false,
          msg: `task ${name} has no source or not exist, please check the task name and status`,
          sources: [],
        };
  if (!v1 && op !== 2 && op !== 3 && op !== stopOperation(world.version)) {
    return {
      op: said,
      result: false,
      msg: `[code=38041:class=dm-master:scope=internal:level=medium], Message: invalid op ${said} on task`,
      sources: [],
    };
  }
  const wanted = chosen(world, held, body);
  if (!v1 && body.sources?.some((source) => !world.sources.has(source))) {
    return {
      op: said,
      result: false,
      msg: `[code=46017:class=dm-master:scope=internal:level=medium], Message: sources [${body.sources.join(" ")}] need to be operate not exist`,
      sources: [],
    };
  }
  const results = wanted.map((subtask) => ({ subtask, why: apply(world, subtask, op) }));
  if (v1)
    return {
      op: said,
      result: true,
      workers: results.map(({ subtask, why }) => ({
        meta:
          why === null
            ? { result: true, worker: world.workerOf(subtask.source)?.address }
            : { worker: world.workerOf(subtask.source)?.address, msg: why },
        op: said,
      })),
    };
  return {
    op: said,
    result: true,
    msg: "",
    sources: results.map(({ subtask, why }) => ({
      result: why === null,
      msg: why ?? "",
      source: subtask.source,
      worker: world.sources.get(subtask.source)?.worker ?? "",
    })),
  };
}

function chosen(world: World, held: readonly Subtask[], { sources = [], workers = [] }: OperateBody): readonly Subtask[] {
  return held.filter(
    (subtask) =>
      (sources.length === 0 || sources.includes(subtask.source)) &&
      (workers.length === 0 || workers.includes(world.workerOf(subtask.source)?.address ?? "")),
  );
}

/** null: done. v1.0 checks the stage and puts a Go stack trace behind its refusal. */
function apply(world: World, subtask: Subtask, op: number): string | null {
  const v1 = isV1(world.version);
  if (op === stopOperation(world.version)) world.remove(subtask, Date.now());
  else if (op === 2) {
    if (v1 && subtask.stage !== "Running")
      return stackTrace(
        `[code=40050:class=dm-worker:scope=internal:level=high] current stage is ${subtask.stage} but not running, invalid`,
      );
    world.pause(subtask);
  } else if (op === 3) world.resume(subtask);
  else if (op === 4)
    return stackTrace(`[code=40055:class=dm-worker:scope=internal:level=high] sub task ${subtask.task} already exists`);
  return null;
}

function stackTrace(text: string): string {
  return `[code=38032:class=dm-master:scope=internal:level=high] operation not success: ${text}\ngithub.com/pingcap/dm/pkg/terror.(*Error).Generate\n\t/go/src/github.com/pingcap/dm/pkg/terror/terror.go:236\ngithub.com/pingcap/dm/dm/master.(*Server).waitOperationOk\n\t/go/src/github.com/pingcap/dm/dm/master/server.go:1911`;
}

interface StartBody extends OperateBody {
  readonly task?: string;
}

/** `POST tasks`: reads the YAML, tries the target (v2 and later), runs the precheck, then creates the subtasks. */
export async function startTask(world: World, body: StartBody): Promise<Json> {
  const v1 = isV1(world.version);
  const refuse = (msg: string, checkResult = ""): Json => (v1 ? { msg } : { result: false, msg, sources: [], checkResult });
  let task: ReturnType<typeof readTask>;
  try {
    task = readTask(body.task ?? "");
  } catch (error) {
    const words = error instanceof Error ? error.message.split("\n")[0] : String(error);
    return refuse(
      v1
        ? `[code=20003:class=dm-master:scope=internal:level=medium] decode task config failed: ${words}`
        : `[code=20003:class=dm-master:scope=internal:level=medium], Message: decode task config failed, RawCause: ${words}`,
    );
  }
  const missing = task.sources.find((source) => !world.sources.has(source));
  if (missing)
    return refuse(
      `[code=20031:class=dm-master:scope=internal:level=medium], Message: source ${missing} in deployment configuration not found`,
    );
  if (!v1) {
    const login = await tryTarget(task.target);
    if (login !== null)
      return refuse(
        `[code=10001:class=dm-master:scope=downstream:level=high], Message: database driver error, RawCause: ${login}`,
      );
  }
  const precheck = world.takeStartRefusal();
  if (precheck !== null)
    return refuse(
      "",
      `[code=26005:class=dm-master:scope=internal:level=medium], Message: fail to check synchronization configuration, RawCause: ${precheck}`,
    );
  const wanted = task.sources.filter((source) => (body.sources ?? []).length === 0 || body.sources!.includes(source));
  const existing = wanted.filter((source) => world.subtask(task.name, source)?.goneAt === null);
  if (existing.length > 0 && !v1)
    return refuse(
      `[code=46014:class=scheduler:scope=internal:level=medium], Message: subtasks with name ${task.name} for sources [${existing.join(" ")}] already exist`,
    );
  const started = world.startTask(body.task ?? "", wanted);
  if (v1)
    return { result: true, workers: started.map(({ source }) => ({ result: true, worker: world.workerOf(source)?.address })) };
  return {
    result: true,
    msg: "",
    sources: started.map(({ source }) => ({ result: true, msg: "", source, worker: world.sources.get(source)?.worker ?? "" })),
    checkResult: "",
  };
}

/** DM connects to the target before anything else; null when that works. */
async function tryTarget(target: {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}): Promise<string | null> {
  try {
    const connection = await createConnection({
      host: target.host,
      port: target.port,
      user: target.user,
      password: target.password,
      connectTimeout: 3_000,
    });
    await connection.end();
    return null;
  } catch (error) {
    const { errno, sqlState, message } = error as { errno?: number; sqlState?: string; message: string };
    return errno && sqlState
      ? `Error ${errno} (${sqlState}): ${message}`
      : `dial tcp ${target.host}:${target.port}: connect: connection refused`;
  }
}
