import { createConnection } from "mysql2/promise";
import type { Json } from "./answers.ts";
import { asText, refusal, upstreamRefused } from "./errors.ts";
import type { DmErrorModel, Source, SourceConfig } from "./model.ts";
import { readSource } from "./source-yaml.ts";
import type { World } from "./world.ts";

interface SourceBody {
  readonly op?: number;
  readonly config?: readonly string[];
  readonly sourceID?: readonly string[];
}

export const sourceMissingForStop = (id: string): DmErrorModel => refusal(46008, `source config with ID ${id} not exists`);

/** Why a source can not be taken away now; null: it can. */
export function whyHeld(world: World, { id, relay }: Source): DmErrorModel | null {
  const tasks = world.tasksOf(id);
  if (tasks.length > 0)
    return refusal(46010, `source with name ${id} need to operate has existing tasks [${tasks.join(" ")}]`, {
      className: "dm-master",
      workaround: "Please `stop-task` first.",
    });
  if (relay?.worker == null) return null;
  return refusal(46023, `source with name ${id} need to operate has existing relay workers [${relay.worker}]`, {
    level: "high",
    workaround: "Please `stop-relay` first.",
  });
}

/** `PUT sources`: 1 start, 2 update (which DM refuses), 3 stop, 4 show. */
export async function operateSources(world: World, body: SourceBody): Promise<Json> {
  const op = Number(body.op ?? 0);
  const refuse = (msg: string): Json => ({ result: false, msg, sources: [] });
  const done = (sources: readonly Source[]): Json => ({
    result: true,
    msg: "",
    sources: sources.map(({ id, worker }) => ({
      result: true,
      msg: worker === null && op === 1 ? "source is added but there is no free worker to bound" : "",
      source: id,
      worker: worker ?? "",
    })),
  });
  switch (op) {
    case 1:
      return create(world, body.config ?? [], refuse, done);
    case 2:
      return refuse("Update worker config is not supported by dm-ha now");
    case 3:
      return stop(world, namesIn(body), refuse, done);
    case 4:
      return done([...world.sources.values()]);
    default:
      return refuse(`invalid operate '${op}' on sources`);
  }
}

type Answering = readonly [(msg: string) => Json, (sources: readonly Source[]) => Json];

async function create(world: World, configs: readonly string[], ...[refuse, done]: Answering): Promise<Json> {
  const read: ReturnType<typeof readSource>[] = [];
  for (const text of configs) {
    try {
      read.push(readSource(text));
    } catch (error) {
      const rawCause = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
      return refuse(asText(refusal(40001, "parse dm-worker config", { className: "dm-worker", rawCause })));
    }
  }
  const known = read.find(({ id }) => world.sources.has(id));
  if (known) return refuse(asText(refusal(46007, `source config with ID ${known.id} already exists`)));
  const created: Source[] = [];
  for (const { id, config } of read) {
    const cause = await tryUpstream(world, id, config);
    if (cause) return refuse(asText(upstreamRefused(cause)));
    created.push(await world.createSource(id, config));
  }
  return done(created);
}

/** DM logs in to the upstream before it takes the source; null when that works, or when there is no database to ask. */
async function tryUpstream(world: World, id: string, { host, port, user, password }: SourceConfig): Promise<string | null> {
  if (!world.sides.get(id)?.login) return null;
  try {
    const connection = await createConnection({ host, port, user, password, connectTimeout: 3_000 });
    await connection.end();
    return null;
  } catch (error) {
    const { errno, sqlState, message } = error as { errno?: number; sqlState?: string; message: string };
    return errno && sqlState
      ? `Error ${errno} (${sqlState}): ${message}`
      : `dial tcp ${host}:${port}: connect: connection refused`;
  }
}

const namesIn = ({ sourceID = [], config = [] }: SourceBody): string[] => [
  ...sourceID,
  ...config.map((text) => readSource(text).id),
];

function stop(world: World, names: readonly string[], ...[refuse, done]: Answering): Json {
  const sources: Source[] = [];
  for (const name of names) {
    const source = world.sources.get(name);
    if (!source) return refuse(asText(sourceMissingForStop(name)));
    const held = whyHeld(world, source);
    if (held) return refuse(asText(held));
    sources.push(source);
  }
  const answer = done(sources.map((source) => ({ ...source })));
  for (const { id } of sources) world.removeSource(id);
  return answer;
}
