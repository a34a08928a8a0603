import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { CheckpointRow } from "../../../src/domain/binlog/checkpoint-row.ts";
import { known, notKnown } from "../../../src/domain/observation/known.ts";
import { isAhead, type ReplayFacts, replayGates, upstreamGate } from "../../../src/domain/playbooks/replay-gates.ts";
import { EARLY_WARNING_BYTES, FOUR_GIB_BYTES } from "../../../src/domain/signals/big-files.ts";

const row = (file: string, gtid = "0-101-17"): CheckpointRow => ({
  ...{ id: "s1", schema: "", table: "", file, position: 894, gtid, exitSafe: null },
  ...{ isGlobal: true, tableInfo: null, createdAt: "", updatedAt: "" },
});
const active = (sizeBytes: number) => known([{ name: "mysql-bin.000003", number: 3, sizeBytes, isActive: true }]);
const facts = (parts: Partial<ReplayFacts>): ReplayFacts => ({
  ...{ task: "orders", source: "s1", generation: "v2+", version: "v8.1.0", unit: "Sync", file: "mysql-bin.000003" },
  ...{ named: "mysql-bin.000003", signs: { subDirectory: "", server: known("0-101") }, files: active(FOUR_GIB_BYTES + 1) },
  ...{ rows: known([row("mysql-bin.000003")]), rewrite: { form: "align" }, readsByGtid: true, hasRelay: false },
  gtid: known({ flavor: "mariadb", version: "10.11", isOn: true, executed: "0-101-20", purged: null }),
  ...{ setBeforeGlobalFile: known("0-101-10"), setBeforeOldestFile: null, ddlLock: "", unresolvedGroups: 0, conflict: "" },
  ...{
    unfinishedDdl: known({ onlineDdls: 0, shardGroups: 0 }),
    isSharded: false,
    tablesWithoutKey: known([]),
    targetsWithoutKey: known([]),
  },
  ...{ changedTables: known([]), foreignKeys: known([]), otherTasks: [], mayWriteMeta: true, hasReadFile: true, ...parts },
});
const answers = (parts: Partial<ReplayFacts>): string[] =>
  replayGates(facts(parts))
    .filter(({ gate }) => ["file", "file-closed", "reached"].includes(gate))
    .map(({ answer, phrase }) => `${phrase.key} ${answer}`);

describe("a switch to GTIDs in time", () => {
  test("is possible in a file that still grows towards 4 GiB: it need not be closed, nothing of it is lost yet", () => {
    const growing = { files: active(EARLY_WARNING_BYTES) };

    assert.deepEqual(answers(growing), ["gate-file-growing holds", "gate-in-growing-file holds"]);
    assert.ok(isAhead(facts(growing)));
  });

  test("is none of a file that is small, nor of one that is over 4 GiB already", () => {
    assert.deepEqual(answers({ files: active(1000) })[0], "gate-file-small fails");
    assert.deepEqual(answers({})[1], "gate-file-active fails");
    assert.ok(!isAhead(facts({})));
  });

  test("is none of a replay that goes back into the file", () => {
    const back = { rewrite: { form: "rewind", file: "mysql-bin.000003", previousGtids: null } } as const;
    assert.deepEqual(answers({ ...back, files: active(EARLY_WARNING_BYTES) })[0], "gate-file-small fails");
  });
});

/** [what the name, the relay, the row and the upstream say, the answer] */
const UPSTREAMS: readonly (readonly [string, Partial<ReplayFacts>, string])[] = [
  ["the upstream has executed what the row has", {}, "gate-upstream-same holds"],
  ["it has not", { rows: known([row("mysql-bin.000003", "0-101-21")]) }, "gate-upstream-lacks-gtids fails"],
  [
    "the row is of a former sub-directory",
    { rows: known([row("mysql-bin|000001.000003")]), signs: second() },
    "gate-upstream-other fails",
  ],
  ["the asked name is", { named: "mysql-bin|000001.000003", signs: second() }, "gate-upstream-other fails"],
  ["the relay pulls from another server", { signs: { ...second(), server: known("0-101") } }, "gate-upstream-other fails"],
  [
    "v1.0 has no GTIDs, but its relay names the server",
    { rows: known([row("mysql-bin|000002.000003", "")]), signs: second() },
    "gate-upstream-same holds",
  ],
  ["nothing tells", { rows: known([row("mysql-bin.000003", "")]) }, "gate-upstream-not-told not-known"],
  ["the rows could not be read", { rows: notKnown("-") }, "gate-upstream-not-told not-known"],
];
function second(): ReplayFacts["signs"] {
  return { subDirectory: "0-102.000002", server: known("0-102") };
}

describe("whether the files are those that DM read, where", () => {
  for (const [what, parts, expected] of UPSTREAMS)
    test(what, () => {
      const { answer, phrase } = upstreamGate(facts(parts));
      assert.equal(`${phrase.key} ${answer}`, expected);
    });
});
