import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { parse as parseToml } from "smol-toml";
import { readRelayMeta, rewriteRelayMeta } from "../../../src/domain/relay/relay-meta.ts";

/** A real TOML reader; its tables have no prototype, which deepEqual would mind. */
const parse = (text: string): Record<string, unknown> => ({ ...parseToml(text) });

const asDmWritesIt = 'binlog-name = "mysql-bin.004451"\nbinlog-pos = 2453\nbinlog-gtid = ""\n';
const next = { file: "mysql-bin.004452", position: 4, gtid: undefined };

/** [what it is, the text, the text after the FAQ's change; with a GTID set where the fourth is given] */
const CASES: readonly (readonly [string, string, string, string?])[] = [
  [
    "as DM writes it; the FAQ's example: mysql-bin.004451 pos 2453 becomes mysql-bin.004452 pos 4",
    asDmWritesIt,
    'binlog-name = "mysql-bin.004452"\nbinlog-pos = 4\nbinlog-gtid = ""\n',
  ],
  [
    "GTIDs not in force: the set stays as it is",
    'binlog-name = "mysql-bin.004451"\nbinlog-pos = 2453\nbinlog-gtid = "3ccc475b-2343-11e7-be21-6c0b84d59f30:1-14"\n',
    'binlog-name = "mysql-bin.004452"\nbinlog-pos = 4\nbinlog-gtid = "3ccc475b-2343-11e7-be21-6c0b84d59f30:1-14"\n',
  ],
  [
    "GTIDs in force, two servers",
    'binlog-name = "mysql-bin.004451"\nbinlog-pos = 2453\nbinlog-gtid = "3ccc475b-2343-11e7-be21-6c0b84d59f30:1-14"\n',
    'binlog-name = "mysql-bin.004452"\nbinlog-pos = 4\nbinlog-gtid = "3ccc475b-2343-11e7-be21-6c0b84d59f30:1-20,53bfca22-690d-11e7-8a62-18ded7a37b78:1-495"\n',
    "3ccc475b-2343-11e7-be21-6c0b84d59f30:1-20,53bfca22-690d-11e7-8a62-18ded7a37b78:1-495",
  ],
  [
    "MariaDB's sets",
    'binlog-name = "mysql-bin.000001"\nbinlog-pos = 592\nbinlog-gtid = "0-101-17"\n',
    'binlog-name = "mysql-bin.004452"\nbinlog-pos = 4\nbinlog-gtid = "0-101-18"\n',
    "0-101-18",
  ],
  [
    "no newline at the end",
    'binlog-gtid = ""\nbinlog-name = "mysql-bin.004451"\nbinlog-pos = 2453',
    'binlog-gtid = ""\nbinlog-name = "mysql-bin.004452"\nbinlog-pos = 4',
  ],
  [
    "edited on Windows",
    'binlog-name = "mysql-bin.004451"\r\nbinlog-pos = 2453\r\nbinlog-gtid = ""\r\n',
    'binlog-name = "mysql-bin.004452"\r\nbinlog-pos = 4\r\nbinlog-gtid = ""\r\n',
  ],
  [
    "comments, odd spaces, another order, literal quotes, hexadecimal",
    "# by hand, 中文\n\n  binlog-pos=0x995   # was 592\nbinlog-name\t=\t'mysql-bin.004451'# keep\n",
    "# by hand, 中文\n\n  binlog-pos=4   # was 592\nbinlog-name\t=\t'mysql-bin.004452'# keep\n",
  ],
  [
    "keys that we do not know, whose values look like ours",
    'x = """\nbinlog-name = "no"\n"""\ny = [1, # binlog-pos = 1\n  "]", {z = "}"}]\nbinlog-name = "mysql-bin.004451"\n"binlog-pos" = 2_453\na.binlog-gtid = "q"\n[table]\nbinlog-name = "no"\n',
    'x = """\nbinlog-name = "no"\n"""\ny = [1, # binlog-pos = 1\n  "]", {z = "}"}]\nbinlog-name = "mysql-bin.004452"\n"binlog-pos" = 4\na.binlog-gtid = "q"\n[table]\nbinlog-name = "no"\n',
  ],
  [
    "a GTID line is added where none was",
    'binlog-name = "mysql-bin.004451"\nbinlog-pos = 2453 # here\n',
    'binlog-name = "mysql-bin.004452"\nbinlog-pos = 4 # here\nbinlog-gtid = "0-101-18"\n',
    "0-101-18",
  ],
  [
    "… and none at the very end",
    "binlog-name = '''mysql-bin.004451'''\r\nbinlog-pos = 2453",
    "binlog-name = '''mysql-bin.004452'''\r\nbinlog-pos = 4\r\nbinlog-gtid = \"0-101-18\"",
    "0-101-18",
  ],
];

