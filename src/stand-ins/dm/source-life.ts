import { Binlog } from "../databases/binlog.ts";
import type { RelayFolder, Source, SourceConfig } from "./model.ts";
import { masterAt } from "./places.ts";
import { startRelay, stopRelay } from "./relay.ts";
import { purgeRelayFiles, readRelayFiles } from "./relay-files.ts";
import { orderNumber } from "./traffic.ts";
import { binlogOnly, type UpstreamSide } from "./upstream-side.ts";
import type { World } from "./world.ts";

/** A binlog with a history, and nothing behind it. */
export function binlogAt(file: number, position: number, gtid: number): UpstreamSide {
  const binlog = new Binlog();
  binlog.pretend({ file, position, gtid });
  return binlogOnly(binlog);
}

/** A source with the upstream of its name; bound to no worker yet. */
export function newSource(world: World, id: string, config: SourceConfig): Source {
  const side = world.sides.get(id) ?? binlogAt(1, 1_497, 7);
  world.sides.set(id, side);
  const source: Source = {
    id,
    worker: null,
    config: { ...config, flavor: side.binlog.flavor },
    readsByGtid: config.enableGtid,
    side,
    relay: null,
    relayFolder: null,
  };
  world.sources.set(id, source);
  return source;
}

/** The relay's files lie on the disk of the worker that pulls them. */
const diskOf = (source: Source, worker: string | null): string => `${worker ?? source.worker ?? ""}/${source.id}`;

/** `worker`: the one that pulls; null: whichever the source is bound to. */
export function switchRelayOn(world: World, source: Source, worker: string | null): void {
  const needed = neededFile(world, source);
  const disk = diskOf(source, worker);
  const puller = worker ?? source.worker ?? "";
  const old = world.relayRoot ? readRelayFiles(world.relayRoot, puller, source) : (world.relayFolders.get(disk) ?? null);
  startRelay(source, worker, old, needed, world.now());
  const folder = source.relayFolder!;
  if (folder !== old && world.relayRoot) purgeRelayFiles(world.relayRoot, puller);
  // With nothing to read for anybody it begins where the upstream stands.
  if (folder !== old && needed === null) folder.pulled = endOf(source);
  world.relayFolders.set(disk, folder);
  // Streams are opened anew, from the relay's files.
  for (const { sync } of world.ofSource(source.id)) if (sync) sync.cursor = null;
}

const endOf = (source: Source): RelayFolder["pulled"] => {
  const { file, position } = masterAt(source);
  return { file, offset: position };
};

/** The worker that pulls was started, or is another one now: it goes on from what lies on its disk. */
export function restartRelay(world: World, source: Source): void {
  const worker = source.relay?.worker ?? null;
  source.relay = null;
  switchRelayOn(world, source, worker);
}

/** The earliest file that a task of the source has still to read, of stopped ones too where none runs; null: nobody ever read. */
export function neededFile(world: World, source: Source): number | null {
  const files = world.ofSource(source.id).flatMap(({ sync }) => sync?.flushed.global.file ?? []);
  const stopped = [...(world.stoppedAt.get(source.id)?.values() ?? [])];
  const all = files.length > 0 ? files : stopped;
  return all.length > 0 ? Math.min(...all) : null;
}

export function switchRelayOff(source: Source): void {
  stopRelay(source);
  source.relayFolder = null;
}

/** Applications write: an order into the shop, or a transaction whose tables nobody knows. */
export async function writeTraffic(world: World, { id, side }: Source, now: number): Promise<void> {
  const next = world.nextOrder.get(id);
  if (next === undefined || next === null) {
    if (side.login === null) await side.write([{ kind: "bytes", bytes: 37 + (side.binlog.end.gtid % 5) * 11 }]);
    return;
  }
  world.nextOrder.set(id, next + 1);
  await side.write([orderNumber(next, now)]);
}
