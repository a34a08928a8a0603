import { afterSettling, notComparable, type Settled } from "../../domain/comparison/advance-comparison.ts";
import { sameChecksum } from "../../domain/comparison/checksum.ts";
import {
  type ComparisonLimits,
  type Difference,
  type Suspect,
  type TableComparison,
  TRIES,
} from "../../domain/comparison/comparison.ts";
import { type Candidate, confirm, judgeKeys } from "../../domain/comparison/judge-keys.ts";
import { compareKeys, keyId } from "../../domain/comparison/key.ts";
import { keysAtOnce } from "../../domain/comparison/row-statements.ts";
import type { Refused } from "./ask.ts";
import {
  bothChecksums,
  downstreamChecksum,
  downstreamEnd,
  downstreamKeys,
  downstreamRows,
  positionsNow,
  type SideKeys,
  untilPassed,
  upstreamChecksum,
  upstreamEnd,
  upstreamKeys,
  upstreamRows,
} from "./both-sides.ts";
import type { ComparisonParts } from "./comparison-parts.ts";
import type { Pace } from "./pace.ts";
import { reasonOf } from "./walk-chunk.ts";

/** Keys of a range that are held at once; a larger range is split. */
const DRILL_ROWS = 5_000;
/** Suspects that one wait for the syncer serves, and the rows of them that are held meanwhile. */
const AT_ONCE = 16;
const HELD_ROWS = 20_000;

/** A range that still differs after the syncer passed its position, with its keys as the upstream has them. */
interface Open {
  readonly suspect: Suspect;
  readonly first: SideKeys;
}

/**
 * Looks again at the oldest suspects of a table: waits until the syncers are past their positions, compares the checksums again,
 * splits what is large, and takes the rest down to rows whose values are read on both sides.
 */
export async function settle(
  parts: ComparisonParts,
  pace: Pace,
  table: TableComparison,
  limits: ComparisonLimits,
): Promise<TableComparison> {
  const batch = table.suspects.slice(0, AT_ONCE);
  await untilPassed(
    parts,
    pace,
    batch.flatMap(({ positions }) => positions),
  );
  const settled =
    table.plan!.key === null ? await settleWhole(parts, pace, table, batch[0]!) : await settleRanges(parts, pace, table, batch);
  return "why" in settled ? notComparable(table, reasonOf(settled), settled.detail) : afterSettling(table, settled, limits);
}

async function settleRanges(
  parts: ComparisonParts,
  pace: Pace,
  table: TableComparison,
  batch: readonly Suspect[],
): Promise<Settled | Refused> {
  const looked: Suspect[] = [];
  const again: Suspect[] = [];
  const open: Open[] = [];
  let held = 0;
  for (const suspect of batch) {
    if (held > HELD_ROWS) break;
    const look = await lookAgain(parts, pace, table, suspect);
    if (look.kind === "failed") return look;
    looked.push(suspect);
    if (look.kind === "split") again.push(...look.into);
    if (look.kind === "open") {
      open.push({ suspect, first: look.first });
      held += look.first.rows.length;
    }
  }
  const nothing: Settled = { looked, again, differences: [], unsettled: 0, wholeDiffers: null };
  return open.length === 0 ? nothing : drill(parts, pace, table, open, nothing);
}

type Look =
  | { readonly kind: "same" }
  | { readonly kind: "split"; readonly into: readonly Suspect[] }
  | { readonly kind: "open"; readonly first: SideKeys }
  | Refused;

async function lookAgain(parts: ComparisonParts, pace: Pace, table: TableComparison, suspect: Suspect): Promise<Look> {
  const { range } = suspect;
  const sums = await bothChecksums(parts, table, range, DRILL_ROWS);
  if (sums.kind === "failed") return sums;
  const { upstream, downstream } = sums.value;
  await pace.took(Math.max(upstream.rows, downstream.rows));
  if (sameChecksum(upstream, downstream)) return { kind: "same" };
  if (Math.max(upstream.rows, downstream.rows) > DRILL_ROWS) {
    const end = await splitAt(parts, table, suspect, upstream.rows >= downstream.rows);
    if (end.kind === "failed") return end;
    if (end.value !== null)
      return {
        kind: "split",
        into: [
          { ...suspect, range: { after: range.after, upTo: end.value } },
          { ...suspect, range: { after: end.value, upTo: range.upTo } },
        ],
      };
  }
  const first = await upstreamKeys(parts, table, range, DRILL_ROWS * 2);
  if (first.kind === "failed") return first;
  await pace.took(first.value.rows.length);
  return { kind: "open", first: first.value };
}

