import type { BinlogPosition } from "../observation/observation.ts";

/** Where a relay stood at one moment, milliseconds. */
export interface RelaySample {
  readonly at: number;
  /** Another one is another upstream's, whose files are numbered from 1 again. */
  readonly subDirectory: string;
  readonly position: BinlogPosition;
}

/** How many samples are kept, and for how long: two rounds of the lab's looping relay fit well into it. */
export const SAMPLES_KEPT = 40;
export const KEPT_FOR_MS = 15 * 60_000;

export interface RelayFall {
  readonly at: number;
  readonly from: BinlogPosition;
  readonly to: BinlogPosition;
}

/**
 * Steps back that a relay made although every sample said Running (over-4gib-lab). It turns on its file for ever, so there are soon
 * two; a single one has harmless reasons: a position that wraps at 4 GiB, a relay that a person has let begin anew.
 */
export function relayFalls(samples: readonly RelaySample[]): readonly RelayFall[] {
  const falls: RelayFall[] = [];
  for (const [index, sample] of samples.entries()) {
    const before = samples[index - 1];
    if (!before || before.subDirectory !== sample.subDirectory) continue;
    const { position: from } = before;
    const { position: to, at } = sample;
    const isBack = to.fileNumber < from.fileNumber || (to.fileNumber === from.fileNumber && to.position < from.position);
    if (isBack) falls.push({ at, from, to });
  }
  return falls.length > 1 ? falls : [];
}

/** The trail with one more sample, bounded in number and time. */
export function withSample(trail: readonly RelaySample[], sample: RelaySample): readonly RelaySample[] {
  return [...trail, sample].filter(({ at }) => sample.at - at <= KEPT_FOR_MS).slice(-SAMPLES_KEPT);
}
