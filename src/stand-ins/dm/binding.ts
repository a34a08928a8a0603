import { atLeast, type Source, type SourceConfig } from "./model.ts";
import { newSource, restartRelay, switchRelayOn } from "./source-life.ts";
import type { World } from "./world.ts";

/** A source with the upstream of its name, bound to a free worker where there is one. */
export async function createSource(world: World, id: string, config: SourceConfig): Promise<Source> {
  const source = newSource(world, id, config);
  const free = [...world.workers.values()].find((worker) => worker.state === "alive" && world.sourceOf(worker.name) === null);
  if (free) await bindSource(world, source, free.name);
  if (config.enableRelay) switchRelayOn(world, source, null);
  return source;
}

const taken = new WeakSet<Source>();
/** A worker is taking it: its relay has not looked at its disk yet, and must not write to it. */
export const isBeingTaken = (source: Source): boolean => taken.has(source);

/** The worker takes the source: it reads the settings now, and makes the source's subtasks anew. */
export async function bindSource(world: World, source: Source, worker: string): Promise<void> {
  taken.add(source);
  source.worker = worker;
  source.readsByGtid = source.config.enableGtid;
  await world.renewSubtasks(source.id).finally(() => taken.delete(source));
  // A relay that belongs to no worker by name goes along; one that does begins anew with its worker.
  if (source.relay && (source.relay.worker ?? worker) === worker) restartRelay(world, source);
}

/** A crashed worker keeps its source until its lease ends; from v2.0 on a free worker takes the source over. */
export async function moveWorkers(world: World, now: number): Promise<void> {
  for (const worker of world.workers.values()) {
    if (worker.state !== "crashed" || worker.leaseEndsAt === null || now < worker.leaseEndsAt) continue;
    if (!atLeast(world.version, "v2.0")) continue; // v1.0 ties a source to its worker
    Object.assign(worker, { state: "offline", leaseEndsAt: null });
    const source = world.sourceOf(worker.name);
    if (!source) continue;
    source.worker = null;
    const free = [...world.workers.values()].find(({ name, state }) => state === "alive" && world.sourceOf(name) === null);
    if (free) await bindSource(world, source, free.name);
  }
}
