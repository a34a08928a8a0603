import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  KEPT_FOR_MS,
  type RelaySample,
  relayFalls,
  SAMPLES_KEPT,
  withSample,
} from "../../../src/domain/signals/relay-going-back.ts";
import { at } from "../../support/observations.ts";

type Place = readonly [position: number, file?: number, subDirectory?: string];
const trail = (...places: readonly Place[]): RelaySample[] =>
  places.map(([position, file = 3, subDirectory = "0-101.000001"], index) => ({
    ...{ at: index * 12_000, position: at(position, file), subDirectory },
  }));

/** [what the samples show, the samples, steps back that count] */
const CASES: readonly (readonly [string, readonly RelaySample[], number])[] = [
  [
    "the lab's seven samples of a relay that turns on its file",
    trail([216_889], [983_044_768], [2_449_106_340], [4_216_180_867], [1_990_087_062], [3_304], [3_718_159_951]),
    2,
  ],
  ["two rounds that were sampled near their ends", trail([4_000_000_000], [4], [4_000_000_000], [4]), 2],
  ["a relay that moves", trail([100], [200], [4, 4], [300, 4]), 0],
  ["a relay that stands still", trail([100], [100], [100]), 0],
  ["one wrap past 4 GiB", trail([4_294_000_000], [1_000], [2_000]), 0],
  ["one that a person has let begin anew, some files back", trail([900, 9], [4, 7], [500, 7], [4, 8]), 0],
  ["a new upstream, whose files begin at 1", trail([900, 9], [4, 1, "0-202.000002"], [4, 2, "0-202.000002"]), 0],
  ["two upstreams one after the other", trail([900, 9], [4, 1, "0-202.000002"], [4, 1, "0-303.000003"]), 0],
  ["no sample", [], 0],
];

describe("a relay that goes back", () => {
  for (const [name, samples, expected] of CASES)
    test(`${name}: ${expected}`, () => {
      assert.equal(relayFalls(samples).length, expected);
    });

  test("each step tells from where to where", () => {
    const [first, second] = relayFalls(trail([900], [4], [800], [5]));
    assert.deepEqual([first?.from.position, first?.to.position, second?.from.position, second?.to.position], [900, 4, 800, 5]);
  });

  test("the trail is bounded in number and in time", () => {
    let kept: readonly RelaySample[] = [];
    for (let index = 0; index < 3 * SAMPLES_KEPT; index++) kept = withSample(kept, { ...trail([index])[0]!, at: index });
    assert.equal(kept.length, SAMPLES_KEPT);

    const later = withSample(kept, { ...trail([1])[0]!, at: 3 * SAMPLES_KEPT + KEPT_FOR_MS + 1 });
    assert.equal(later.length, 1);
  });
});
