import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { crc32 } from "node:zlib";
import { type Connection, createConnection, type ResultSetHeader, type RowDataPacket } from "mysql2/promise";
import { type Downstream, startDownstream } from "../../src/stand-ins/databases/downstream.ts";
import { startUpstream, type Upstream } from "../../src/stand-ins/databases/upstream.ts";

const ORDERS = `CREATE TABLE shop.orders (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, customer VARCHAR(8) NOT NULL DEFAULT 'x',
  amount DECIMAL(10,2) NOT NULL, note TEXT, placed_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, touched TIMESTAMP NULL DEFAULT NULL
  ON UPDATE CURRENT_TIMESTAMP, raw VARBINARY(16), weight DOUBLE, KEY by_customer (customer, placed_at), UNIQUE KEY once (customer, amount))
  ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='what was bought'`;

describe("the SQL that the stand-in databases understand", () => {
  let downstream: Downstream;
  let db: Connection;
  before(async () => {
    downstream = await startDownstream({ schemas: ["shop"] });
    db = await createConnection({ host: "127.0.0.1", port: downstream.port, user: "u", database: "shop", dateStrings: true });
    await db.query(ORDERS);
    await db.query(
      "INSERT INTO orders (customer, amount, note, placed_at, raw, weight) VALUES ('ana', 12.5, 'it''s \\\\ \\n', '2026-01-02 03:04:05', X'00ff', 0.1), ('Bo', 7, NULL, '2026-01-03 00:00:00', NULL, 2)",
    );
  });
  after(async () => {
    db.destroy();
    await downstream.stop();
  });
  const rows = async (sql: string, values: unknown[] = []): Promise<RowDataPacket[]> =>
    (await db.query<RowDataPacket[]>({ sql, values }))[0];
  const only = async (sql: string): Promise<unknown> => Object.values((await rows(sql))[0] ?? {})[0];

  test("values come back as they print in MySQL", async () => {
    const [first, second] = await rows("SELECT * FROM orders ORDER BY id");
    assert.deepEqual(
      { ...first },
      {
        ...{ id: 1, customer: "ana", amount: "12.50", note: "it's \\ \n", placed_at: "2026-01-02 03:04:05" },
        ...{ touched: null, raw: Buffer.from([0, 255]), weight: 0.1 },
      },
    );
    assert.equal(second?.amount, "7.00");
  });

  test("a checksum over columns is what the same bytes give", async () => {
    const line = (text: string): number => crc32(Buffer.from(text));
    const [found] = await rows(
      "SELECT COUNT(*) AS n, BIT_XOR(CAST(CRC32(CONCAT_WS('#', id, customer, amount, note, placed_at, ISNULL(note))) AS UNSIGNED)) AS x, SUM(CRC32(CONCAT_WS('#', id, amount))) AS s FROM `shop`.`orders` FORCE INDEX (PRIMARY) WHERE (id > ?) OR (id = ? AND 1 = 1)",
      [0, 0],
    );
    const expected = line("1#ana#12.50#it's \\ \n#2026-01-02 03:04:05#0") ^ line("2#Bo#7.00#2026-01-03 00:00:00#1");
    assert.deepEqual({ ...found }, { n: 2, x: expected >>> 0, s: line("1#12.50") + line("2#7.00") });
  });

  test("expressions mean what they mean in MySQL", async () => {
    const cases: readonly (readonly [string, unknown])[] = [
      ["SELECT 1 || 0", 1],
      ["SELECT NULL <=> NULL", 1],
      ["SELECT HEX(255)", "FF"],
      ["SELECT HEX('ü')", "C3BC"],
      ["SELECT LENGTH('ü')", 2],
      ["SELECT CHAR_LENGTH('ü')", 1],
      ['SELECT "text"', "text"],
      ["SELECT IF(2 > 1, 'yes', 'no')", "yes"],
      ["SELECT IFNULL(NULL, 'x')", "x"],
      ["/* a remark */ SELECT CONVERT(12.50, CHAR)", "12.50"],
      ["SELECT CONVERT('ü' USING utf8mb4)", "ü"],
      ["SELECT CAST('12' AS UNSIGNED) + 1", 13],
      ["SELECT CONCAT('a', NULL)", null],
      ["SELECT (1, 'b') > (1, 'a')", 1],
      ["SELECT COUNT(*) FROM orders WHERE customer = 'ANA'", 0],
      ["SELECT COUNT(*) FROM orders WHERE customer COLLATE utf8mb4_general_ci = 'ANA'", 1],
      ["SELECT COUNT(*) FROM orders WHERE BINARY customer > 'Bo' AND (customer, id) >= ('a', 0)", 1],
      [
        "SELECT COUNT(DISTINCT customer) FROM orders o JOIN (SELECT 1 AS one) t ON t.one = 1 WHERE o.id IN (SELECT id FROM orders)",
        2,
      ],
      ["SELECT GROUP_CONCAT(customer ORDER BY id DESC SEPARATOR '/') FROM orders", "Bo/ana"],
      ["SELECT CASE WHEN amount > 10 THEN 'big' ELSE 'small' END FROM orders WHERE id = 1", "big"],
      ["SELECT MD5('a')", "0cc175b9c0f1b6a831c399e269772661"],
      ["SELECT @@tidb_txn_mode", "pessimistic"],
      ["SELECT DATABASE()", "shop"],
      ["SELECT MAX(id) FROM orders FOR UPDATE", 2],
    ];
    for (const [sql, value] of cases) assert.deepEqual(await only(sql), value, sql);
  });

  test("columns without an alias are called as they were written", async () => {
    const [row] = await rows(
      "SELECT COUNT(*), VERSION(), orders.id + 1, `customer`, amount money FROM orders GROUP BY id ORDER BY id LIMIT 1",
    );
    assert.deepEqual(Object.keys(row ?? {}), ["COUNT(*)", "VERSION()", "orders.id + 1", "customer", "money"]);
  });

  test("what is not understood is refused by number, never answered by guess", async () => {
    const cases: readonly (readonly [string, number])[] = [
      ["SELECT 7 / 2", 1064],
      ["SELECT 1 ^ 2", 1064],
      ["SELECT JSON_EXTRACT('{}', '$')", 1305],
      ["SELECT sqlite_version()", 1305],
      ["SELECT a GLOB 'x' FROM orders", 1064],
      ["SELECT DATE_ADD(NOW(), INTERVAL 1 DAY)", 1305],
      ["PRAGMA table_list", 1064],
      ["EXPLAIN SELECT 1", 1064],
      ["WITH x AS (SELECT 1) SELECT * FROM x", 1064],
      ["INSERT INTO orders (id, amount) VALUES (9, 1) RETURNING id", 1064],
      ["UPDATE orders SET amount = 1, note = amount", 1064],
      ["SELECT * FROM nowhere.t", 1049],
      ["SELECT * FROM gone", 1146],
      ["SELECT gone FROM orders", 1054],
      ["CREATE TABLE shop.odd (a GEOMETRY)", 1064],
      ["SET no_such_variable = 1", 1193],
      ["SELECT 'open", 1064],
    ];
    for (const [sql, errno] of cases) await assert.rejects(db.query(sql), { errno }, sql);
  });

  test("values that a column can not hold are refused", async () => {
    const cases: readonly (readonly [string, number])[] = [
      ["INSERT INTO orders (id, customer, amount) VALUES (1, 'x', 1)", 1062],
      ["INSERT INTO orders (customer, amount) VALUES ('ana', 12.50)", 1062],
      ["INSERT INTO orders (customer, amount) VALUES ('far too long', 1)", 1406],
      ["INSERT INTO orders (customer, amount) VALUES ('n', 'many')", 1366],
      ["INSERT INTO orders (customer, amount) VALUES ('n', NULL)", 1048],
      ["INSERT INTO orders (customer, amount) VALUES ('n')", 1136],
    ];
    for (const [sql, errno] of cases) await assert.rejects(db.query(sql), { errno }, sql);
    await assert.rejects(db.execute("INSERT INTO orders (amount, customer) VALUES (?, ?), (?, 'new')", ["12.50", "ana", "1"]), {
      sqlMessage: "Duplicate entry 'ana-12.50' for key 'orders.once'",
    });
  });

  test("rows are written, replaced, limited and counted", async () => {
    await db.query("CREATE TABLE copy LIKE orders");
    const [copied] = await db.query<ResultSetHeader>("INSERT INTO copy SELECT * FROM orders");
    const [made] = await db.execute<ResultSetHeader>("INSERT INTO copy (customer, amount) VALUES (?, ?)", ["Cy", "3.10"]);
    await db.query("REPLACE INTO copy (id, customer, amount) VALUES (1, 'ana', 99)");
    await db.query(
      "INSERT INTO copy (id, customer, amount) VALUES (2, 'Bo', 7) ON DUPLICATE KEY UPDATE amount = VALUES(amount) + 1, note = 'twice'",
    );
    const [changed] = await db.query<ResultSetHeader>("UPDATE copy SET note = 'late' WHERE id > 0 ORDER BY id DESC LIMIT 1");
    const [gone] = await db.query<ResultSetHeader>("DELETE FROM copy WHERE amount > 50 LIMIT 5");

    assert.deepEqual([copied.affectedRows, made.insertId, changed.affectedRows, gone.affectedRows], [2, 3, 1, 1]);
    assert.deepEqual(
      (await rows("SELECT id, amount, note, touched IS NULL AS untouched FROM copy ORDER BY id")).map((row) =>
        Object.values(row),
      ),
      [
        [2, "8.00", "twice", 0],
        [3, "3.10", "late", 0],
      ],
    );
  });

  test("a table is altered with its rows, and described as it is then", async () => {
    await db.query("CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20), b INT)");
    await db.query("INSERT INTO t VALUES (1, 'x', 5)");
    await db.query(
      "ALTER TABLE t ADD COLUMN c INT NOT NULL DEFAULT 7 AFTER id, DROP COLUMN b, CHANGE a name VARCHAR(30), ADD KEY by_name (name)",
    );
    assert.deepEqual(
      (await rows("SELECT * FROM t")).map((row) => ({ ...row })),
      [{ id: 1, c: 7, name: "x" }],
    );
    const created = Object.values((await rows("SHOW CREATE TABLE t"))[0] ?? {})[1];
    assert.match(
      String(created),
      /`c` int NOT NULL DEFAULT '7',\n {2}`name` varchar\(30\).*\n {2}PRIMARY KEY \(`id`\),\n {2}KEY `by_name`/,
    );
    await db.query("CREATE TABLE again LIKE t");
    await assert.rejects(db.query("ALTER TABLE t ADD COLUMN c INT"), { errno: 1060 });
    await assert.rejects(db.query("ALTER TABLE t DROP COLUMN nope"), { errno: 1091 });
  });

  test("information_schema tells of columns, keys and constraints", async () => {
    const columns = await rows(
      "SELECT c.column_name AS name, c.column_type AS type, c.is_nullable AS nullable, c.collation_name AS collation FROM information_schema.columns c WHERE c.table_schema = ? AND c.table_name = ? ORDER BY c.ordinal_position",
      ["shop", "orders"],
    );
    assert.deepEqual({ ...columns[2] }, { name: "amount", type: "decimal(10,2)", nullable: "NO", collation: null });
    const keys = await rows(
      "SELECT s.index_name AS name, GROUP_CONCAT(s.column_name ORDER BY s.seq_in_index) AS of FROM information_schema.statistics s WHERE s.table_schema = 'shop' AND s.table_name = 'orders' AND s.non_unique = 0 GROUP BY s.index_name ORDER BY s.index_name",
    );
    assert.deepEqual(
      keys.map((row) => [row.name, row.of]),
      [
        ["once", "customer,amount"],
        ["PRIMARY", "id"],
      ],
    );
    const [constraint] = await rows(
      "SELECT tc.constraint_type AS type FROM information_schema.table_constraints tc JOIN information_schema.key_column_usage k ON k.constraint_name = tc.constraint_name AND k.table_name = tc.table_name AND k.table_schema = tc.table_schema WHERE tc.table_schema = 'shop' AND tc.table_name = 'orders' AND k.column_name = 'id'",
    );
    assert.equal(constraint?.type, "PRIMARY KEY");
    const [table] = await rows(
      "SELECT table_rows FROM information_schema.tables WHERE table_schema = 'SHOP' AND table_name = 'orders'",
    );
    assert.equal(table?.table_rows, 2);
  });

  test("a transaction that only reads writes nothing, and a connection can be cut by another", async () => {
    const other = await createConnection({ host: "127.0.0.1", port: downstream.port, user: "u" });
    other.on("error", () => {});
    await other.query("SET SESSION TRANSACTION READ ONLY");
    await other.query("START TRANSACTION WITH CONSISTENT SNAPSHOT");
    await assert.rejects(other.query("UPDATE shop.orders SET note = 'x'"), { errno: 1792 });
    const [[mine]] = await other.query<RowDataPacket[]>("SELECT CONNECTION_ID() AS id");
    const shown = await rows("SHOW PROCESSLIST");
    assert.ok(shown.some(({ Id }) => Id === mine?.id));
    await db.query(`KILL ${String(mine?.id)}`);
    await assert.rejects(other.query("SELECT 1"));
    await assert.rejects(db.query("KILL 999999"), { errno: 1094 });
  });
});

