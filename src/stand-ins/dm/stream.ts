import type { Binlog, BinlogEvent, Transaction } from "../databases/binlog.ts";
import {
  bogusEvent,
  filePurged,
  gtidsPurged,
  positionTooFar,
  relayFileBroken,
  relayFileMissing,
  relayPositionTooBig,
} from "./errors.ts";
import { type Cursor, type DmErrorModel, isV1, type Position, type Source, type SyncMemory, type Version } from "./model.ts";
import { fileName, isHuge, placeText, transactionBehind } from "./places.ts";
import { readsRelay } from "./relay.ts";

/** How a reader gets from a place in the binlog to what comes next: from the upstream, or from the relay's files. */
export type Opened =
  | { readonly kind: "open"; readonly cursor: Cursor }
  | { readonly kind: "wait" }
  | { readonly kind: "refused"; readonly error: DmErrorModel };

const open = (file: number, offset: number, opened: Position): Opened => ({ kind: "open", cursor: { file, offset, opened } });
const refused = (error: DmErrorModel): Opened => ({ kind: "refused", error });

/** Begins a stream at the global point: behind its GTID set where GTIDs are in force, else at its file and position. */
export function openStream(source: Source, { global, streams }: SyncMemory, version: Version): Opened {
  const { binlog } = source.side;
  const local = readsRelay(source) ? localTrouble(source, global, version) : null;
  if (local) return local;
  if (streams === "by-gtid") return openByGtid(binlog, global);
  const file = binlog.file(global.file);
  if (!file) return refused(filePurged());
  if (global.position > file.sizeBytes) return refused(positionTooFar());
  if (isHuge(file.sizeBytes) && global.position > 4 && !isBoundary(binlog, global))
    return refused(bogusEvent(fileName(global), global.position));
  return open(global.file, global.position, global);
}

const isBoundary = ({ transactions }: Binlog, { file, position }: Position): boolean => {
  const first = transactions.find((transaction) => transaction.file === file);
  return (
    !first ||
    position <= first.start ||
    transactions.some(({ file: at, start, end }) => at === file && (start === position || end === position))
  );
};

/** A set that names what is purged by now is refused; an empty one means everything from the very first file. */
function openByGtid(binlog: Binlog, global: Position): Opened {
  const first = binlog.files[0]!;
  if (first.previousGtid > global.gtid) return refused(gtidsPurged(binlog.flavor));
  if (global.gtid === 0) return open(first.number, 4, global);
  const file = binlog.files.findLast(({ previousGtid }) => previousGtid <= global.gtid)!;
  const last = binlog.transactions.findLast(({ gtid, file: at }) => at === file.number && gtid <= global.gtid);
  const history = file.number === global.file && !isHuge(file.sizeBytes) ? global.position : 4;
  return open(file.number, last?.end ?? history, global);
}

/** What stands in the way of reading this place from the relay's files. */
function localTrouble(source: Source, global: Position, version: Version): Opened | null {
  const folder = source.relayFolder;
  if (!folder || global.file > folder.pulled.file) return { kind: "wait" };
  if (global.file < folder.first) return refused(relayFileMissing(`relay-dir/${folder.subDir}`, placeText(global)));
  const size = source.side.binlog.file(global.file)?.sizeBytes ?? 0;
  if (global.file < folder.pulled.file && global.position > size) return refused(relayPositionTooBig(placeText(global)));
  // v1.0 gets through a huge file that lies there whole only from its beginning.
  if (isV1(version) && folder.copied.has(global.file) && global.position > 4) return refused(relayFileBroken(fileName(global)));
  return null;
}

export type Step =
  | { readonly kind: "event"; readonly transaction: Transaction; readonly event: BinlogEvent; readonly to: number }
  | { readonly kind: "commit"; readonly transaction: Transaction; readonly to: number }
  /** The file ends; `to`: its size. */
  | { readonly kind: "rotate"; readonly next: number; readonly to: number }
  /** Nothing more can be read now; `to`: up to where the reader may come meanwhile. */
  | { readonly kind: "end"; readonly to: number; readonly isAll: boolean }
  | { readonly kind: "gone" };

/** What comes next for a reader at this place. */
export function nextStep(source: Source, { file, offset }: Cursor): Step {
  const { binlog } = source.side;
  const end = readsRelay(source) && source.relayFolder ? source.relayFolder.pulled : binlogEnd(binlog);
  const limit = file < end.file ? Number.POSITIVE_INFINITY : file === end.file ? end.offset : 0;
  const transaction = transactionBehind(binlog, file, offset);
  if (transaction?.file === file) {
    const event = transaction.events.find((candidate) => candidate.end > offset);
    const to = event?.end ?? transaction.end;
    if (to > limit) return { kind: "end", to: Math.max(offset, limit), isAll: false };
    return event ? { kind: "event", transaction, event, to } : { kind: "commit", transaction, to };
  }
  const at = binlog.file(file);
  if (!at) return { kind: "gone" };
  const next = binlog.files[binlog.files.indexOf(at) + 1];
  if (next && end.file > file) return { kind: "rotate", next: next.number, to: at.sizeBytes };
  return { kind: "end", to: Math.min(at.sizeBytes, Math.max(offset, limit)), isAll: !next && end.offset >= at.sizeBytes };
}

const binlogEnd = ({ end }: Binlog): { readonly file: number; readonly offset: number } => ({
  file: end.file,
  offset: end.position,
});
