import { atLeast, type Position, type Source, type SourceConfig } from "./model.ts";
import type { World } from "./world.ts";

export const newSource = (id: string, config: SourceConfig, upstream: Position): Source => ({
  id,
  worker: null,
  config,
  readsByGtid: config.enableGtid,
  upstream,
  upstreamIsUp: true,
  hugeFiles: new Set(),
  relay: null,
});

/** The worker takes the source: it reads the settings now, and makes the source's subtasks anew. */
export function bindSource(world: World, source: Source, worker: string): void {
  source.worker = worker;
  source.readsByGtid = source.config.enableGtid;
  world.renewSubtasks(source.id);
}

/** A crashed worker keeps its source until its lease ends; from v2.0 on a free worker takes the source over. */
export function moveWorkers(world: World, now: number): void {
  for (const worker of world.workers.values()) {
    if (worker.state !== "crashed" || worker.leaseEndsAt === null || now < worker.leaseEndsAt) continue;
    if (!atLeast(world.version, "v2.0")) continue; // v1.0 ties a source to its worker
    Object.assign(worker, { state: "offline", leaseEndsAt: null });
    const source = world.sourceOf(worker.name);
    if (!source) continue;
    source.worker = null;
    const free = [...world.workers.values()].find(({ name, state }) => state === "alive" && world.sourceOf(name) === null);
    if (free) bindSource(world, source, free.name);
  }
}
