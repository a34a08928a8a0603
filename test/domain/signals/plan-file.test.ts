import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { BinlogFile } from "../../../src/domain/binlog/upstream-facts.ts";
import { known, notKnown } from "../../../src/domain/observation/known.ts";
import { EARLY_WARNING_BYTES, FOUR_GIB_BYTES } from "../../../src/domain/signals/big-files.ts";
import { mayHaveLost, type PlanFileQuestion, planFile } from "../../../src/domain/signals/plan-file.ts";

const name = (number: number): string => `mysql-bin.${String(number).padStart(6, "0")}`;
/** Files 1 to `last`, these of them over 4 GiB; the last one is being written. */
const files = (last: number, big: readonly number[], activeBytes = 1000) =>
  known(
    Array.from({ length: last }, (_, index): BinlogFile => {
      const number = index + 1;
      const sizeBytes = big.includes(number) ? FOUR_GIB_BYTES + 1 : number === last ? activeBytes : 1000;
      return { name: name(number), number, sizeBytes, isActive: number === last };
    }),
  );
const suspicion = (number: number, isClosed = false) => ({
  ...{ file: name(number), sizeBytes: FOUR_GIB_BYTES + 1 },
  closed: isClosed ? ({ kind: "equal", at: 1, comparison: "C-1" } as const) : null,
});
const asked = (parts: Partial<PlanFileQuestion>): PlanFileQuestion => ({
  ...{ first: "earliest", files: files(9, []), failing: null, syncer: name(9), suspicions: [], readsByGtid: false, ...parts },
});

/** [what is known, the file of the plan that brings everything back, of the one that mends what fails, files that may have lost rows] */
const CASES: readonly (readonly [string, Partial<PlanFileQuestion>, number | null, number | null, readonly number[]])[] = [
  ["one file, passed", { files: files(9, [4]) }, 4, 4, [4]],
  ["one file, failing", { files: files(9, [4]), failing: name(4), syncer: name(4) }, 4, 4, [4]],
  ["several, passed", { files: files(9, [2, 4, 6]) }, 2, 2, [2, 4, 6]],
  ["several, the last one failing", { files: files(9, [2, 6]), failing: name(6), syncer: name(6) }, 2, 6, [2, 6]],
  ["the first was compared and is equal", { files: files(9, [2, 4]), suspicions: [suspicion(2, true)] }, 4, 4, [4]],
  ["all were compared", { files: files(9, [2, 4]), suspicions: [suspicion(2, true), suspicion(4, true)] }, 4, 4, []],
  ["one is purged by now", { files: files(9, [4]), suspicions: [suspicion(0)] }, 4, 4, [0, 4]],
  ["one lies ahead of what may be lost", { files: files(9, [2, 8]), syncer: name(5) }, 2, 2, [2]],
  ["only one ahead", { files: files(9, [8]), failing: name(5), syncer: name(5) }, 8, 8, []],
  ["one that still grows, and DM is in it", { files: files(9, [], EARLY_WARNING_BYTES), failing: name(9) }, 9, 9, []],
  [
    "read by GTID, nothing is lost there",
    { files: files(9, [2, 6]), readsByGtid: true, failing: name(6), syncer: name(6) },
    6,
    6,
    [],
  ],
  ["nothing measured", { files: notKnown("-"), failing: "mysql-bin|000001.000004", suspicions: [suspicion(4)] }, 4, 4, [4]],
];

describe("the file that a plan is about", () => {
  for (const [what, question, earliest, failing, doubtful] of CASES)
    test(what, () => {
      assert.equal(planFile(asked(question)), earliest === null ? null : name(earliest));
      assert.equal(planFile(asked({ ...question, first: "failing" })), failing === null ? null : name(failing));
      assert.deepEqual(mayHaveLost(asked(question)), doubtful.map(name));
    });

  test("a relay's file is the one that it fails in, else the last large one", () => {
    assert.equal(planFile(asked({ first: "newest", files: files(9, [2, 4, 6]), failing: name(4) })), name(4));
    assert.equal(planFile(asked({ first: "newest", files: files(9, [2, 4, 6]), failing: name(9) })), name(6));
  });

  test("a suspicion that a comparison raised by itself names no file to go back to", () => {
    assert.deepEqual(mayHaveLost(asked({ suspicions: [{ file: "C-1", closed: null, sizeBytes: 0 }] })), []);
  });
});
