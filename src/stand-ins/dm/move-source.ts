import { isBeingTaken, moveWorkers } from "./binding.ts";
import type { Source } from "./model.ts";
import { moveRelay, readsRelay } from "./relay.ts";
import { ordersIn, writeRelayFiles } from "./relay-files.ts";
import { writeTraffic } from "./source-life.ts";
import type { World } from "./world.ts";

/** A shop takes an order this often; a binlog without a database moves whenever the world does. */
const WRITES_EVERY_MS = 1_000;

/** A source's upstream is written to, and its relay follows; the disk of the worker that pulls is kept current. */
export async function moveSource(world: World, source: Source, now: number): Promise<void> {
  const isDue = source.side.login === null || now - (world.writtenAt.get(source.id) ?? 0) >= WRITES_EVERY_MS;
  if (world.isWrittenTo && source.side.isUp() && isDue) {
    world.writtenAt.set(source.id, now);
    await writeTraffic(world, source, now).catch(unlessDatabase);
  }
  await source.side.refresh();
  const puller = world.workers.get(source.relay?.worker ?? source.worker ?? "");
  if (puller?.state !== "alive" || isBeingTaken(source)) return;
  moveRelay(source, { version: world.version, bytesPerSecond: world.relayBytesPerSecond, now });
  if (world.relayRoot) writeRelayFiles(world.relayRoot, puller.name, source);
}

/** An application whose database is away writes nothing; everything else is a mistake of ours. */
function unlessDatabase(error: unknown): void {
  if (!(error instanceof Error && "code" in error)) throw error;
}

/** Leases end, and what was asked through `worker-ctl` is done. */
export async function moveAllWorkers(world: World, now: number): Promise<void> {
  await moveWorkers(world, now);
  if (!world.relayRoot) return;
  for (const { worker, word, done } of ordersIn(world.relayRoot)) {
    const isAlive = world.workers.get(worker)?.state === "alive";
    if (isAlive && word === "stop") await world.stopWorker(worker);
    else if (!isAlive && word === "start") await world.returnWorker(worker);
    done();
  }
}

/** The streams that replicas hold open on an upstream. */
export function streamsOf(world: World, id: string): { readonly user: string; readonly byGtid: boolean }[] {
  const source = world.sources.get(id);
  if (!source) return [];
  const stream = { user: source.config.user, byGtid: source.readsByGtid };
  const readers = world.ofSource(id).filter(({ stage, sync }) => stage === "Running" && sync?.cursor);
  return [...(source.relay ? [stream] : []), ...(readsRelay(source) ? [] : readers.map(() => stream))];
}
