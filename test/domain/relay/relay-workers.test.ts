import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { namedRelayWorkers, type RelayShown, relayReader } from "../../../src/domain/relay/relay-workers.ts";

const shown = (parts: Partial<RelayShown>): RelayShown => ({
  ...{ enableRelay: false, version: "v8.1.0", pullers: ["w1"], relayOnly: [], bound: "w1", ...parts },
});

/** [what DM shows, the workers that were named] */
const CASES: readonly (readonly [string, Partial<RelayShown>, readonly string[]])[] = [
  ["no relay", { pullers: [] }, []],
  ["the source's setting: the relay follows the bound worker", { enableRelay: true }, []],
  ["the bound worker was named: the setting is off and it pulls", {}, ["w1"]],
  ["several were named, one of which is bound", { pullers: ["w2", "w1"] }, ["w1", "w2"]],
  ["one pulls that does not answer for the source now", { relayOnly: ["w3"] }, ["w1", "w3"]],
  ["named, and the source has moved to another worker since", { pullers: ["w1"], bound: "w2" }, ["w1"]],
  ["v5.3 overlooks the setting", { enableRelay: true, version: "v5.3.0" }, ["w1"]],
  ["v2.0.4 overlooks it", { enableRelay: true, version: "v2.0.4" }, ["w1"]],
  ["v2.0.1 knows nothing but the setting", { enableRelay: true, version: "v2.0.1" }, []],
  ["v5.4 heeds it again", { enableRelay: true, version: "v5.4.0" }, []],
  [
    "the setting is not known: only one that is not bound is known to be named",
    { enableRelay: null, pullers: ["w1", "w2"] },
    ["w2"],
  ],
];

describe("workers that were named for a source's relay", () => {
  for (const [what, parts, expected] of CASES) test(what, () => assert.deepEqual(namedRelayWorkers(shown(parts)), expected));
});

describe("whose relay files the sync units read", () => {
  const entry = (worker: string, pulls: boolean, holdsTasks: boolean) => ({ worker, pulls, holdsTasks });
  test("the bound worker's, although another that pulls is listed before it", () => {
    assert.deepEqual(relayReader([entry("w2", true, false), entry("w1", true, true)]), { worker: "w1", others: ["w2"] });
  });
  test("the only puller's where the bound worker does not pull", () => {
    assert.deepEqual(relayReader([entry("w1", false, true), entry("w2", true, false)]), { worker: "w2", others: [] });
  });
  test("nobody's where no worker is listed", () => {
    assert.deepEqual(relayReader([]), { worker: null, others: [] });
  });
});