/** Split by the side that has more rows: the other may have none. */
function splitAt(parts: ComparisonParts, table: TableComparison, { range }: Suspect, byUpstream: boolean) {
  return (byUpstream ? upstreamEnd : downstreamEnd)(parts, table, range, DRILL_ROWS);
}

async function drill(
  parts: ComparisonParts,
  pace: Pace,
  table: TableComparison,
  open: readonly Open[],
  so: Settled,
): Promise<Settled | Refused> {
  await untilPassed(parts, pace, await positionsNow(parts, table));
  const again = [...so.again];
  const differences: Difference[] = [];
  let unsettled = 0;
  for (const { suspect, first } of open) {
    const below = await downstreamKeys(parts, table, suspect.range, DRILL_ROWS * 2);
    if (below.kind === "failed") return below;
    const second = await upstreamKeys(parts, table, suspect.range, DRILL_ROWS * 2);
    if (second.kind === "failed") return second;
    await pace.took(Math.max(below.value.rows.length, second.value.rows.length));
    const isWhole = first.isAll && below.value.isAll && second.value.isAll;
    const judged = isWhole ? judgeKeys(first.rows, below.value.rows, second.value.rows) : { candidates: [], moving: 1 };
    const confirmed = await confirmAll(parts, pace, table, judged.candidates);
    if ("why" in confirmed) return confirmed;
    const moving = judged.moving + confirmed.moving;
    // Nothing of a range is counted before all of it stood still, so that nothing is counted twice.
    if (moving > 0 && suspect.tries + 1 < TRIES)
      again.push({ range: suspect.range, positions: await positionsNow(parts, table), tries: suspect.tries + 1 });
    else {
      differences.push(...confirmed.differences.toSorted((a, b) => compareKeys(table.plan!.key!, a.key, b.key)));
      unsettled += moving;
    }
  }
  return { ...so, again, differences, unsettled };
}

async function confirmAll(
  parts: ComparisonParts,
  pace: Pace,
  table: TableComparison,
  candidates: readonly Candidate[],
): Promise<{ readonly differences: readonly Difference[]; readonly moving: number } | Refused> {
  const differences: Difference[] = [];
  let moving = 0;
  const atOnce = keysAtOnce(table.plan!);
  for (let from = 0; from < candidates.length; from += atOnce) {
    const some = candidates.slice(from, from + atOnce);
    const keys = some.map(({ key }) => key);
    const downstream = await downstreamRows(parts, table, keys);
    if (downstream.kind === "failed") return downstream;
    const upstream = await upstreamRows(parts, table, keys);
    if (upstream.kind === "failed") return upstream;
    const [above, below] = [upstream.value, downstream.value].map((rows) => Map.groupBy(rows, ({ key }) => keyId(key)));
    for (const candidate of some) {
      const id = keyId(candidate.key);
      const said = confirm(table.plan!, candidate, above!.get(id) ?? [], below!.get(id) ?? []);
      if (said.kind === "difference") differences.push(said.difference);
      if (said.kind === "moving") moving++;
    }
    await pace.took(Math.max(upstream.value.length, downstream.value.length));
  }
  return { differences, moving };
}

/** A table without key, as a whole: it differs when the upstream stood still around the downstream's answer. */
async function settleWhole(
  parts: ComparisonParts,
  pace: Pace,
  table: TableComparison,
  suspect: Suspect,
): Promise<Settled | Refused> {
  const first = await upstreamChecksum(parts, table, suspect.range, null);
  if (first.kind === "failed") return first;
  const positions = await positionsNow(parts, table);
  await untilPassed(parts, pace, positions);
  const below = await downstreamChecksum(parts, table, suspect.range, null);
  if (below.kind === "failed") return below;
  const second = await upstreamChecksum(parts, table, suspect.range, null);
  if (second.kind === "failed") return second;
  await pace.took(first.value.rows + second.value.rows);
  const nothing: Settled = { looked: [suspect], again: [], differences: [], unsettled: 0, wholeDiffers: null };
  if (sameChecksum(below.value, first.value) || sameChecksum(below.value, second.value)) return nothing;
  if (sameChecksum(first.value, second.value))
    return { ...nothing, wholeDiffers: { rowsUpstream: first.value.rows, rowsDownstream: below.value.rows } };
  return suspect.tries + 1 < TRIES
    ? { ...nothing, again: [{ ...suspect, positions: await positionsNow(parts, table), tries: suspect.tries + 1 }] }
    : { ...nothing, unsettled: 1 };
}
