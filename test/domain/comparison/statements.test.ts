import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { compareKeys, keyWords, textOf } from "../../../src/domain/comparison/key.ts";
import {
  boundaryStatement,
  checksumStatement,
  fingerprintsStatement,
  keysStatement,
  rowsStatement,
} from "../../../src/domain/comparison/row-statements.ts";
import {
  bytesLiteral,
  hexOfText,
  numberLiteral,
  quoted,
  textLiteral,
  timeLiteral,
} from "../../../src/domain/comparison/sql-text.ts";
import { deleteUnchangedStatement, insertStatement } from "../../../src/domain/comparison/write-statements.ts";
import { column, planOf, primary, shape } from "../../support/row-shapes.ts";

const table = { schema: "shop", table: "or`ders" };
const simple = planOf(shape(["id bigint not null", "note varchar(9)"], primary("id")));
const composite = planOf(shape(["a int not null", "c varchar(9) not null"], primary("a", "c")));
const byBytes = planOf(
  shape([column("c varchar(9) not null", { charset: "latin1", collation: "latin1_swedish_ci" })], primary("c")),
);

describe("the statements", () => {
  const cases: readonly (readonly [title: string, said: string, expected: string])[] = [
    [
      "ask for the end of a chunk by the key",
      boundaryStatement(table, simple.key!, { after: ["7"], upTo: null }, 500),
      "SELECT `id` FROM `shop`.`or``ders` WHERE `id` > 7 ORDER BY `id` LIMIT 1 OFFSET 499",
    ],
    [
      "checksum a range with its NULLs, once a row",
      checksumStatement(table, simple, { after: ["-7"], upTo: ["9"] }, 500),
      "SELECT COUNT(*), BIT_XOR(h), SUM(h) FROM (SELECT CRC32(CONCAT_WS(X'1F',`id`,`note`,`note` IS NULL)) AS h FROM `shop`.`or``ders` WHERE `id` > -7 AND `id` <= 9 LIMIT 9223372036854775807) AS chunk",
    ],
    [
      "checksum a table of unknown size without a temporary table",
      checksumStatement(table, simple, { after: null, upTo: null }, null),
      "SELECT COUNT(*), BIT_XOR(CRC32(CONCAT_WS(X'1F',`id`,`note`,`note` IS NULL))), SUM(CRC32(CONCAT_WS(X'1F',`id`,`note`,`note` IS NULL))) FROM `shop`.`or``ders`",
    ],
    [
      "bound a composite key so that an index serves it",
      keysStatement(table, composite, { after: ["1", hexOfText("x")], upTo: ["2", hexOfText("ä'")] }, 11),
      "SELECT `a`, `c`, CRC32(CONCAT_WS(X'1F',`a`,`c`)) FROM `shop`.`or``ders` WHERE `a` >= 1 AND ((`a` > 1) OR (`a` = 1 AND `c` > 'x')) AND `a` <= 2 AND ((`a` < 2) OR (`a` = 2 AND `c` <= _utf8mb4 X'C3A427')) LIMIT 11",
    ],
    [
      "order by bytes what no index orders alike",
      boundaryStatement(table, byBytes.key!, { after: [hexOfText("a")], upTo: null }, 2),
      "SELECT CAST(CONVERT(`c` USING utf8mb4) AS BINARY) FROM `shop`.`or``ders` WHERE CAST(CONVERT(`c` USING utf8mb4) AS BINARY) > X'61' ORDER BY CAST(CONVERT(`c` USING utf8mb4) AS BINARY) LIMIT 1 OFFSET 1",
    ],
    [
      "ask for rows by their keys",
      rowsStatement(table, composite, [
        ["1", hexOfText("x")],
        ["2", hexOfText("y")],
      ]),
      "SELECT `a`, `c`, CRC32(CONCAT_WS(X'1F',`a`,`c`)), `a`, `c` FROM `shop`.`or``ders` WHERE (`a`,`c`) IN ((1,'x'),(2,'y'))",
    ],
    [
      "know a row again by everything in it",
      fingerprintsStatement(table, simple, [["1"]]),
      "SELECT `id`, MD5(CONCAT_WS(X'1F',`id`,`note`,`note` IS NULL)) FROM `shop`.`or``ders` WHERE `id` IN (1)",
    ],
    [
      "insert and never replace",
      insertStatement(table, simple, ["1", "it's"]),
      "INSERT INTO `shop`.`or``ders` (`id`,`note`) VALUES (1,_utf8mb4 X'69742773')",
    ],
    [
      "delete only what is still as it was written",
      deleteUnchangedStatement(table, simple, ["1"], "0".repeat(32)),
      `DELETE FROM \`shop\`.\`or\`\`ders\` WHERE \`id\` IN (1) AND MD5(CONCAT_WS(X'1F',\`id\`,\`note\`,\`note\` IS NULL)) = '${"0".repeat(32)}' LIMIT 1`,
    ],
  ];
  for (const [title, said, expected] of cases) test(title, () => assert.equal(said, expected));

  test("refuse a token that is not what its column holds", () => {
    assert.throws(() => boundaryStatement(table, simple.key!, { after: ["1 OR 1=1"], upTo: null }, 1), /no number/);
    assert.throws(() => deleteUnchangedStatement(table, simple, ["1"], "' OR ''='"), /no fingerprint/);
  });
});

