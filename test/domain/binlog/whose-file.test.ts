import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { syncerName, type UpstreamSigns, whoseFile } from "../../../src/domain/binlog/whose-file.ts";
import { known, notKnown } from "../../../src/domain/observation/known.ts";
import { at, wellSubtask } from "../../support/observations.ts";

const UUID = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
const silent = notKnown("no account");
const signs = (subDirectory: string, server: UpstreamSigns["server"] = silent): UpstreamSigns => ({ subDirectory, server });

/** [the name, what DM and the upstream say, whose it is] */
const CASES: readonly (readonly [string, UpstreamSigns, string])[] = [
  ["mysql-bin|000001.000004", signs("0-101.000001", known("0-101")), "same"],
  ["mysql-bin.000004", signs("0-101.000001", known("0-101")), "same"],
  ["mysql-bin.000004", signs(`${UUID}.000003`, known(UUID.toUpperCase())), "same"],
  // The relay has begun a new sub-directory since: its source was pointed at another upstream.
  ["mysql-bin|000001.000004", signs("0-102.000002", known("0-102")), "other"],
  ["mysql-bin|000001.000004", signs("0-102.000002"), "other"],
  // The relay pulls from another server than the one that the configuration names.
  ["mysql-bin|000002.000004", signs("0-102.000002", known("0-101")), "other"],
  ["mysql-bin.000004", signs("0-102.000002", known("0-101")), "other"],
  // Without a relay, or without an account, nothing tells.
  ["mysql-bin.000004", signs("", known("0-101")), "not-told"],
  ["mysql-bin|000002.000004", signs("", known("0-101")), "not-told"],
  ["mysql-bin|000001.000004", signs("0-101.000001"), "not-told"],
];

describe("whose file a name is", () => {
  for (const [name, told, expected] of CASES)
    test(`${name} with ${JSON.stringify(told)}: ${expected}`, () => {
      assert.equal(whoseFile(name, told).kind, expected);
    });
});

test("where a sync unit stands carries the sub-directory that it reads from, past six digits too", () => {
  const standing = (relaySuffix: string | null, fileNumber: number) => {
    const subtask = wellSubtask();
    assert.ok(subtask.progress?.kind === "sync");
    return syncerName({ ...subtask, progress: { ...subtask.progress, syncerPosition: { ...at(4, fileNumber), relaySuffix } } });
  };

  assert.equal(standing(null, 3), "mysql-bin.000003");
  assert.equal(standing("000002", 3), "mysql-bin|000002.000003");
  assert.equal(standing("000002", 1_000_000), "mysql-bin|000002.1000000");
});
