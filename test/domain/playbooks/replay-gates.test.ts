import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { known } from "../../../src/domain/observation/known.ts";
import { isAhead, replayGates } from "../../../src/domain/playbooks/replay-gates.ts";
import { answersOf, tellGates } from "../../support/gates/gate-case.ts";
import { alignFacts, globalRow, REPLAY_CASES, replayFacts } from "../../support/gates/replay-cases.ts";

const MET = [
  "unit",
  "upstream",
  "file",
  "file-closed",
  "reached",
  "shards",
  "online-ddl",
  "keys",
  "ddl",
  "foreign-keys",
  "other-tasks",
];
const holding = (...more: string[]): string[] => [...MET, ...more, "writer"].map((gate) => `${gate} holds`);
/** Whether a DDL lies in what is gone back over is never known. */
const goingBack = (...more: string[]): string[] =>
  holding(...more).map((gate) => (gate === "ddl holds" ? "ddl not-known" : gate));

describe("the gates of a replay", () => {
  test("all hold for a closed file over 4 GiB that the sync unit stands in", () => {
    assert.deepEqual(answersOf(replayGates(replayFacts())), goingBack());
  });

  test("by GTIDs the sets are looked at as well", () => {
    assert.deepEqual(answersOf(replayGates(alignFacts())), holding("gtids", "gtids-before"));
  });

  test("a set that everything is replayed from needs none before it", () => {
    const facts = alignFacts({ rewrite: { form: "rewind-all", file: "mysql-bin.004451", previousGtids: "0-101-14" } });
    assert.deepEqual(answersOf(replayGates(facts)), goingBack("gtids"));
  });

  test("a switch before the file is reached asks neither its size nor whether it is closed", () => {
    const facts = alignFacts({ rows: known([globalRow({ file: "mysql-bin.004450" })]) });
    assert.equal(isAhead(facts), true);
    assert.deepEqual(
      answersOf(replayGates(facts)),
      holding("gtids", "gtids-before").filter((gate) => gate !== "file-closed holds"),
    );
  });

  test("a rewind before the file is reached is not ahead of anything: it is refused", () => {
    assert.equal(isAhead(replayFacts({ rows: known([globalRow({ file: "mysql-bin.004450" })]) })), false);
  });

  test("a DM that is past the file may be brought back to it", () => {
    const facts = replayFacts({ rows: known([globalRow({ file: "mysql-bin.004453" })]) });
    assert.ok(answersOf(replayGates(facts)).includes("reached holds"));
  });

  test("v1.0 came past the relay's copy, and a switch to GTIDs takes the relay off: neither is warned", () => {
    for (const facts of [replayFacts({ hasRelay: true, generation: "v1.0" }), alignFacts({ hasRelay: true })])
      assert.ok(!answersOf(replayGates(facts)).some((answer) => answer.startsWith("relay-copy")));
  });

  for (const version of ["v8.5.5", "v8.4.0", "v7.5.6", "v1.0.7", "None"])
    test(`${version} does not check foreign keys in safe mode, so they are not asked for`, () => {
      const facts = replayFacts({ version, foreignKeys: known([{ schema: "shop", table: "items" }]) });
      assert.ok(answersOf(replayGates(facts)).includes("foreign-keys holds"));
    });
  for (const version of ["v8.5.6", "v8.6.0", "v9.0.0", "v26.3.1"])
    test(`${version} checks foreign keys in safe mode`, () => {
      const facts = replayFacts({ version, foreignKeys: known([{ schema: "shop", table: "items" }]) });
      assert.ok(answersOf(replayGates(facts)).includes("foreign-keys fails"));
    });
});

describe("what a gate of a replay says where it does not hold", () => tellGates(REPLAY_CASES));
