import type { Phrase } from "../plan/plan.ts";
import type { CheckpointRewrite } from "../plan/step-action.ts";
import { phrase } from "../wording/phrases.ts";
import { type BinlogName, inFormOf, parseBinlogName } from "./binlog-name.ts";
import { type CheckpointRow, type RowChange, rowKey } from "./checkpoint-row.ts";
import { containsSet, isEmptySet, parseGtidSet } from "./gtid-set.ts";

/** Right after a file's magic header: always a place where reading may begin. */
const FILE_START = 4;

export type Rewritten =
  /** `rows`: all rows as they will be. */
  | { readonly kind: "changes"; readonly changes: readonly RowChange[]; readonly rows: readonly CheckpointRow[] }
  | { readonly kind: "refused"; readonly why: Phrase };

const refused = (why: Phrase): Rewritten => ({ kind: "refused", why });

/** What a repair writes into the rows of one source, or why it must not. Pure: the same rows and the same wish give the same answer. */
export function rewriteRows(rows: readonly CheckpointRow[], rewrite: CheckpointRewrite): Rewritten {
  const global = rows.find((row) => row.isGlobal);
  if (!global) return refused(phrase("rewrite-no-global-row"));
  if (isFresh(global)) return refused(phrase("rewrite-fresh"));
  switch (rewrite.form) {
    case "rewind":
      return rewind(rows, global, rewrite.file, rewrite.previousGtids);
    case "align":
      return hasPassed(global, rewrite.should?.havePassed)
        ? rewindAll(rows, global, rewrite.should!.havePassed, rewrite.should!.previousGtids)
        : align(rows, global);
    case "rewind-all":
      return rewindAll(rows, global, rewrite.file, rewrite.previousGtids);
    default:
      return rewrite satisfies never;
  }
}

/** DM takes a global row at or before ("", 4) without a GTID set for fresh (dm-facts §4). */
const isFresh = ({ file, position, gtid }: CheckpointRow): boolean => file === "" && position <= FILE_START && !gtid;

/** The FAQ's form. Rows in earlier files stay: a checkpoint is never moved forward. */
function rewind(rows: readonly CheckpointRow[], global: CheckpointRow, file: string, previousGtids: string | null): Rewritten {
  const no = whyNotBack(rows, global, file, previousGtids);
  if (no) return refused(no);
  const wanted = parseBinlogName(file)!;
  const { suffix } = parseBinlogName(global.file)!;
  const touched = rows.filter((row) => isAtOrAfter(row, wanted, suffix));
  return changesOf(
    rows,
    touched.map((row) => atFileStart(row, global, file, previousGtids ?? undefined)),
  );
}

/** Why these rows cannot go back to a file's start, or null. */
function whyNotBack(
  rows: readonly CheckpointRow[],
  global: CheckpointRow,
  file: string,
  previousGtids: string | null,
): Phrase | null {
  const wanted = parseBinlogName(file);
  const stands = parseBinlogName(global.file);
  if (!wanted || !stands) return phrase("rewrite-no-file-name", { name: wanted ? global.file : file });
  if (stands.base !== wanted.base) return phrase("rewrite-other-series", { file, global: global.file });
  if (stands.number < wanted.number)
    return phrase("rewrite-not-reached", { file, global: global.file, position: String(global.position) });
  const later = rows.find((row) => isOfLaterUpstream(row, stands));
  if (later) return phrase("rewrite-other-upstream", { row: nameOf(later), file: later.file, global: global.file });
  if (previousGtids === null) return null;
  if (isEmptyText(previousGtids)) return phrase("rewrite-empty-gtids", { file });
  return isAhead(previousGtids, global.gtid) ? phrase("rewrite-gtids-ahead", { file, set: previousGtids }) : null;
}

/** Relay counts its upstreams by the suffix, and each numbers its files from 1: a row of an earlier one is earlier whatever its number. */
function isAtOrAfter({ file }: CheckpointRow, wanted: BinlogName, suffix: string | null): boolean {
  const stands = parseBinlogName(file);
  if (!stands || stands.base !== wanted.base || stands.number < wanted.number) return false;
  return stands.suffix === null || suffix === null || stands.suffix === suffix;
}

function isOfLaterUpstream({ file }: CheckpointRow, { suffix }: BinlogName): boolean {
  const stands = parseBinlogName(file);
  return suffix !== null && typeof stands?.suffix === "string" && stands.suffix > suffix;
}

/** Everything that the global row has done and more: to begin there would leave out what lies between. */
function isAhead(set: string, global: string | null): boolean {
  const [wanted, stands] = [parseGtidSet(set), parseGtidSet(global ?? "")];
  if (!wanted || !stands || isEmptySet(stands)) return false;
  return containsSet(wanted, stands) && !containsSet(stands, wanted);
}

