import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { type Comparison, verdictOf } from "../../../src/domain/comparison/comparison.ts";
import { keyWords } from "../../../src/domain/comparison/key.ts";
import { someRules } from "../../support/row-rules.ts";
import { type RowStage, startRowStage } from "../../support/row-stage.ts";
import { skipWithout } from "../../support/services.ts";

const COLUMNS = `
  id BIGINT NOT NULL, tiny TINYINT UNSIGNED, small SMALLINT, medium MEDIUMINT, big BIGINT UNSIGNED, flag BOOL, zero INT(7) UNSIGNED ZEROFILL,
  bits BIT(13), born YEAR, amount DECIMAL(30,10), ratio FLOAT, exact DOUBLE, day DATE, at DATETIME(3), stamp TIMESTAMP(6) NULL, during TIME(2),
  name VARCHAR(60), fixed CHAR(12), old VARCHAR(40) CHARACTER SET latin1, folded VARCHAR(40) COLLATE utf8mb4_general_ci, note TEXT, novel LONGTEXT,
  pick ENUM('a','b','ß'), some SET('x','y','z'), raw BINARY(6), bytes VARBINARY(20), blobs BLOB, huge LONGBLOB, doc JSON`;

const ROWS: readonly string[] = [
  "1, 255, -32768, 8388607, 18446744073709551615, 1, 42, b'1010101010101', 1999, 12345678901234567890.0123456789, 0.1, 0.1, '2024-02-29', '2024-01-01 10:00:00.123', '2024-01-01 10:00:00.654321', '-838:59:59.00', 'naïve 😀', 'padded', 'café', 'Straße', 'line\\nbreak', 'long', 'ß', 'x,z', X'00FF00', X'', X'1F00', X'FF', '{\"a\":1}'",
  `2${", NULL".repeat(28)}`,
  "3, 0, 0, 0, 0, 0, 0, b'0', 0, 0, 0, 0, '0000-00-00', '0000-00-00 00:00:00', NULL, '00:00:00', '', '', '', '', '', '', 'a', '', X'', X'', '', '', '[]'",
  "4, 1, 1, 1, 1, 1, 1, b'1', 2155, -0.0000000001, -1.5e-10, 2.2250738585072014e-308, '9999-12-31', '9999-12-31 23:59:59.999', '2038-01-01 00:00:00', '838:59:59', '\\\\ '' \" ` \\0 \\Z', 'a', 'ÿ', 'A', REPEAT('ü', 9000), REPEAT('x', 100000), 'b', 'x,y,z', X'0102030405FF', X'00', REPEAT('b', 5000), REPEAT(X'1F', 200000), '{}'",
  "5, 7, 7, 7, 7, 0, 9999999, b'111', 2024, 7, 1e30, 1e300, '2024-01-01', '2024-01-01', '2024-06-01 00:00:00', '1:00:00', 'a', 'a', 'a', 'a ', 'a', 'a', 'a', 'y', 'a', 'a', 'a', 'a', '1'",
  "6, 7, 7, 7, 7, 0, 1, b'111', 2024, 7, 16777216, 123456789012345680, '2024-01-01', '2024-01-01', '2024-06-01 00:00:00', '1:00:00', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'y', 'a', 'a', 'a', 'a', '1'",
];

/** A change of one column of the row with id 6, which the comparison must see. */
const CHANGES: Readonly<Record<string, string>> = {
  tiny: "8",
  small: "-7",
  medium: "NULL",
  big: "8",
  flag: "1",
  zero: "2",
  bits: "b'110'",
  born: "2025",
  amount: "7.0000000001",
  ratio: "16777500",
  exact: "123456789012345696",
  day: "'2024-01-02'",
  at: "'2024-01-01 00:00:00.001'",
  stamp: "'2024-06-01 00:00:00.000001'",
  during: "'1:00:00.01'",
  name: "'A'",
  fixed: "''",
  old: "'b'",
  folded: "'A'",
  note: "NULL",
  novel: "'b'",
  pick: "'b'",
  some: "'x'",
  raw: "'b'",
  bytes: "X'6100'",
  blobs: "NULL",
  huge: "'b'",
  doc: "'2'",
};

