import type { BinlogPosition } from "../observation/observation.ts";

/** Where a relay stood at one moment, milliseconds. */
export interface RelaySample {
  readonly at: number;
  readonly position: BinlogPosition;
}

/** How many samples are kept, and for how long: two rounds of the lab's looping relay fit well into it. */
export const SAMPLES_KEPT = 40;
export const KEPT_FOR_MS = 15 * 60_000;
/** A uint32 position that grows past 4 GiB begins at 0 again once: from the upper half of the range to the lower. */
const HALF = 2 ** 31;

export interface RelayFall {
  readonly at: number;
  readonly from: BinlogPosition;
  readonly to: BinlogPosition;
}

/**
 * Steps back that a relay made although every sample said Running (over-4gib-lab). One step within a file that a wrap at 4 GiB would
 * explain counts only when there are two.
 */
export function relayFalls(samples: readonly RelaySample[]): readonly RelayFall[] {
  const falls: RelayFall[] = [];
  const wraps: RelayFall[] = [];
  for (const [index, sample] of samples.entries()) {
    const before = samples[index - 1];
    if (!before) continue;
    const { position: from } = before;
    const { position: to, at } = sample;
    const isBack = to.fileNumber < from.fileNumber || (to.fileNumber === from.fileNumber && to.position < from.position);
    if (!isBack) continue;
    const mayBeWrap = to.fileNumber === from.fileNumber && from.position >= HALF && to.position < HALF;
    (mayBeWrap ? wraps : falls).push({ at, from, to });
  }
  return falls.length > 0 || wraps.length > 1 ? [...falls, ...wraps].toSorted((a, b) => a.at - b.at) : [];
}

/** The trail with one more sample, bounded in number and time. */
export function withSample(trail: readonly RelaySample[], sample: RelaySample): readonly RelaySample[] {
  return [...trail, sample].filter(({ at }) => sample.at - at <= KEPT_FOR_MS).slice(-SAMPLES_KEPT);
}