/** The lossless form of the lab: table rows that stand inside a transaction go back to its boundary, the global row stays. */
function align(rows: readonly CheckpointRow[], global: CheckpointRow): Rewritten {
  if (global.gtid === null || isEmptyText(global.gtid)) return refused(phrase("rewrite-no-gtids"));
  const gtid = global.gtid;
  return changesOf(
    rows,
    rows
      .filter((row) => !row.isGlobal)
      .map(({ schema, table }) => ({ schema, table, file: global.file, position: global.position, gtid })),
  );
}

/** Read by position until it let go, its rows past 4 GiB are gone: from its present place they would never come. */
function hasPassed({ file: stands }: CheckpointRow, file: string | undefined): boolean {
  const [now, wanted] = [parseBinlogName(stands), parseBinlogName(file ?? "")];
  return now !== null && wanted !== null && now.base === wanted.base && now.number > wanted.number;
}

/** The second form of the lab: DM is past the file already, and its rows are replayed from the set before it. */
function rewindAll(rows: readonly CheckpointRow[], global: CheckpointRow, file: string, previousGtids: string): Rewritten {
  const no = whyNotBack(rows, global, file, previousGtids);
  if (no) return refused(no);
  return changesOf(
    rows,
    rows.map((row) => atFileStart(row, global, file, previousGtids)),
  );
}

function isEmptyText(gtids: string): boolean {
  const parsed = parseGtidSet(gtids);
  return parsed === null || isEmptySet(parsed);
}

/** Each row in its own form; one of a former upstream, or without a place, in the global row's. */
function atFileStart(row: CheckpointRow, global: CheckpointRow, file: string, gtid: string | undefined): RowChange {
  const own = parseBinlogName(row.file);
  const isCurrent = own?.suffix === null || own?.suffix === parseBinlogName(global.file)?.suffix;
  const name = (isCurrent ? inFormOf(row.file, file) : null) ?? inFormOf(global.file, file) ?? file;
  return { schema: row.schema, table: row.table, file: name, position: FILE_START, gtid };
}

/** Undo: brings the images back, only while the rows are exactly those that the run wrote. */
export function restoreRows(
  now: readonly CheckpointRow[],
  images: readonly CheckpointRow[],
  written: readonly CheckpointRow[],
): Rewritten {
  if (!sameRows(now, written)) return refused(phrase("undo-rows-changed", { rows: differing(now, written).join(", ") }));
  const before = new Map(images.map((row) => [rowKey(row), row]));
  const changes = now.flatMap((row): RowChange[] => {
    const image = before.get(rowKey(row));
    if (!image || isSamePoint(image, row)) return [];
    const { schema, table, file, position, gtid } = image;
    return [{ schema, table, file, position, gtid: gtid ?? undefined }];
  });
  return changesOf(now, changes);
}

/** The same keys at the same places; times and the tables' structure do not count. */
export function sameRows(a: readonly CheckpointRow[], b: readonly CheckpointRow[]): boolean {
  return a.length === b.length && differing(a, b).length === 0;
}

function differing(a: readonly CheckpointRow[], b: readonly CheckpointRow[]): string[] {
  const others = new Map(b.map((row) => [rowKey(row), row]));
  const names = a.flatMap((row) => {
    const other = others.get(rowKey(row));
    others.delete(rowKey(row));
    return other && samePlace(row, other) ? [] : [nameOf(row)];
  });
  return [...names, ...Array.from(others.values(), nameOf)];
}

const nameOf = ({ isGlobal, schema, table }: CheckpointRow): string =>
  isGlobal ? "(global)" : `${schema}.${table || "(schema)"}`;

/** The end of safe mode counts: DM writes it anew when it has read the rows, also where the place stays. */
function samePlace(a: CheckpointRow, b: CheckpointRow): boolean {
  const [one, other] = [a.exitSafe, b.exitSafe];
  return isSamePoint(a, b) && (one === null || other === null ? one === other : isSamePoint(one, other));
}

type Point = Pick<CheckpointRow, "file" | "position" | "gtid">;
const isSamePoint = (a: Point, b: Point): boolean =>
  a.file === b.file && a.position === b.position && (a.gtid ?? "") === (b.gtid ?? "");

function changesOf(rows: readonly CheckpointRow[], changes: readonly RowChange[]): Rewritten {
  const byKey = new Map(changes.map((change) => [rowKey(change), change]));
  const after = rows.map((row): CheckpointRow => {
    const change = byKey.get(rowKey(row));
    if (!change) return row;
    return { ...row, file: change.file, position: change.position, gtid: change.gtid ?? row.gtid };
  });
  return { kind: "changes", changes, rows: after };
}
