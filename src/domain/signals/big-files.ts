import type { BinlogFile } from "../binlog/upstream-facts.ts";
import { type Known, known, notKnown } from "../observation/known.ts";

/** A header's position is a uint32: past this a position wraps (dm-facts §0.9). */
export const FOUR_GIB_BYTES = 4_294_967_296;
/** From here on a file that is still being written is worth a warning. */
export const EARLY_WARNING_BYTES = 3.5 * 1024 ** 3;

/** A file over 4 GiB that was seen on an upstream; remembered, because the upstream may purge it before anybody looks again. */
export interface BigFileSighting {
  readonly cluster: string;
  readonly source: string;
  /** The server that it was measured on: another one has other files under the same names. null: it did not tell. */
  readonly server: string | null;
  readonly file: string;
  readonly number: number;
  readonly sizeBytes: number;
  readonly firstSeenAt: number;
  /** Tasks that were seen before it or in it, with what they read by; they pass it later. */
  readonly seenBefore: readonly string[];
}

/** The upstream's own figure for one file; `gone`: it is older than the oldest file that is left. */
export type Measured =
  | { readonly kind: "size"; readonly sizeBytes: number; readonly isActive: boolean }
  | { readonly kind: "gone"; readonly oldest: string }
  | { readonly kind: "not-there" };

export function measure(files: Known<readonly BinlogFile[]>, number: number): Known<Measured> {
  if (files.kind === "not-known") return files;
  const file = files.value.find((candidate) => candidate.number === number);
  if (file) return known({ kind: "size", sizeBytes: file.sizeBytes, isActive: file.isActive });
  const [oldest] = files.value;
  if (oldest === undefined) return notKnown("the upstream lists no binlog files");
  return known(number < oldest.number ? { kind: "gone", oldest: oldest.name } : { kind: "not-there" });
}

/** Over 4 GiB, or still growing towards it. */
export const isTooLargeSoon = (file: Pick<BinlogFile, "sizeBytes" | "isActive">): boolean =>
  isOver4gib(file) || (file.isActive && file.sizeBytes >= EARLY_WARNING_BYTES);

export const isOver4gib = ({ sizeBytes }: { readonly sizeBytes: number }): boolean => sizeBytes > FOUR_GIB_BYTES;