describe("relay.meta is rewritten byte for byte", () => {
  for (const [what, before, after, gtid] of CASES)
    test(what, () => {
      const rewritten = rewriteRelayMeta(before, { ...next, gtid });

      assert.deepEqual(rewritten, { kind: "rewritten", text: after });
      // A real TOML reader finds the same values, and everything else as it was.
      const expected = { ...parse(before), "binlog-name": next.file, "binlog-pos": 4, ...(gtid && { "binlog-gtid": gtid }) };
      assert.deepEqual(parse(after), expected);
    });
});

describe("relay.meta is refused when it cannot be read", () => {
  const broken: readonly (readonly [string, string, RegExp])[] = [
    ["empty", "", /binlog-name is not there/],
    ["no position", 'binlog-name = "mysql-bin.000001"\n', /binlog-pos is not there/],
    ["cut off in a text", 'binlog-name = "mysql-b', /line 1/],
    ["a name twice", 'binlog-name = "a.1"\nbinlog-name = "a.2"\nbinlog-pos = 4\n', /line 2: binlog-name stands there twice/],
    ["a position that is a text", 'binlog-name = "a.1"\nbinlog-pos = "4"\n', /binlog-pos is no number/],
    ["a position past uint32", 'binlog-name = "a.1"\nbinlog-pos = 4294967296\n', /binlog-pos is no number/],
    ["a negative position", 'binlog-name = "a.1"\nbinlog-pos = -4\n', /binlog-pos is no number/],
    ["a name that is a number", "binlog-name = 1\nbinlog-pos = 4\n", /binlog-name is no text/],
    ["words after the value", 'binlog-name = "a.1" oops\nbinlog-pos = 4\n', /something stands after the value/],
    ["only in a table", '[x]\nbinlog-name = "a.1"\nbinlog-pos = 4\n', /binlog-name is not there/],
    ["no TOML at all", "{ not: toml }\n", /a key was expected/],
  ];
  for (const [what, text, why] of broken)
    test(what, () => {
      const read = readRelayMeta(text);

      assert.equal(read.kind, "unreadable");
      assert.match(read.kind === "unreadable" ? read.why : "", why);
      assert.deepEqual(rewriteRelayMeta(text, next), read);
    });

  test("new values that would need escaping are never written", () => {
    for (const file of ['a".1', "a\n.1", "a\\.1", "a'.1"])
      assert.equal(rewriteRelayMeta(asDmWritesIt, { file, position: 4, gtid: undefined }).kind, "unreadable");
  });
});

/** Texts made of what TOML may hold between our keys, so that the places are found in any surroundings. */
const surroundings = fc.array(
  fc.constantFrom(
    "",
    "# a comment = 1",
    'k1 = "a \\" # ="',
    "k2 = 'a \\'",
    'k3 = """\nbinlog-pos = 7\n"""',
    "k4 = [1, 2, '[', # ]\n3]",
    "k5 = { a = 1, b = '}' }",
    "k6 = 1979-05-27 07:32:00Z",
    "k7.binlog-pos = 3",
    "  k8=true\t# x",
    "k9 = '''\n'' x '''",
  ),
  { maxLength: 6 },
);
const unique = (lines: readonly string[]): string[] => [...new Map(lines.map((line) => [line, line])).values()];

test("whatever stands around the values, a real TOML reader sees only them change", () => {
  fc.assert(
    fc.property(
      surroundings,
      surroundings,
      fc.constantFrom('"', "'", '"""', "'''"),
      fc.nat(0xffff_ffff),
      fc.constantFrom("\n", "\r\n"),
      fc.boolean(),
      (above, below, quote, position, newline, withGtid) => {
        const around = unique([...above, "MARK", ...below]);
        const at = around.indexOf("MARK");
        const ours = [
          `binlog-name = ${quote}m.000001${quote}`,
          `binlog-pos = ${position}`,
          ...(withGtid ? ["binlog-gtid = ''"] : []),
        ];
        const text = [...around.slice(0, at), ...ours, ...around.slice(at + 1)].join("\n").replaceAll("\n", newline);

        const rewritten = rewriteRelayMeta(text, { file: "m.000002", position: 4, gtid: "0-1-2" });

        assert.equal(rewritten.kind, "rewritten");
        if (rewritten.kind !== "rewritten") return;
        const expected = { ...parse(text), "binlog-name": "m.000002", "binlog-pos": 4, "binlog-gtid": "0-1-2" };
        assert.deepEqual(parse(rewritten.text), expected);
        assert.deepEqual(readRelayMeta(rewritten.text), {
          kind: "read",
          meta: { file: "m.000002", position: 4, gtid: "0-1-2" },
        });
      },
    ),
  );
});

test("no text makes the reader throw, and what it reads a real TOML reader reads too or calls broken", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(..."ab=\"'[]{}#\n\r\\ .-1") })), (noise) => {
      const text = `binlog-name = "m.000001"\nbinlog-pos = 4\n${noise}`;
      const read = readRelayMeta(text);
      if (read.kind === "unreadable") return;
      try {
        const real = parse(text);
        assert.equal(real["binlog-name"], "m.000001");
      } catch (error) {
        assert.notEqual((error as Error).name, "AssertionError");
      }
    }),
    { numRuns: 500 },
  );
});
