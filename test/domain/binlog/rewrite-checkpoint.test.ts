import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { CheckpointRow } from "../../../src/domain/binlog/checkpoint-row.ts";
import { restoreRows, rewriteRows, sameRows } from "../../../src/domain/binlog/rewrite-checkpoint.ts";
import type { CheckpointRewrite } from "../../../src/domain/plan/step-action.ts";
import { say } from "../../../src/domain/wording/phrases.ts";

const row = (name: string, file: string, position: number, gtid: string | null = null): CheckpointRow => {
  const [schema = "", table = ""] = name === "(global)" ? [] : name.split(".");
  return {
    ...{ id: "replica-1", schema, table: table === "(schema)" ? "" : table, file, position, gtid, exitSafe: null },
    ...{ isGlobal: name === "(global)", tableInfo: null, createdAt: "", updatedAt: "" },
  };
};
const places = (rows: readonly CheckpointRow[]) => rows.map(({ file, position, gtid }) => [file, position, gtid]);

const UUID = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

/** As the lab found them before the first lossless repair (over-4gib-lab). */
const LAB = [
  row("(global)", "mysql-bin|000001.000004", 894, "0-101-17"),
  row("shop.(schema)", "mysql-bin.000004", 4, "0-101-14"),
  row("shop.orders", "mysql-bin|000001.000004", 3_400_144_046, "0-101-18"),
];

