import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { BinlogFile } from "../../../src/domain/binlog/upstream-facts.ts";
import { known } from "../../../src/domain/observation/known.ts";
import { type PassingInput, watchBigFiles } from "../../../src/domain/signals/big-file-passing.ts";
import { FOUR_GIB_BYTES } from "../../../src/domain/signals/big-files.ts";
import { suspicionName } from "../../../src/domain/signals/rows-suspicion.ts";
import { aRelay, aSource, at, wellSubtask } from "../../support/observations.ts";

const file = (number: number, sizeBytes = 1000): BinlogFile => ({
  ...{ name: `mysql-bin.${String(number).padStart(6, "0")}`, number, sizeBytes, isActive: false },
});
const huge = (number: number): BinlogFile => file(number, FOUR_GIB_BYTES + 1);

/** A task that stands at the start of this file. */
const standing = (fileNumber: number, relaySuffix: string | null = null) => {
  const subtask = wellSubtask();
  const progress = subtask.progress!;
  assert.ok(progress.kind === "sync");
  return { ...subtask, progress: { ...progress, syncerPosition: { ...at(4, fileNumber), relaySuffix } } };
};
const passing = (parts: Partial<PassingInput> & { readonly stands: number }) =>
  watchBigFiles({
    ...{ cluster: "shop", source: aSource([standing(parts.stands)]), server: known("0-101"), files: [] },
    ...{ readsByGtid: false, sightings: [], suspicions: [], at: 1, ...parts },
  });

describe("a file over 4 GiB and a task that reads by position", () => {
  test("is remembered with the server that listed it, and suspected when it was passed", () => {
    const before = passing({ stands: 2, files: [file(1), huge(2), file(3)] });
    assert.deepEqual(
      before.sightings.map(({ server, seenBefore }) => [server, seenBefore]),
      [["0-101", ["orders"]]],
    );

    const after = passing({ stands: 3, files: [file(3)], sightings: before.sightings });

    assert.deepEqual(
      after.suspicions.map(({ file, server, wasSeenPassing }) => [file, server, wasSeenPassing]),
      [["mysql-bin.000002", "0-101", true]],
    );
  });

  test("of a server that the source had before is not held against the numbers of the present one", () => {
    const { sightings } = passing({ stands: 2, files: [file(1), huge(2), file(3)] });

    const after = passing({ stands: 3, server: known("0-102"), files: [file(1), file(2), file(3)], sightings });

    assert.deepEqual([after.sightings, after.suspicions], [[], []]);
  });

  test("is another one where another server has the same name: rows that were compared there say nothing here", () => {
    const first = passing({ stands: 3, files: [huge(2), file(3)] }).suspicions[0]!;
    const closed = { ...first, closed: { kind: "equal", at: 2, comparison: "C-1" } as const };

    const { suspicions } = passing({ stands: 3, server: known("0-102"), files: [huge(2), file(3)], suspicions: [closed] });

    assert.deepEqual(
      suspicions.map(({ file, server }) => [file, server]),
      [["mysql-bin.000002", "0-102"]],
    );
    assert.notEqual(suspicionName(suspicions[0]!), suspicionName(first));
    assert.deepEqual(passing({ stands: 3, files: [huge(2), file(3)], suspicions: [closed] }).suspicions, []);
  });

  test("is not passed by a task that still reads a former upstream's relay files, whatever their number", () => {
    const source = aSource([standing(900, "000001")], { relay: aRelay({ subDirectory: "0-102.000002" }) });

    const { sightings, suspicions } = passing({ stands: 900, source, server: known("0-102"), files: [huge(2), file(3)] });

    assert.deepEqual([sightings[0]?.seenBefore, suspicions], [[], []]);
  });
});
