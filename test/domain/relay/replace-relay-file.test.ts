import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isBinlogName, isHostPath, isHostWord } from "../../../src/domain/relay/host-word.ts";
import { RELAY_PHRASES } from "../../../src/domain/relay/relay-phrases.ts";
import {
  chooseFile,
  judgeSpace,
  type MetaDecision,
  moveToNextFile,
  type RelayReads,
} from "../../../src/domain/relay/replace-relay-file.ts";
import { readUuidIndex } from "../../../src/domain/relay/uuid-index.ts";

const OVER_4_GIB = 4_600_195_888;
const file = (number: number, sizeBytes: number, isActive = false) => ({
  name: `mysql-bin.${String(number).padStart(6, "0")}`,
  number,
  sizeBytes,
  isActive,
});
const files = [file(4450, 1_000), file(4451, OVER_4_GIB), file(4452, 900), file(4453, 154, true)];
const meta = (name: string, position: number, gtid = "") =>
  `binlog-name = "${name}"\nbinlog-pos = ${position}\nbinlog-gtid = "${gtid}"\n`;
const byPosition: RelayReads = { kind: "by-position" };
const move = (text: string, reads: RelayReads = byPosition): MetaDecision =>
  moveToNextFile(text, { file: files[1]!, next: "mysql-bin.004452" }, reads);
const keyOf = (decision: { readonly kind: string; readonly reason?: { readonly key: string } } | null) =>
  decision?.kind === "refused" ? decision.reason?.key : decision?.kind;

describe("the file to copy and the one after it", () => {
  test("the FAQ's example: mysql-bin.004451 is followed by mysql-bin.004452", () => {
    assert.deepEqual(chooseFile("mysql-bin.004451", files), { kind: "chosen", file: files[1], next: "mysql-bin.004452" });
  });

  const refusals: readonly (readonly [string, string, typeof files, string])[] = [
    ["purged on the upstream", "mysql-bin.004400", files, "relay-upstream-file-gone"],
    ["still written to", "mysql-bin.004453", files, "relay-upstream-file-open"],
    ["the last of the list, though nobody calls it active", "mysql-bin.004452", files.slice(0, 3), "relay-upstream-file-open"],
    ["a gap after it", "mysql-bin.004450", [files[0]!, files[2]!, files[3]!], "relay-next-file-odd"],
    [
      "another base name after it",
      "mysql-bin.004451",
      [files[1]!, { ...file(4452, 9), name: "binlog.004452" }],
      "relay-next-file-odd",
    ],
    ["a name that a shell would read", "mysql;bin.004451", files, "relay-name-odd"],
  ];
  for (const [what, failing, listed, key] of refusals)
    test(`refused: ${what}`, () => assert.equal(keyOf(chooseFile(failing, listed)), key));
});

describe("what becomes of relay.meta", () => {
  test("the FAQ's example: mysql-bin.004451 pos 2453 → mysql-bin.004452 pos 4", () => {
    assert.deepEqual(move(meta("mysql-bin.004451", 2453)), {
      kind: "rewrite",
      text: meta("mysql-bin.004452", 4),
      before: { file: "mysql-bin.004451", position: 2453, gtid: "" },
      after: { file: "mysql-bin.004452", position: 4, gtid: "" },
    });
  });

  test("with GTIDs in force the set at the next file's start is written, on one line", () => {
    const decision = move(meta("mysql-bin.004451", 2453, "a:1-5"), { kind: "by-gtid", setAtNextStart: "a:1-9,\nb:1" });

    assert.equal(decision.kind === "rewrite" && decision.text, meta("mysql-bin.004452", 4, "a:1-9,b:1"));
  });

  const answers: readonly (readonly [string, string, RelayReads, string])[] = [
    ["it names the next file's start already", meta("mysql-bin.004452", 4), byPosition, "already"],
    ["… with the right set", meta("mysql-bin.004452", 4, "a:1"), { kind: "by-gtid", setAtNextStart: "a:1" }, "already"],
    ["… with another set", meta("mysql-bin.004452", 4, ""), { kind: "by-gtid", setAtNextStart: "a:1" }, "relay-meta-later"],
    ["the relay went on in the next file", meta("mysql-bin.004452", 5), byPosition, "relay-meta-later"],
    ["it names a later file", meta("mysql-bin.004460", 4), byPosition, "relay-meta-later"],
    ["numbers beyond six digits are compared as numbers", meta("mysql-bin.1000000", 4), byPosition, "relay-meta-later"],
    ["it names an earlier file", meta("mysql-bin.004450", 154), byPosition, "relay-meta-other"],
    ["it names another server's file", meta("binlog.004452", 4), byPosition, "relay-meta-other"],
    ["it is fresh", meta("", 4), byPosition, "relay-meta-other"],
    [
      "GTIDs in force, set not known",
      meta("mysql-bin.004451", 4),
      { kind: "by-gtid", setAtNextStart: null },
      "relay-gtid-missing",
    ],
    ["GTIDs in force, set empty", meta("mysql-bin.004451", 4), { kind: "by-gtid", setAtNextStart: " " }, "relay-gtid-missing"],
    ["it is no TOML", "binlog-name", byPosition, "relay-meta-unreadable"],
  ];
  for (const [what, text, reads, key] of answers) test(`${what}: ${key}`, () => assert.equal(keyOf(move(text, reads)), key));

  test("a position beyond the file is refused", () => {
    const small = { file: file(4451, 2_452), next: "mysql-bin.004452" };

    assert.equal(keyOf(moveToNextFile(meta("mysql-bin.004451", 2_453), small, byPosition)), "relay-meta-beyond");
    assert.equal(keyOf(moveToNextFile(meta("mysql-bin.004451", 2_452), small, byPosition)), "rewrite");
  });
});