describe("the stand-in upstream's tables", () => {
  let upstream: Upstream;
  let db: Connection;
  before(async () => {
    upstream = await startUpstream({
      users: { dm: "dm", probe: "p" },
      readers: ["probe"],
      withoutBinlog: ["probe"],
      schemas: ["shop"],
    });
    db = await createConnection({ host: "127.0.0.1", port: upstream.port, user: "dm", password: "dm", database: "shop" });
  });
  after(async () => {
    db.destroy();
    await upstream.stop();
  });

  test("compare texts without case, as MariaDB does, and give back what was inserted", async () => {
    await db.query("CREATE TABLE t (name VARCHAR(10) PRIMARY KEY)");
    const [made] = await db.query<RowDataPacket[]>("INSERT INTO t VALUES ('Ana') RETURNING name");
    assert.equal(made[0]?.name, "Ana");
    await assert.rejects(db.query("INSERT INTO t VALUES ('ANA')"), { errno: 1062 });
  });

  test("keep their binary logs from who may not see them", async () => {
    const probe = await createConnection({ host: "127.0.0.1", port: upstream.port, user: "probe", password: "p" });
    await assert.rejects(probe.query("SHOW BINARY LOGS"), { errno: 1227 });
    const [grants] = await probe.query<RowDataPacket[]>("SHOW GRANTS");
    assert.match(String(Object.values(grants[0] ?? {})[0]), /^GRANT SELECT, PROCESS ON \*\.\* TO/);
    await assert.rejects(probe.query("INSERT INTO shop.t VALUES ('x')"), { errno: 1142 });
    probe.destroy();
    const [logs] = await db.query<RowDataPacket[]>("SHOW BINARY LOGS");
    assert.equal(logs.length, 1);
  });
});
