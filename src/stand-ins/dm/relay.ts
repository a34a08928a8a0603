import { relayFilePurged, relayOver4gib } from "./errors.ts";
import { atLeast, type Position, type RelayFolder, type Source, type Version } from "./model.ts";
import { fileName, isHuge, masterAt, transactionBehind, wrapped } from "./places.ts";

/** Where a relay stops in a huge file: behind the first event whose end does not fit into 32 bits. */
const GIVES_UP_AT = 4_295_182_816;
/** How long its error shows before DM lets it try again. */
const ERROR_SHOWS_MS = 2_500;

/** What a relay needs of the world around it. */
export interface RelayWork {
  readonly version: Version;
  readonly bytesPerSecond: number;
  readonly now: number;
}

export const subDirOf = (source: Source): string => `${source.side.binlog.serverName}.000001`;
/** `000001` of `mysql-bin|000001.000003`. */
export const suffixOf = ({ subDir }: RelayFolder): string => subDir.slice(subDir.lastIndexOf(".") + 1);

/** Whether the bound worker's syncer reads its relay's files. */
export function readsRelay({ relay, worker }: Source): boolean {
  return relay !== null && (relay.worker === null || relay.worker === worker);
}
export const relaySuffix = (source: Source): string | null =>
  readsRelay(source) && source.relayFolder ? suffixOf(source.relayFolder) : null;

/**
 * Switches relay on. `needed`: the earliest file that a task of the source still has to read, null: none has. Files from before are used on unless
 * they end before it: then the whole folder is purged. A huge file that was pulled in part is cut and pulled again.
 */
export function startRelay(
  source: Source,
  worker: string | null,
  old: RelayFolder | null,
  needed: number | null,
  now: number,
): void {
  source.relay ??= { stage: "Running", errors: [], worker, failedAt: null, complainsOf: null, movedAt: now };
  const isOutdated = old === null || (needed !== null && old.pulled.file < needed);
  source.relayFolder = isOutdated ? freshFolder(source, needed ?? masterAt(source).file) : old;
  cutHugeFile(source);
}

const freshFolder = (source: Source, file: number): RelayFolder => ({
  subDir: subDirOf(source),
  first: file,
  pulled: { file, offset: 4 },
  copied: new Set(),
});

function cutHugeFile({ side, relayFolder }: Source): void {
  if (!relayFolder) return;
  const { file, offset } = relayFolder.pulled;
  const size = side.binlog.file(file)?.sizeBytes ?? 0;
  if (!isHuge(size) || relayFolder.copied.has(file) || offset <= 4) return;
  const giant = transactionBehind(side.binlog, file, offset - 1);
  relayFolder.pulled = { file, offset: giant?.file === file ? Math.min(offset, giant.start) : 4 };
}

export function stopRelay(source: Source): void {
  source.relay = null;
}

/** Where the relay stands, as status shows it. */
export function relayAt(source: Source): Position {
  const { side, relayFolder, relay } = source;
  if (!relayFolder) return masterAt(source);
  const { file, offset: pulled } = relayFolder.pulled;
  // While it shows its error it stands at the event that it complains of.
  const offset = relay?.failedAt != null ? (relay.complainsOf ?? pulled) : pulled;
  const next = transactionBehind(side.binlog, file, offset);
  return { file, position: wrapped(offset), gtid: next ? next.gtid - 1 : side.binlog.end.gtid };
}

/**
 * A relay follows its upstream. On a file over 4 GiB v1.0 stops with 30029 for good; later versions pull the file again and
 * again, and say Running nearly all the time.
 */
export function moveRelay(source: Source, work: RelayWork): void {
  const { relay, relayFolder: folder, side } = source;
  if (!relay || !folder || !side.isUp()) return;
  if (relay.failedAt !== null && !comesBack(source, work)) return;
  // Small things are pulled at once, whatever the clock says.
  let left = Math.floor(((work.now - relay.movedAt) / 1000) * work.bytesPerSecond) + 1_000_000;
  relay.movedAt = work.now;
  for (;;) {
    const { file, offset } = folder.pulled;
    const at = side.binlog.file(file);
    if (!at) return void fail(source, [relayFilePurged()], work.now);
    const isTrap = isHuge(at.sizeBytes) && !folder.copied.has(file);
    const goal = isTrap ? Math.min(GIVES_UP_AT, at.sizeBytes) : at.sizeBytes;
    const pulled = Math.min(goal, offset + left);
    left -= pulled - offset;
    folder.pulled = { file, offset: Math.max(offset, pulled) };
    if (pulled < goal) return;
    if (isTrap) return void giveUp(source, work);
    const next = side.binlog.files[side.binlog.files.indexOf(at) + 1];
    if (!next) return;
    folder.pulled = { file: next.number, offset: 4 };
  }
}

function fail(source: Source, errors: ReturnType<typeof relayOver4gib>[], now: number, complainsOf: number | null = null): void {
  if (source.relay) Object.assign(source.relay, { stage: "Paused", errors, failedAt: now, complainsOf });
}

function giveUp(source: Source, { now }: RelayWork): void {
  const folder = source.relayFolder!;
  const giant = transactionBehind(source.side.binlog, folder.pulled.file, GIVES_UP_AT - 1);
  const from = giant?.file === folder.pulled.file ? giant.start + 212_000 : 216_889;
  fail(source, [relayOver4gib(fileName(folder.pulled), folder.subDir, from)], now, from);
}

/** From v2.0 on DM lets a failed relay try again; the file is cut back to its last whole transaction. */
function comesBack(source: Source, { now, version }: RelayWork): boolean {
  const relay = source.relay!;
  if (!atLeast(version, "v2.0") || !source.config.checkEnable || now - relay.failedAt! < ERROR_SHOWS_MS) return false;
  Object.assign(relay, { stage: "Running", errors: [], failedAt: null, movedAt: now });
  cutHugeFile(source);
  return true;
}

/** A person laid the huge file whole into the relay's folder and let relay.meta name the next one: the relay goes on there. */
export function repairRelayByHand(source: Source, now: number): void {
  const { relay, relayFolder: folder, side } = source;
  if (!relay || !folder) return;
  const { file } = folder.pulled;
  const next = side.binlog.files.find(({ number }) => number > file);
  if (!next) return;
  folder.copied.add(file);
  folder.pulled = { file: next.number, offset: 4 };
  Object.assign(relay, { stage: "Running", errors: [], failedAt: null, movedAt: now });
}
