import { relayOver4gib } from "./errors.ts";
import { isV1, type Source } from "./model.ts";
import type { World } from "./world.ts";

const HUGE_FILE_BYTES = 4_823_460_526;
/** The part of a round in which the relay shows its error. */
const ERROR_SHOWS_FROM = 0.97;

export function startRelay(source: Source, worker: string | null): void {
  source.relay ??= { stage: "Running", errors: [], position: source.upstream, worker, stuckOn: null };
}

export function stopRelay(source: Source): void {
  source.relay = null;
}

/**
 * A relay follows its upstream. On a file over 4 GiB v1.0 stops with 30029 for good; later versions pull the file again and
 * again, and say Running nearly all the time.
 */
export function moveRelay(world: World, source: Source, now: number): void {
  const { relay } = source;
  if (!relay || !source.upstreamIsUp) return;
  if (relay.stuckOn === null) {
    if (relay.stage === "Running") relay.position = source.upstream;
    return;
  }
  const { file, since, cycleMs } = relay.stuckOn;
  const round =
    isV1(world.version) || !source.config.checkEnable
      ? Math.min(1, (now - since) / cycleMs)
      : ((now - since) % cycleMs) / cycleMs;
  const position = Math.round(3_304 + round * HUGE_FILE_BYTES) % 2 ** 32;
  const shows = isV1(world.version) || round >= ERROR_SHOWS_FROM;
  Object.assign(relay, {
    position: { file, position: isV1(world.version) ? 216_889 : position, gtid: source.upstream.gtid - 1 },
    stage: shows ? "Paused" : "Running",
    errors: shows ? [relayOver4gib()] : [],
  });
}

/** A person copies the file and lets relay.meta name the next one: the relay goes on. */
export function repairRelayByHand(source: Source): void {
  if (source.relay) Object.assign(source.relay, { stage: "Running", errors: [], stuckOn: null, position: source.upstream });
}

/** Whether the bound worker's syncer reads its relay's files. */
export function readsRelay({ relay, worker }: Source): boolean {
  return relay !== null && (relay.worker === null || relay.worker === worker);
}
