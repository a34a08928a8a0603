import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { type DifferencesOfTable, renderCsv, renderSql } from "../../../src/domain/comparison/render-differences.ts";
import { column, planOf, primary, shape } from "../../support/row-shapes.ts";

const plan = planOf(shape(["id bigint not null", "v varchar(99)", column("b varbinary(9)")], primary("id")));
const tableOf = (value: string | null, name = "t"): DifferencesOfTable => ({
  target: { schema: "shop", table: name },
  plan,
  rows: [
    {
      difference: { kind: "differing", key: ["7"], columns: ["v"] },
      upstream: ["7", value, "00FF"],
      downstream: ["7", null, null],
    },
  ],
  notListed: 3,
});

/** A CSV text as its cells, by RFC 4180. */
function cellsOf(csv: string): readonly (readonly string[])[] {
  const lines: string[][] = [[]];
  for (const [, cell, end] of csv.matchAll(/"((?:[^"]|"")*)"(,|\r\n)/g)) {
    lines.at(-1)!.push(cell!.replaceAll('""', '"'));
    if (end === "\r\n") lines.push([]);
  }
  return lines.slice(0, -1);
}

describe("a file of differing rows", () => {
  test("as CSV holds any value in its cell, and no cell begins a formula", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (value) => {
        const [, line] = cellsOf(renderCsv([tableOf(value)]));
        const cell = line![4]!;
        return (cell === value || cell === `'${value}`) && (!/^[=+\-@\t\r\n]/.test(cell) || /^[+-]?\d+(?:\.\d+)?$/.test(cell));
      }),
    );
  });

  const formulas: readonly (readonly [value: string, cell: string])[] = [
    ["=HYPERLINK(1)", "'=HYPERLINK(1)"],
    ["+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"],
    ["@SUM(1)", "'@SUM(1)"],
    ["\t=1", "'\t=1"],
    ["-5.5", "-5.5"],
    ["-5+5", "'-5+5"],
  ];
  for (const [value, cell] of formulas)
    test(`as CSV shows ${JSON.stringify(value)} as ${JSON.stringify(cell)}`, () => {
      assert.equal(cellsOf(renderCsv([tableOf(value)]))[1]![4], cell);
    });

  test("as SQL has one statement a line, whatever values and names hold", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary", minLength: 1 }), (value, name) => {
        const lines = renderSql("t\n; DROP TABLE x", [tableOf(value, name.replaceAll(/[\n\r]/g, " "))]).split("\n");
        const statements = lines.filter((line) => line !== "" && !line.startsWith("--") && !line.startsWith("SET "));
        return statements.length === 1 && statements[0]!.endsWith("; -- differing (v), not executed");
      }),
    );
  });

  test("as SQL replaces what the upstream has and deletes what it has not, and says that nothing was executed", () => {
    const extra: DifferencesOfTable = {
      ...tableOf("x"),
      rows: [{ difference: { kind: "extra", key: ["9"], columns: [] }, upstream: null, downstream: ["9", "x", null] }],
    };

    const sql = renderSql("t", [tableOf("it's"), extra]);

    assert.match(sql, /^-- NOT EXECUTED/m);
    assert.match(
      sql,
      /^REPLACE INTO `shop`\.`t` \(`id`,`v`,`b`\) VALUES \(7,_utf8mb4 X'69742773',X'00FF'\); -- differing \(v\), not executed$/m,
    );
    assert.match(sql, /^DELETE FROM `shop`\.`t` WHERE `id` IN \(9\); -- extra, not executed$/m);
    assert.match(sql, /3 more are not listed/);
  });
});