function found({ tables }: Comparison, at = 0): readonly string[] {
  const { listed, plan } = tables[at]!;
  return listed
    .map(({ kind, key, columns }) => `${kind} ${keyWords(plan!.key!, key)}${columns.length > 0 ? ` (${columns})` : ""}`)
    .toSorted();
}

describe("compare-rows on two real servers", { skip: skipWithout("mariadb"), timeout: 170_000 }, () => {
  let stage: RowStage;
  before(async () => {
    stage = await startRowStage();
  });
  after(() => stage?.stop());
  beforeEach(() =>
    stage.both(
      "DROP DATABASE IF EXISTS shop; DROP DATABASE IF EXISTS shop_1; DROP DATABASE IF EXISTS shop_2; CREATE DATABASE shop; USE shop",
    ),
  );
  const everyType = async (): Promise<void> => {
    await stage.both(`CREATE TABLE t (${COLUMNS}, PRIMARY KEY (id)) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
    for (const row of ROWS) await stage.both(`INSERT INTO t VALUES (${row})`);
  };

  test("finds rows of every type equal where they are", async () => {
    await everyType();

    const done = await stage.compare();

    assert.deepEqual(verdictOf(done), { kind: "equal" });
    assert.deepEqual([done.tables[0]!.rowsUpstream, done.tables[0]!.rowsDownstream], [ROWS.length, ROWS.length]);
  });

  test("sees a change in a column of any type, and names it", async () => {
    await everyType();
    for (const [name, value] of Object.entries(CHANGES)) {
      await stage.down.query(`UPDATE t SET \`${name}\` = ${value} WHERE id = 6`);

      const done = await stage.compare();

      assert.deepEqual(found(done), [`differing id = 6 (${name})`], name);
      await stage.down.query("DELETE FROM t WHERE id = 6");
      await stage.down.query(`INSERT INTO t VALUES (${ROWS[5]})`);
    }
  });

  test("tells apart NULL from empty and from zero, and values that move from one column to the next", async () => {
    await stage.both("CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(9), b VARCHAR(9), n INT, m INT)");
    await stage.up.query("INSERT INTO t VALUES (1, NULL, '', NULL, 0), (2, 'x', NULL, 1, NULL), (3, 'x', 'y', 1, 2)");
    await stage.down.query("INSERT INTO t VALUES (1, '', NULL, 0, NULL), (2, NULL, 'x', NULL, 1), (3, 'x', 'y', 1, 2)");

    assert.deepEqual(found(await stage.compare()), ["differing id = 1 (a,b,n,m)", "differing id = 2 (a,b,n,m)"]);
  });

  test("sees two rows that exchanged a value, which XOR of checksums does not", async () => {
    await stage.both("CREATE TABLE t (id INT PRIMARY KEY, a CHAR(1) NOT NULL)");
    await stage.up.query("INSERT INTO t VALUES (1, 'A'), (2, 'B')");
    await stage.down.query("INSERT INTO t VALUES (1, 'B'), (2, 'A')");

    assert.deepEqual(found(await stage.compare()), ["differing id = 1 (a)", "differing id = 2 (a)"]);
  });

  test("does not count as a difference what the servers only declare differently", async () => {
    await stage.up.query(
      "CREATE TABLE t (id INT PRIMARY KEY, d DECIMAL(10,2), z INT(6) UNSIGNED ZEROFILL, at DATETIME, during TIME(3), l VARCHAR(20) CHARACTER SET latin1, f FLOAT, x DOUBLE(10,2), e ENUM('a','b'), n INT NOT NULL)",
    );
    await stage.down.query(
      "CREATE TABLE t (id BIGINT PRIMARY KEY, n BIGINT, d DECIMAL(20,6), z INT UNSIGNED, at DATETIME(6), during TIME, l TEXT CHARACTER SET utf8mb4, f DOUBLE, x DOUBLE, e VARCHAR(9))",
    );
    const columns = "(id, d, z, at, during, l, f, x, e, n)";
    await stage.up.query(
      `INSERT INTO t ${columns} VALUES (1, 1.5, 42, '2024-01-01 10:00:00', '10:00:00', 'café ÿ', 16777216, 1.5, 'b', 9), (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0)`,
    );
    await stage.down.query(
      `INSERT INTO t ${columns} VALUES (1, 1.5, 42, '2024-01-01 10:00:00', '10:00:00', 'café ÿ', 16777200, 1.5, 'b', 9), (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0)`,
    );

    assert.deepEqual(verdictOf(await stage.compare()), { kind: "equal" });
  });

  for (const [rows, chunks] of [
    [0, 1],
    [1, 1],
    [499, 1],
    [500, 2],
    [1_999, 4],
    [2_001, 5],
  ] as const)
    test(`walks ${rows} rows in chunks and finds the one that is gone`, async () => {
      await stage.both(`CREATE TABLE t (id BIGINT PRIMARY KEY, v INT)`);
      if (rows > 0) await stage.both(`INSERT INTO t SELECT CAST(seq AS SIGNED) * 3 - 500, seq FROM seq_1_to_${rows}`);
      const limits = { chunkRows: 500 };
      const equal = await stage.compare({ limits });
      assert.deepEqual([verdictOf(equal), equal.tables[0]!.chunks], [{ kind: "equal" }, chunks]);
      await stage.down.query("INSERT INTO t VALUES (1000000, 1)");
      if (rows > 0) await stage.down.query(`DELETE FROM t WHERE id = ${rows * 3 - 500}`);

      const lost = rows > 0 ? [`missing id = ${rows * 3 - 500}`] : [];
      assert.deepEqual(found(await stage.compare({ limits })), ["extra id = 1000000", ...lost]);
    });

  test("takes sparse, dense, negative and largest keys for what they are", async () => {
    await stage.both("CREATE TABLE t (id BIGINT UNSIGNED PRIMARY KEY, v INT); CREATE TABLE s (id BIGINT PRIMARY KEY, v INT)");
    await stage.both(
      "INSERT INTO t SELECT seq, seq FROM seq_1_to_3000; INSERT INTO t SELECT seq * 1000000007, seq FROM seq_5_to_800; INSERT INTO t VALUES (18446744073709551615, 1), (9007199254740993, 2), (9007199254740992, 3)",
    );
    await stage.both(
      "INSERT INTO s SELECT CAST(seq AS SIGNED) - 1500, seq FROM seq_1_to_3000; INSERT INTO s VALUES (-9223372036854775808, 1), (9223372036854775807, 1)",
    );
    await stage.down.query(
      "DELETE FROM t WHERE id IN (18446744073709551615, 9007199254740993, 1000000007 * 77, 2999); DELETE FROM s WHERE id IN (-9223372036854775808, 0)",
    );

    const done = await stage.compare({ limits: { chunkRows: 300 } });

    assert.deepEqual(found(done, 0), ["missing id = -9223372036854775808", "missing id = 0"]);
    assert.deepEqual(found(done, 1), [
      "missing id = 18446744073709551615",
      "missing id = 2999",
      "missing id = 77000000539",
      "missing id = 9007199254740993",
    ]);
    assert.deepEqual([done.tables[1]!.rowsUpstream, done.tables[1]!.rowsDownstream], [3_799, 3_795]);
  });

  test("walks composite keys", async () => {
    await stage.both(
      "CREATE TABLE t (a INT, day DATE, code VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, v INT, PRIMARY KEY (a, day, code))",
    );
    await stage.both(
      "INSERT INTO t SELECT seq DIV 700, '2024-01-01' + INTERVAL seq MOD 30 DAY, CONCAT('c', seq, IF(seq % 2, 'Ä', '''')), seq FROM seq_1_to_3000",
    );
    await stage.down.query(
      "DELETE FROM t WHERE v = 1400; UPDATE t SET v = -1 WHERE v = 2999; INSERT INTO t VALUES (2, '2024-01-01', '', 5)",
    );

    assert.deepEqual(found(await stage.compare({ limits: { chunkRows: 300 } })), [
      'differing a = 4, day = 2024-01-30, code = "c2999Ä" (v)',
      'extra a = 2, day = 2024-01-01, code = ""',
      `missing a = 2, day = 2024-01-21, code = "c1400'"`,
    ]);
  });

  test("compares text keys by their bytes, in whatever collations they stand", async () => {
    const words = ["a", "A", "ä", "Z", "z ", "_", "😀", "ß", "ss", "Straße", "", "0", "\\t", "ab", "aB"];
    const cases: readonly (readonly [up: string, down: string, order: string])[] = [
      ["utf8mb4_bin", "utf8mb4_bin", "column"],
      ["utf8mb4_nopad_bin", "utf8mb4_bin", "column"],
      ["utf8mb4_general_ci", "utf8mb4_bin", "bytes"],
      ["utf8mb4_bin", "utf8mb4_unicode_ci", "bytes"],
      ["utf8mb4_general_ci", "utf8mb4_general_ci", "column"],
    ];
    for (const [up, down, order] of cases) {
      await stage.both("DROP TABLE IF EXISTS t");
      for (const [connection, collation] of [
        [stage.up, up],
        [stage.down, down],
      ] as const) {
        await connection.query(`CREATE TABLE t (code VARCHAR(40) PRIMARY KEY, v INT) CHARACTER SET utf8mb4 COLLATE ${collation}`);
        await connection.query("INSERT INTO t SELECT CONCAT('k', HEX(seq * 7919)), seq FROM seq_1_to_1200");
        for (const word of words) await connection.query(`INSERT IGNORE INTO t VALUES ('${word}', 0)`);
      }
      // What one side's collation takes for one word, the other may keep as two: the upstream decides.
      const folds = (collation: string): boolean => collation.endsWith("_ci");
      if (folds(up) !== folds(down))
        await stage.both("DELETE FROM t WHERE v = 0; INSERT INTO t VALUES ('ä', 0), ('😀', 0), ('Z', 0)");

      const equal = await stage.compare({ limits: { chunkRows: 300 } });
      assert.deepEqual(verdictOf(equal), { kind: "equal" }, `${up} ${down}`);
      assert.equal(equal.tables[0]!.plan!.key![0]!.order, order);

      await stage.down.query("DELETE FROM t WHERE v IN (1, 600); UPDATE t SET code = 'other' WHERE v = 640");
      const done = await stage.compare({ limits: { chunkRows: 300 } });
      assert.deepEqual(
        found(done),
        ['extra code = "other"', 'missing code = "k1EEF"', 'missing code = "k488028"', 'missing code = "k4D5580"'],
        `${up} ${down}`,
      );
    }
  });

  test("of latin1, binary and enumerated keys", async () => {
    await stage.up.query(
      "CREATE TABLE l (c VARCHAR(20) CHARACTER SET latin1 PRIMARY KEY, v INT); CREATE TABLE b (c BINARY(4) PRIMARY KEY, v INT); CREATE TABLE e (e ENUM('b','a') NOT NULL, n INT, PRIMARY KEY (e, n))",
    );
    await stage.down.query(
      "CREATE TABLE l (c VARCHAR(20) CHARACTER SET utf8mb4 PRIMARY KEY, v INT); CREATE TABLE b (c VARBINARY(4) PRIMARY KEY, v INT); CREATE TABLE e (e ENUM('a','b') NOT NULL, n INT, PRIMARY KEY (e, n))",
    );
    await stage.both(
      "INSERT INTO l VALUES ('café', 1), ('z', 2); INSERT INTO b VALUES (X'00000001', 1), (X'FF00FF00', 2), (X'41424344', 3); INSERT INTO e VALUES ('a', 1), ('b', 1), ('b', 2)",
    );
    assert.deepEqual(verdictOf(await stage.compare()), { kind: "equal" });
    await stage.down.query("DELETE FROM l WHERE v = 1; DELETE FROM b WHERE v = 2; DELETE FROM e WHERE n = 2");

    const done = await stage.compare();

    assert.deepEqual(
      done.tables.map((_, at) => found(done, at)),
      [["missing c = 0xFF00FF00"], ['missing e = "b", n = 2'], ['missing c = "café"']],
    );
  });

  test("counts a table without key as a whole and says that it cannot name rows", async () => {
    await stage.both("CREATE TABLE t (a INT, b VARCHAR(9)); INSERT INTO t VALUES (1, 'x'), (1, 'x'), (NULL, NULL)");
    assert.deepEqual(verdictOf(await stage.compare()), { kind: "equal" });
    await stage.down.query("DELETE FROM t WHERE a = 1 LIMIT 1");

    const done = await stage.compare();

    assert.deepEqual(verdictOf(done), { kind: "different" });
    assert.deepEqual(done.tables[0]!.wholeDiffers, { rowsUpstream: 3, rowsDownstream: 2 });
    assert.deepEqual(done.tables[0]!.plan!.notes, [{ kind: "no-key" }]);
  });

  test("adds shards up that go into one table, tells their rows apart, and respects routes and lists", async () => {
    const shard =
      "CREATE TABLE orders_1 (id INT PRIMARY KEY, v INT); CREATE TABLE orders_2 LIKE orders_1; CREATE TABLE log (id INT PRIMARY KEY)";
    await stage.up.query(`CREATE DATABASE shop_1; USE shop_1; ${shard}; CREATE DATABASE shop_2; USE shop_2; ${shard}; USE shop`);
    for (const [at, name] of ["shop_1.orders_1", "shop_1.orders_2", "shop_2.orders_1", "shop_2.orders_2"].entries())
      await stage.up.query(`INSERT INTO ${name} SELECT seq * 4 + ${at}, seq FROM seq_1_to_900`);
    await stage.up.query("INSERT INTO shop_1.log VALUES (1)");
    await stage.down.query(
      "CREATE TABLE orders (id INT PRIMARY KEY, v INT, c_table VARCHAR(20)); INSERT INTO orders SELECT seq, seq DIV 4, 'x' FROM seq_4_to_3603",
    );
    const rules = someRules("s1", {
      allow: { doSchemas: ["shop_*"], ignoreSchemas: [], doTables: [], ignoreTables: [{ schema: "shop_*", table: "log" }] },
      routes: [
        {
          name: "r",
          schemaPattern: "shop_*",
          tablePattern: "orders_*",
          targetSchema: "shop",
          targetTable: "orders",
          extractedColumns: ["c_table"],
        },
      ],
    });
    const options = { rules: [rules], limits: { chunkRows: 300 } };
    const equal = await stage.compare(options);
    assert.deepEqual([verdictOf(equal), equal.tables.length, equal.tables[0]!.rowsUpstream], [{ kind: "equal" }, 1, 3_600]);
    await stage.down.query(
      "DELETE FROM orders WHERE id IN (4, 2001, 3603); UPDATE orders SET v = 0 WHERE id = 1002; INSERT INTO orders VALUES (1, 1, 'x')",
    );

    const done = await stage.compare(options);

    assert.deepEqual(found(done), [
      "differing id = 1002 (v)",
      "extra id = 1",
      "missing id = 2001",
      "missing id = 3603",
      "missing id = 4",
    ]);
  });

  test("adds two sources up, and refuses to judge a merged table of which one source is not read", async () => {
    await stage.up.query(
      "CREATE DATABASE shop_1; CREATE TABLE shop_1.t (id INT PRIMARY KEY); INSERT INTO shop_1.t VALUES (1), (3); CREATE DATABASE shop_2; CREATE TABLE shop_2.t (id INT PRIMARY KEY); INSERT INTO shop_2.t VALUES (2)",
    );
    await stage.down.query("CREATE TABLE t (id INT PRIMARY KEY); INSERT INTO t VALUES (1), (2)");
    const rulesOf = (source: string, schema: string) =>
      someRules(source, {
        allow: { doSchemas: [schema], ignoreSchemas: [], doTables: [], ignoreTables: [] },
        routes: [
          { name: "r", schemaPattern: schema, tablePattern: "t", targetSchema: "shop", targetTable: "t", extractedColumns: [] },
        ],
      });
    const rules = [rulesOf("s1", "shop_1"), rulesOf("s2", "shop_2")];
    const upstreams = new Map([
      ["s1", stage.reader("up")],
      ["s2", stage.reader("up")],
    ]);

    const both = await stage.compare({ rules, mergesShards: true, parts: { upstreams } });
    const one = await stage.compare({ rules, mergesShards: true });

    assert.deepEqual(found(both), ["missing id = 3"]);
    assert.deepEqual(verdictOf(one), { kind: "not-comparable", why: ["shop.t: other-sources"] });
  });

  test("says of each table why it cannot be compared, and compares the others", async () => {
    await stage.up.query("CREATE TABLE gone (id INT PRIMARY KEY); CREATE TABLE other (a INT PRIMARY KEY)");
    await stage.down.query("CREATE TABLE other (b INT PRIMARY KEY)");
    await stage.both("CREATE TABLE t (id INT PRIMARY KEY)");

    const done = await stage.compare();

    assert.deepEqual(verdictOf(done), {
      kind: "not-comparable",
      why: ["shop.gone: not-downstream", "shop.other: no-common-column"],
    });
    assert.equal(done.tables[2]!.state.kind, "done");
  });

  test("asks for one table only where one is wanted", async () => {
    await stage.both("CREATE TABLE a (id INT PRIMARY KEY); CREATE TABLE b (id INT PRIMARY KEY)");

    const done = await stage.compare({ only: { schema: "shop", table: "b" } });

    assert.deepEqual(
      done.tables.map(({ compared }) => compared.target.table),
      ["b"],
    );
    await assert.rejects(stage.compare({ only: { schema: "shop", table: "c" } }), /no-table/);
  });

  test("lists so many differing keys and counts all of them, up to a bound", async () => {
    await stage.both("CREATE TABLE t (id INT PRIMARY KEY)");
    await stage.up.query("INSERT INTO t SELECT seq FROM seq_1_to_12000");

    const all = await stage.compare({ limits: { listedAtMost: 10, countedAtMost: 50_000 } });
    const some = await stage.compare({ limits: { listedAtMost: 10, countedAtMost: 100 } });

    assert.deepEqual([all.tables[0]!.counts.missing, all.tables[0]!.listed.length], [12_000, 10]);
    assert.deepEqual(some.tables[0]!.state, { kind: "done", atLeast: true });
    assert.ok(some.tables[0]!.counts.missing >= 100 && some.tables[0]!.listed.length === 10);
  });

  test("finds rows that only the downstream has, however many", async () => {
    await stage.both("CREATE TABLE t (id INT PRIMARY KEY)");
    await stage.down.query("INSERT INTO t SELECT seq FROM seq_1_to_12000");

    const { counts, chunks } = (await stage.compare({ limits: { countedAtMost: 50_000, chunkRows: 1_000 } })).tables[0]!;

    assert.deepEqual([counts, chunks], [{ missing: 0, differing: 0, extra: 12_000 }, 13], "no chunk reads all of them at once");
  });
});
