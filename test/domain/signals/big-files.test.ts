import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { known, notKnown } from "../../../src/domain/observation/known.ts";
import {
  EARLY_WARNING_BYTES,
  FOUR_GIB_BYTES,
  isOver4gib,
  isTooLargeSoon,
  measure,
} from "../../../src/domain/signals/big-files.ts";
import { aFile } from "../../support/gates/replay-cases.ts";

const FILES = known([aFile(5, 100), aFile(6, FOUR_GIB_BYTES + 1), aFile(7, 200, true)]);

/** [file that is asked for, what the upstream's list says of it] */
const CASES = [
  [5, { kind: "size", sizeBytes: 100, isActive: false }],
  [6, { kind: "size", sizeBytes: FOUR_GIB_BYTES + 1, isActive: false }],
  [7, { kind: "size", sizeBytes: 200, isActive: true }],
  [4, { kind: "gone", oldest: "mysql-bin.000005" }],
  [8, { kind: "not-there" }],
  [Number.NaN, { kind: "not-there" }],
] as const;

describe("a file's size on the upstream", () => {
  for (const [number, expected] of CASES)
    test(`of file ${number}: ${expected.kind}`, () => {
      assert.deepEqual(measure(FILES, number), known(expected));
    });

  test("is not known where the list could not be read, or holds nothing", () => {
    const away = notKnown("connect ECONNREFUSED");
    assert.deepEqual(measure(away, 5), away);
    assert.equal(measure(known([]), 5).kind, "not-known");
  });
});

describe("over 4 GiB is past what a position can say", () => {
  for (const [bytes, expected] of [
    [FOUR_GIB_BYTES - 1, false],
    [FOUR_GIB_BYTES, false],
    [FOUR_GIB_BYTES + 1, true],
  ] as const)
    test(`${bytes} bytes: ${expected}`, () => {
      assert.equal(isOver4gib({ sizeBytes: bytes }), expected);
    });

  for (const [bytes, isActive, expected] of [
    [EARLY_WARNING_BYTES - 1, true, false],
    [EARLY_WARNING_BYTES, true, true],
    [EARLY_WARNING_BYTES + 1, false, false],
    [FOUR_GIB_BYTES + 1, false, true],
  ] as const)
    test(`${bytes} bytes, ${isActive ? "still growing" : "closed"}: worth a warning ${expected}`, () => {
      assert.equal(isTooLargeSoon(aFile(7, bytes, isActive)), expected);
    });
});
