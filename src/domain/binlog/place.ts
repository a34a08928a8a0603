import { parseBinlogName } from "./binlog-name.ts";
import type { CheckpointRow } from "./checkpoint-row.ts";

/** A place in an upstream's binlog as DM names it. */
export interface Place {
  /** The relay's sub-directory; null: the plain form. */
  readonly suffix: string | null;
  readonly number: number;
  /** uint32; wraps in a file over 4 GiB. */
  readonly position: number;
}

/** null: the name is none of a binlog file. */
export function placeIn(file: string, position: number): Place | null {
  const name = parseBinlogName(file);
  return name ? { suffix: name.suffix, number: name.number, position } : null;
}

/** Below 0: `a` comes first. Sub-directories count first, and only where both names have one (dm-facts §4, ComparePosition). */
export function comparePlaces(a: Place, b: Place): number {
  if (a.suffix !== null && b.suffix !== null && a.suffix !== b.suffix) return a.suffix < b.suffix ? -1 : 1;
  return a.number - b.number || a.position - b.position;
}

/**
 * How far DM has come with these rows: its table rows run ahead of the global one, and up to `exit_safe` it may have written what no
 * row tells. Whatever lies before is downstream already and must be replayed in safe mode. null: no row names a place.
 */
export function furthestOf(rows: readonly CheckpointRow[]): Place | null {
  const places = rows.flatMap(({ file, position, exitSafe }) => [
    placeIn(file, position) ?? [],
    exitSafe ? (placeIn(exitSafe.file, exitSafe.position) ?? []) : [],
  ]);
  return places.flat().toSorted(comparePlaces).at(-1) ?? null;
}

/** `isBig`: files in which positions wrap, so that only a later file is past one of them. */
export function isPast(here: Place, place: Place, isBig: (number: number) => boolean): boolean {
  if (here.number === place.number && isBig(place.number)) return false;
  return comparePlaces(here, place) >= 0;
}
