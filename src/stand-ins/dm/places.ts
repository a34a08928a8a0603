import { type Binlog, binlogName } from "../databases/binlog.ts";
import type { Position, Source } from "./model.ts";

/** Places in a binlog: how they are written, and which of two comes first. */
const FOUR_GIB = 2 ** 32;
export const isHuge = (sizeBytes: number): boolean => sizeBytes > FOUR_GIB;
/** A position as an event's header holds it: 32 bits, so it begins anew past 4 GiB. */
export const wrapped = (offset: number): number => offset % FOUR_GIB;

export const masterAt = ({ side }: Source): Position => side.binlog.end;
export const fileName = ({ file }: { readonly file: number }, relaySuffix: string | null = null): string =>
  relaySuffix === null ? binlogName(file) : binlogName(file).replace(".", `|${relaySuffix}.`);
export const placeText = (position: Position, relaySuffix: string | null = null): string =>
  `(${fileName(position, relaySuffix)}, ${position.position})`;
export const gtidText = ({ side }: Source, { gtid }: Position): string => side.binlog.gtidText(gtid);

/** The last number of a set: `0-101-58`, `uuid:1-58`; 0 for none. */
export const gtidNumber = (text: string): number => Number(/(\d+)\s*$/.exec(text)?.[1] ?? 0);
export const fileNumber = (name: string): number => Number(/\.(\d+)$/.exec(name)?.[1] ?? 1);

export const isBefore = (a: Position, b: Position, by: "by-gtid" | "by-position" = "by-position"): boolean =>
  by === "by-gtid" && a.gtid > 0 && b.gtid > 0
    ? a.gtid < b.gtid
    : a.file < b.file || (a.file === b.file && a.position < b.position);
export const later = (a: Position, b: Position, by: "by-gtid" | "by-position"): Position => (isBefore(a, b, by) ? b : a);

/** The first transaction that ends behind this place; undefined: there is none yet. */
export function transactionBehind({ transactions }: Binlog, file: number, offset: number) {
  let [low, high] = [0, transactions.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const { file: at, end } = transactions[middle]!;
    if (at > file || (at === file && end > offset)) high = middle;
    else low = middle + 1;
  }
  return transactions[low];
}