describe("literals", () => {
  test("of text end where the text ends, whatever it holds", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const literal = textLiteral(hexOfText(text));
        return /^'[ -&(-[\]-~]*'$/.test(literal) || /^_utf8mb4 X'(?:[0-9A-F]{2})*'$/.test(literal);
      }),
    );
  });

  test("of text carry the text", () => {
    fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => textOf(hexOfText(text)) === text));
  });

  test("of numbers, times and bytes refuse everything else", () => {
    for (const bad of ["", "1;", "--1", "1e", "0x1", "NaN", "1 "]) assert.throws(() => numberLiteral(bad), bad);
    for (const bad of ["", "'", "2024-01-01'", "now()"]) assert.throws(() => timeLiteral(bad), bad);
    for (const bad of ["1", "0g", "0a", "'"]) assert.throws(() => bytesLiteral(bad), bad);
    for (const good of ["0", "-1", "18446744073709551615", "1.50", "-1e-7", "1.5E+300"]) assert.equal(numberLiteral(good), good);
    for (const good of ["2024-01-01", "0000-00-00 00:00:00", "-838:59:59.000000"]) assert.equal(timeLiteral(good), `'${good}'`);
  });

  test("of names double their backticks", () => {
    fc.assert(fc.property(fc.string(), (name) => quoted(name).slice(1, -1).replaceAll("``", "").includes("`") === false));
  });
});

describe("keys", () => {
  const number = simple.key!;
  const mixed = composite.key!;

  test("of numbers are ordered as numbers of any length", () => {
    fc.assert(
      fc.property(
        fc.bigInt(),
        fc.bigInt(),
        (a, b) => Math.sign(compareKeys(number, [String(a)], [String(b)])) === (a < b ? -1 : a > b ? 1 : 0),
      ),
    );
    assert.ok(compareKeys(number, ["1.5"], ["1.25"]) > 0);
    assert.ok(compareKeys(number, ["-1.5"], ["-1.25"]) < 0);
  });

  test("of several columns are ordered by the first that differs", () => {
    assert.ok(compareKeys(mixed, ["1", hexOfText("z")], ["2", hexOfText("a")]) < 0);
    assert.ok(compareKeys(mixed, ["2", hexOfText("b")], ["2", hexOfText("a")]) > 0);
    assert.equal(compareKeys(mixed, ["2", hexOfText("b")], ["2", hexOfText("b")]), 0);
  });

  test("are shown as a person reads them", () => {
    assert.equal(keyWords(mixed, ["7", hexOfText('ä"')]), 'a = 7, c = "ä\\""');
  });
});
