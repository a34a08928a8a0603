import { parseBinlogName } from "../binlog/binlog-name.ts";
import type { BinlogFile } from "../binlog/upstream-facts.ts";
import type { Phrase } from "../plan/plan.ts";
import { isBinlogName } from "./host-word.ts";
import { type RelayMeta, readRelayMeta, rewriteRelayMeta } from "./relay-meta.ts";
import { type RelayPhraseKey, type RelayValues, relayPhrase } from "./relay-phrases.ts";

/** Right after a binlog file's magic bytes: always a legal place to read from (dm-facts §4). */
const FILE_START = 4;
/** The relay must be able to go on after the copy, so the disk is not filled to its last byte. */
const KEEP_FREE_BYTES = 1024 ** 3;

export type Refused = { readonly kind: "refused"; readonly reason: Phrase };

export type ChosenFile =
  /** `file` as the upstream lists it, and the one that the relay goes on with. */
  { readonly kind: "chosen"; readonly file: BinlogFile; readonly next: string } | Refused;

export type MetaDecision =
  | { readonly kind: "rewrite"; readonly text: string; readonly before: RelayMeta; readonly after: RelayMeta }
  | { readonly kind: "already"; readonly meta: RelayMeta }
  | Refused;

/** How the relay reads: with GTIDs in force, the set at the next file's start, which is what was executed up to there (dm-facts §5). */
export type RelayReads = { readonly kind: "by-position" } | { readonly kind: "by-gtid"; readonly setAtNextStart: string | null };

/**
 * Which file is copied and which one comes after it. Whether it is over 4 GiB, and so this disease at all, is the plan's gate, not
 * asked here.
 */
export function chooseFile(failing: string, files: readonly BinlogFile[]): ChosenFile {
  const at = files.findIndex(({ name }) => name === failing);
  const file = files[at];
  const next = files[at + 1];
  if (!isBinlogName(failing)) return refused("relay-name-odd", { name: failing });
  if (!file) return refused("relay-upstream-file-gone", { file: failing });
  if (file.isActive || !next) return refused("relay-upstream-file-open", { file: failing });
  if (!isBinlogName(next.name) || !isSameSeries(next.name, failing) || next.number !== file.number + 1)
    return refused("relay-next-file-odd", { file: failing, next: next.name });
  return { kind: "chosen", file, next: next.name };
}

/**
 * What becomes of relay.meta: it must name the next file, or DM truncates the copied one at its start (dm-facts §5, measured). A meta
 * that names anything else than the failing file is refused: then the relay is not where the plan says.
 */
export function moveToNextFile(
  text: string,
  { file, next }: { readonly file: BinlogFile; readonly next: string },
  reads: RelayReads,
): MetaDecision {
  const read = readRelayMeta(text);
  if (read.kind === "unreadable") return refused("relay-meta-unreadable", { why: read.why });
  const { meta } = read;
  // MySQL prints a set over several lines.
  const gtid = reads.kind === "by-gtid" ? (reads.setAtNextStart?.replace(/\s+/g, "") ?? null) : undefined;
  if (gtid === null || gtid === "") return refused("relay-gtid-missing", { next });
  if (meta.file === next && meta.position === FILE_START && (gtid === undefined || meta.gtid === gtid))
    return { kind: "already", meta };
  const values = { file: meta.file, position: meta.position, failing: file.name };
  if (meta.file !== file.name) return refused(isLater(meta.file, file) ? "relay-meta-later" : "relay-meta-other", values);
  if (meta.position > file.sizeBytes) return refused("relay-meta-beyond", { ...values, size: file.sizeBytes });
  const rewritten = rewriteRelayMeta(text, { file: next, position: FILE_START, gtid });
  if (rewritten.kind === "unreadable") return refused("relay-meta-unreadable", { why: rewritten.why });
  return {
    kind: "rewrite",
    text: rewritten.text,
    before: meta,
    after: { file: next, position: FILE_START, gtid: gtid ?? meta.gtid },
  };
}

/** The old file stays as it is until the end, so the copy needs room of its own. null: there is enough. */
export function judgeSpace(file: string, sizeBytes: number, freeBytes: number): Refused | null {
  const needed = sizeBytes + KEEP_FREE_BYTES;
  return freeBytes >= needed ? null : refused("relay-space", { free: freeBytes, needed, file });
}

const isLater = (name: string, than: BinlogFile): boolean =>
  isSameSeries(name, than.name) && (parseBinlogName(name)?.number ?? 0) > than.number;

/** The same base name: one server's files before and after a `RESET MASTER` with another name are no series. */
const isSameSeries = (one: string, other: string): boolean => parseBinlogName(one)?.base === parseBinlogName(other)?.base;

const refused = <Key extends RelayPhraseKey>(key: Key, values: RelayValues<Key>): Refused => ({
  kind: "refused",
  reason: relayPhrase(key, values),
});