describe("rewriting checkpoint rows", () => {
  const accepted: readonly [what: string, before: readonly CheckpointRow[], rewrite: CheckpointRewrite, after: unknown[][]][] = [
    [
      "the FAQ's example: dm_test, replica-1, to mysql-bin|000001.004451 and position 4",
      [row("(global)", "mysql-bin|000001.004451", 2453), row("db.t", "mysql-bin|000001.004451", 305_228_545)],
      { form: "rewind", file: "mysql-bin.004451", previousGtids: null },
      [
        ["mysql-bin|000001.004451", 4, null],
        ["mysql-bin|000001.004451", 4, null],
      ],
    ],
    [
      "the FAQ's repair as it was tried on v1.0.7",
      [row("(global)", "mysql-bin|000001.000001", 305_228_545), row("shop.orders", "mysql-bin|000001.000001", 3_400_145_087)],
      { form: "rewind", file: "mysql-bin.000001", previousGtids: null },
      [
        ["mysql-bin|000001.000001", 4, null],
        ["mysql-bin|000001.000001", 4, null],
      ],
    ],
    [
      "rows in later files come back, rows in earlier files stay",
      [row("(global)", "mysql-bin.000007", 500), row("a.late", "mysql-bin.000009", 8), row("a.early", "mysql-bin.000003", 77)],
      { form: "rewind", file: "mysql-bin.000007", previousGtids: null },
      [
        ["mysql-bin.000007", 4, null],
        ["mysql-bin.000007", 4, null],
        ["mysql-bin.000003", 77, null],
      ],
    ],
    [
      "table rows to the global row, where DM still stands in the file that it is about",
      LAB,
      { form: "align", should: { havePassed: "mysql-bin.000004", previousGtids: "0-101-14" } },
      [
        ["mysql-bin|000001.000004", 894, "0-101-17"],
        ["mysql-bin|000001.000004", 894, "0-101-17"],
        ["mysql-bin|000001.000004", 894, "0-101-17"],
      ],
    ],
    [
      "all rows to its start, where DM has passed it by position before it let go",
      [row("(global)", "mysql-bin.000005", 4, "0-101-19"), row("shop.orders", "mysql-bin.000005", 4, "0-101-19")],
      { form: "align", should: { havePassed: "mysql-bin.000004", previousGtids: "0-101-14" } },
      [
        ["mysql-bin.000004", 4, "0-101-14"],
        ["mysql-bin.000004", 4, "0-101-14"],
      ],
    ],
    [
      "each row keeps the form that it is written in",
      LAB,
      { form: "rewind", file: "mysql-bin.000004", previousGtids: "0-101-14" },
      [
        ["mysql-bin|000001.000004", 4, "0-101-14"],
        ["mysql-bin.000004", 4, "0-101-14"],
        ["mysql-bin|000001.000004", 4, "0-101-14"],
      ],
    ],
    [
      "rows of an upstream before the last switch, and rows of another series of names, are earlier and stay",
      [
        row("(global)", "mysql-bin|000002.000004", 500),
        row("a.idle", "mysql-bin|000001.000900", 77),
        row("a.renamed", "bin|000001.000900", 77),
        row("a.busy", "mysql-bin|000002.000004", 9_000),
      ],
      { form: "rewind", file: "mysql-bin.000004", previousGtids: null },
      [
        ["mysql-bin|000002.000004", 4, null],
        ["mysql-bin|000001.000900", 77, null],
        ["bin|000001.000900", 77, null],
        ["mysql-bin|000002.000004", 4, null],
      ],
    ],
    [
      "the greatest position that a row can hold, and numbers of seven digits",
      [row("(global)", "mysql-bin|000001.1000000", 4_294_967_295), row("a.late", "mysql-bin.1000002", 0)],
      { form: "rewind", file: "mysql-bin.999999", previousGtids: null },
      [
        ["mysql-bin|000001.999999", 4, null],
        ["mysql-bin.999999", 4, null],
      ],
    ],
    [
      "DM past the file after a switch: a row without a place and one of the former upstream take the global row's form",
      [
        row("(global)", "mysql-bin|000002.000006", 1_000, "0-101-40"),
        row("a.old", "mysql-bin|000001.000900", 77, "0-101-9"),
        row("a.none", "", 0, ""),
        row("a.plain", "mysql-bin.000005", 8, "0-101-30"),
      ],
      { form: "rewind-all", file: "mysql-bin.000004", previousGtids: "0-101-14" },
      [
        ["mysql-bin|000002.000004", 4, "0-101-14"],
        ["mysql-bin|000002.000004", 4, "0-101-14"],
        ["mysql-bin|000002.000004", 4, "0-101-14"],
        ["mysql-bin.000004", 4, "0-101-14"],
      ],
    ],
    [
      "a set that was kept in part (the task began at a position) takes the whole one before the file",
      [row("(global)", "mysql-bin.000006", 1_000, `${UUID}:500-600`)],
      { form: "rewind-all", file: "mysql-bin.000004", previousGtids: `${UUID}:1-400` },
      [["mysql-bin.000004", 4, `${UUID}:1-400`]],
    ],
    [
      "the lossless form: table rows at the global row, which stays",
      LAB,
      { form: "align" },
      [
        ["mysql-bin|000001.000004", 894, "0-101-17"],
        ["mysql-bin|000001.000004", 894, "0-101-17"],
        ["mysql-bin|000001.000004", 894, "0-101-17"],
      ],
    ],
    [
      "DM past the file: every row to the file and the set before it",
      [row("(global)", "mysql-bin.000006", 1_000, "0-101-40"), row("shop.orders", "mysql-bin.000006", 900, "0-101-39")],
      { form: "rewind-all", file: "mysql-bin.000004", previousGtids: "0-101-14" },
      [
        ["mysql-bin.000004", 4, "0-101-14"],
        ["mysql-bin.000004", 4, "0-101-14"],
      ],
    ],
  ];
  for (const [what, before, rewrite, after] of accepted)
    test(what, () => {
      const rewritten = rewriteRows(before, rewrite);

      assert.equal(rewritten.kind, "changes");
      if (rewritten.kind === "changes") assert.deepEqual(places(rewritten.rows), after);
    });

  const refusals: readonly [what: string, before: readonly CheckpointRow[], rewrite: CheckpointRewrite, said: RegExp][] = [
    [
      "a file that DM passed before it let go, where no set tells how to begin at it",
      [row("(global)", "mysql-bin.000005", 4, "0-101-19")],
      { form: "align", should: { havePassed: "mysql-bin.000001", previousGtids: "" } },
      /empty/,
    ],
    ["no global row", [row("a.b", "mysql-bin.000001", 9)], { form: "align" }, /no global checkpoint row/],
    ["a fresh global row", [row("(global)", "", 0)], { form: "rewind", file: "mysql-bin.000001", previousGtids: null }, /fresh/],
    [
      "a global row that has not reached the file",
      [row("(global)", "mysql-bin.000003", 900)],
      { form: "rewind", file: "mysql-bin.000004", previousGtids: null },
      /has not reached mysql-bin\.000004.*never moved forward/,
    ],
    ["an empty set before the file", LAB, { form: "rewind", file: "mysql-bin.000004", previousGtids: "" }, /empty.*lost rows/],
    [
      "an empty set before the file, DM past it",
      LAB,
      { form: "rewind-all", file: "mysql-bin.000004", previousGtids: " " },
      /empty/,
    ],
    ["a global row without GTIDs", [row("(global)", "mysql-bin.000004", 900, "")], { form: "align" }, /carries no GTID set/],
    ["v1.0's rows, which know no GTIDs", [row("(global)", "mysql-bin.000004", 900)], { form: "align" }, /carries no GTID set/],
    [
      "a file of another series of names",
      [row("(global)", "binlog.000009", 900)],
      { form: "rewind", file: "mysql-bin.000004", previousGtids: null },
      /binlog\.000009.*not one series/,
    ],
    [
      "a row of a later upstream than the global row's",
      [row("(global)", "mysql-bin|000001.000004", 900), row("a.b", "mysql-bin|000002.000001", 9)],
      { form: "rewind", file: "mysql-bin.000004", previousGtids: null },
      /a\.b.*other upstream/,
    ],
    [
      "a set before the file that is ahead of the global row's",
      [row("(global)", "mysql-bin.000004", 900, "0-101-14")],
      { form: "rewind", file: "mysql-bin.000004", previousGtids: "0-101-18" },
      /ahead of the global checkpoint/,
    ],
    [
      "a set before the file that is ahead of the global row's, DM past it",
      [row("(global)", "mysql-bin.000006", 900, `${UUID}:500-600`)],
      { form: "rewind-all", file: "mysql-bin.000004", previousGtids: `${UUID}:1-700` },
      /ahead of the global checkpoint/,
    ],
    [
      "a name that is none",
      [row("(global)", "mysql-bin.000004", 9)],
      { form: "rewind", file: "x", previousGtids: null },
      /no name/,
    ],
  ];
  for (const [what, before, rewrite, said] of refusals)
    test(`${what}: nothing is written, and why is said in both languages`, () => {
      const rewritten = rewriteRows(before, rewrite);

      assert.equal(rewritten.kind, "refused");
      if (rewritten.kind !== "refused") return;
      assert.match(say(rewritten.why, "en"), said);
      assert.match(say(rewritten.why, "zh"), /[一-鿿]/);
    });

  test("undo brings the images back while the rows are those that were written, and refuses otherwise", () => {
    const written = rewriteRows(LAB, { form: "align" });
    assert.ok(written.kind === "changes");

    const restored = restoreRows(written.rows, LAB, written.rows);
    assert.ok(restored.kind === "changes" && sameRows(restored.rows, LAB));
    assert.equal(restored.changes.length, 2);

    const exitSafe = { file: "mysql-bin|000001.000004", position: 214_479, gtid: "0-101-18" };
    const others: readonly [what: string, now: readonly CheckpointRow[], names: RegExp][] = [
      ["moved on", written.rows.map((one) => (one.isGlobal ? { ...one, position: one.position + 1 } : one)), /: \(global\)\./],
      ["flushed by a start: another end of safe mode", written.rows.map((one) => ({ ...one, exitSafe })), /shop\.orders/],
      ["one more", [...written.rows, row("shop.new", "mysql-bin.000004", 4, "0-101-14")], /: shop\.new\./],
      ["one less", written.rows.slice(0, 2), /: shop\.orders\./],
    ];
    for (const [what, now, names] of others) {
      const refused = restoreRows(now, LAB, written.rows);
      assert.equal(refused.kind, "refused", what);
      assert.match(refused.kind === "refused" ? say(refused.why, "en") : "", names, what);
    }
  });

  test("whatever is rewritten, the same rows are there, none moves forward, and undo is exact", () => {
    const place = fc.record({ number: fc.integer({ min: 1, max: 9 }), position: fc.integer({ min: 4, max: 2 ** 32 - 1 }) });
    const tables = fc.array(place, { maxLength: 5 });
    fc.assert(
      fc.property(place, tables, fc.integer({ min: 1, max: 9 }), (global, others, file) => {
        const at = (name: string, { number, position }: { number: number; position: number }) =>
          row(name, `mysql-bin.00000${number}`, position, "0-1-5");
        const rows = [at("(global)", global), ...others.map((other, index) => at(`s.t${index}`, other))];
        const rewritten = rewriteRows(rows, { form: "rewind", file: `mysql-bin.00000${file}`, previousGtids: "0-1-2" });
        if (rewritten.kind === "refused") return assert.ok(global.number < file);
        assert.deepEqual(
          rewritten.rows.map(({ schema, table }) => [schema, table]),
          rows.map(({ schema, table }) => [schema, table]),
        );
        for (const [index, after] of rewritten.rows.entries()) assert.ok(after.file <= rows[index]!.file);
        const back = restoreRows(rewritten.rows, rows, rewritten.rows);
        assert.ok(back.kind === "changes" && sameRows(back.rows, rows));
      }),
    );
  });
});
