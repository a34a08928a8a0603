import { bindSource, moveWorkers } from "./binding.ts";
import type { Worker } from "./model.ts";
import { tellState } from "./relay-files.ts";
import { restartRelay } from "./source-life.ts";
import { end } from "./subtasks.ts";
import type { World } from "./world.ts";

/** Processes of workers that end and begin. */
function workerNamed(world: World, name: string): Worker {
  const worker = world.workers.get(name);
  if (!worker) throw new Error(`there is no worker ${name}`);
  return worker;
}

export function crashWorker(world: World, name: string): void {
  for (const subtask of world.ofSource(world.sourceOf(name)?.id ?? "")) subtask.sync = null;
  Object.assign(workerNamed(world, name), { state: "crashed", leaseEndsAt: world.now() + world.leaseMs });
  if (world.relayRoot) tellState(world.relayRoot, name, false);
}

/** What runs is written down first. */
export async function stopWorker(world: World, name: string): Promise<void> {
  const worker = workerNamed(world, name);
  const running = world.ofSource(world.sourceOf(name)?.id ?? "").filter(({ stage }) => stage === "Running");
  await Promise.all(running.map((subtask) => end(world, subtask)));
  for (const subtask of running) subtask.sync = null;
  Object.assign(worker, { state: "crashed", leaseEndsAt: world.now() });
  if (world.relayRoot) tellState(world.relayRoot, name, false);
  await moveWorkers(world, world.now());
}

/** It makes its source's subtasks anew, with the settings as they are now; without a source it takes one that has no worker. */
export async function returnWorker(world: World, name: string): Promise<void> {
  Object.assign(workerNamed(world, name), { state: "alive", leaseEndsAt: null });
  if (world.relayRoot) tellState(world.relayRoot, name, true);
  const source = world.sourceOf(name) ?? [...world.sources.values()].find(({ worker }) => worker === null);
  if (source) await bindSource(world, source, name);
  for (const other of world.sources.values()) if (other !== source && other.relay?.worker === name) restartRelay(world, other);
}
