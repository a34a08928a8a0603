import { parseBinlogName, plainName } from "../binlog/binlog-name.ts";
import type { BinlogFile } from "../binlog/upstream-facts.ts";
import type { Known } from "../observation/known.ts";
import type { DmError, RelayObservation, SubtaskObservation } from "../observation/observation.ts";
import { isOver4gib } from "./big-files.ts";

/** Names in DM's own words: `event from 4203966 in …/mysql-bin.000002 diff from`, `position: (mysql-bin|000001.000004, 894)`. */
const NAMED = /([\w.$-]+(?:\|\d{6})?\.\d{6,})\b/g;

/** The binlog file that a failing unit is about, as the upstream calls it: the one its errors name, else the one where it stands. */
export function troubleFile(errors: readonly DmError[], standsIn: string | null): string | null {
  for (const { message, rawCause } of errors) {
    const names = Array.from(`${message} ${rawCause}`.matchAll(NAMED), ([, name]) => plainName(name!.replace(/^.*\//, "")));
    const last = names.filter((name) => parseBinlogName(name) !== null).at(-1);
    if (last) return last;
  }
  return standsIn;
}

export const relayFile = ({ relayPosition }: RelayObservation): string | null => relayPosition?.file ?? null;
export const syncerFile = ({ progress }: SubtaskObservation): string | null =>
  progress?.kind === "sync" ? (progress.syncerPosition?.file ?? null) : null;

/**
 * The file over 4 GiB that a repair is about when nobody named one: the failing one if it is that large, else the newest large one
 * that the syncer has reached or passed.
 */
export function bigFileFor(files: Known<readonly BinlogFile[]>, failing: string | null, syncer: string | null): string | null {
  if (files.kind === "not-known") return failing;
  const big = files.value.filter(isOver4gib);
  const own = big.find(({ number }) => number === parseBinlogName(failing ?? "")?.number);
  if (own) return own.name;
  const reached = parseBinlogName(syncer ?? "")?.number ?? Number.POSITIVE_INFINITY;
  return big.findLast(({ number }) => number <= reached)?.name ?? failing;
}
