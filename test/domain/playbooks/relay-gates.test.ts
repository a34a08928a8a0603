import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { known } from "../../../src/domain/observation/known.ts";
import { relayFileGates } from "../../../src/domain/playbooks/relay-gates.ts";
import { answersOf, tellGates } from "../../support/gates/gate-case.ts";
import { RELAY_CASES, relayFacts, relayFileFacts, resetGates } from "../../support/gates/relay-cases.ts";
import { aFile, BIG, FILES } from "../../support/gates/replay-cases.ts";

const MET = ["file", "file-closed", "next-file", "worker", "host", "failover"];

describe("the gates of a relay", () => {
  test("all hold for a relay that may begin anew", () => {
    assert.deepEqual(answersOf(resetGates(relayFacts())), ["relay holds", "needed holds", "big-file holds"]);
  });

  test("a file over 4 GiB that every task is past is in nobody's way", () => {
    const facts = relayFacts({ files: known([aFile(4_449, BIG), aFile(4_450), aFile(4_451, 1, true)]) });
    assert.deepEqual(answersOf(resetGates(facts)), ["relay holds", "needed holds", "big-file holds"]);
  });

  test("one task of several before the file is enough", () => {
    const facts = relayFacts({ files: known(FILES), taskFiles: ["mysql-bin.004453", "mysql-bin.004450"] });
    assert.deepEqual(answersOf(resetGates(facts)), ["relay holds", "needed holds", "big-file fails"]);
  });

  test("read by GTIDs no position wraps, so the file's size does not count", () => {
    const facts = relayFacts({ files: known(FILES), readsByGtid: true });
    assert.deepEqual(answersOf(resetGates(facts)), ["relay holds", "needed holds", "big-file holds"]);
  });

  test("all hold for the upstream's own file in place of the relay's", () => {
    assert.deepEqual(
      answersOf(relayFileGates(relayFileFacts())),
      MET.map((gate) => `${gate} holds`),
    );
  });

  test("the set of the next file is there where it is needed", () => {
    const gates = relayFileGates(relayFileFacts({ nextGtids: known("0-101-20") }));
    assert.ok(!gates.some(({ answer }) => answer === "fails"));
  });
});

describe("what a gate of a relay says where it does not hold", () => tellGates(RELAY_CASES));