test("the copy must fit beside the old file, with a gibibyte to spare", () => {
  assert.equal(judgeSpace("f", OVER_4_GIB, OVER_4_GIB + 1024 ** 3), null);
  assert.equal(keyOf(judgeSpace("f", OVER_4_GIB, OVER_4_GIB + 1024 ** 3 - 1)), "relay-space");
});

describe("server-uuid.index", () => {
  const uuid = "d384e7b1-5f42-11e9-8a0b-005056bd5ae2";
  const cases: readonly (readonly [string, string, string | null])[] = [
    ["one server", `${uuid}.000001\n`, `${uuid}.000001`],
    ["the last line counts, with or without its newline", `${uuid}.000001\n${uuid}.000002`, `${uuid}.000002`],
    ["MariaDB", "0-101.000001\n", "0-101.000001"],
    ["numbers that began later", "a.000007\r\nb.000008\r\n", "b.000008"],
    ["a gap in the numbers", "a.000001\nb.000003\n", null],
    ["the same number twice", "a.000001\nb.000001\n", null],
    ["a path", "../a.000001\n", null],
    ["no number", "a\n", null],
    ["a quote", "a'.000001\n", null],
    ["empty", "\n", null],
  ];
  for (const [what, text, current] of cases)
    test(what, () => {
      const read = readUuidIndex(text);

      assert.equal(read.kind === "read" ? read.current : null, current);
    });
});

describe("words for a host", () => {
  test("only what no shell reads as more than itself", () => {
    for (const good of ["/data/relay-dir/0-101.000001/mysql-bin.000002", "of=/a/b", "dm@10.0.0.7:/x", "LC_ALL=C", "-p", "a+b,c"])
      assert.ok(isHostWord(good), good);
    for (const bad of [
      "",
      "a b",
      "a;b",
      "a'b",
      'a"b',
      "$a",
      "`a`",
      "a|b",
      "a&b",
      "a>b",
      "~a",
      "a*",
      "a?b",
      "[a]",
      "{a}",
      "a\\b",
      "a\nb",
      "a#b",
      "a!b",
      "a^b",
      "a%b",
      "é",
    ])
      assert.ok(!isHostWord(bad), bad);
  });

  test("a path is absolute and goes nowhere but down", () => {
    for (const good of ["/a", "/var/lib/dm/relay-dir"]) assert.ok(isHostPath(good), good);
    for (const bad of ["a", "/", "/a/../b", "/a/./b", "//a", "/a/", "/a b", "/a=b"]) assert.ok(!isHostPath(bad), bad);
  });

  test("a binlog file ends with its number", () => {
    for (const good of ["mysql-bin.000001", "a.b.1000000", "host-1-bin.000010"]) assert.ok(isBinlogName(good), good);
    for (const bad of ["mysql-bin", "mysql-bin.", "mysql-bin.000001.part", "-x.000001", "a/b.000001", ".000001"])
      assert.ok(!isBinlogName(bad), bad);
  });
});

test("every relay phrase names the same values in both languages, in different words", () => {
  const values = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
  for (const [key, { en, zh }] of Object.entries(RELAY_PHRASES)) {
    assert.deepEqual(values(en), values(zh), key);
    assert.notEqual(en, zh, key);
  }
});
