import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { type Connection, createConnection, type ResultSetHeader, type RowDataPacket } from "mysql2/promise";
import { type Downstream, startDownstream } from "../../src/stand-ins/databases/downstream.ts";
import { startUpstream, type Upstream } from "../../src/stand-ins/databases/upstream.ts";

const TABLE = "`dm_meta`.`orders_syncer_checkpoint`";

describe("the stand-in downstream, asked through mysql2", () => {
  let downstream: Downstream;
  let open: Connection[];
  beforeEach(async () => {
    downstream = await startDownstream({ users: { meta: "m", probe: "p" }, readers: ["probe"], schemas: ["shop"] });
    open = [];
    downstream.checkpoints.set("orders", [
      { id: "r1", schema: "", table: "", file: "mysql-bin.000003", position: 4_000, gtid: "0-101-9", isGlobal: true },
      { id: "r1", schema: "shop", table: "orders", file: "mysql-bin.000003", position: 4_100, gtid: "0-101-9", isGlobal: false },
    ]);
  });
  afterEach(async () => {
    for (const connection of open) connection.destroy();
    await downstream.stop();
  });
  const connect = async (user: "meta" | "probe" = "meta", password = user[0]!): Promise<Connection> => {
    const connection = await createConnection({ host: "127.0.0.1", port: downstream.port, user, password });
    open.push(connection);
    return connection;
  };
  const positionSeenBy = async (connection: Connection): Promise<unknown> => {
    const [rows] = await connection.execute<RowDataPacket[]>(`SELECT binlog_pos FROM ${TABLE} WHERE is_global = ?`, [1]);
    return rows[0]?.binlog_pos;
  };

  test("a wrong password is refused with TiDB's number", async () => {
    await assert.rejects(connect("meta", "wrong"), { errno: 1045, sqlState: "28000" });
  });

  test("a transaction is seen by others when it is committed, and not when its connection is cut", async () => {
    const [writer, reader] = [await connect(), await connect()];
    await writer.query("BEGIN PESSIMISTIC");
    const [changed] = await writer.execute<ResultSetHeader>(`UPDATE ${TABLE} SET binlog_pos = ? WHERE id = ?`, [4, "r1"]);
    assert.equal(changed.affectedRows, 2);
    assert.equal(await positionSeenBy(reader), 4_000);

    await writer.query("COMMIT");
    assert.equal(await positionSeenBy(reader), 4);

    await writer.query("START TRANSACTION");
    await writer.execute(`UPDATE ${TABLE} SET binlog_pos = ?`, [7]);
    writer.destroy();
    assert.equal(await positionSeenBy(reader), 4);
  });

  test("rows read FOR UPDATE keep DM's own flush waiting, and let another writer fail with 1205", {
    timeout: 20_000,
  }, async () => {
    const [holder, other] = [await connect(), await connect()];
    await holder.query("BEGIN PESSIMISTIC");
    await holder.execute(`SELECT * FROM ${TABLE} WHERE id = ? FOR UPDATE`, ["r1"]);

    const row = { id: "r1", schema: "", table: "", file: "mysql-bin.000004", position: 4, gtid: "", isGlobal: true };
    assert.equal(downstream.checkpoints.save([{ task: "orders", rows: [row] }]), false);
    await assert.rejects(other.execute(`UPDATE ${TABLE} SET binlog_pos = 1`), { errno: 1205 });

    await holder.query("ROLLBACK");
    assert.equal(downstream.checkpoints.save([{ task: "orders", rows: [row] }]), true);
  });

  test("a backup table is made like its original and filled from it", async () => {
    const connection = await connect();
    await connection.query(`CREATE TABLE \`dm_meta\`.\`backup\` LIKE ${TABLE}`);
    const [copied] = await connection.query<ResultSetHeader>(`INSERT INTO \`dm_meta\`.\`backup\` SELECT * FROM ${TABLE}`);
    assert.equal(copied.affectedRows, 2);
    await assert.rejects(connection.query(`CREATE TABLE \`dm_meta\`.\`backup\` LIKE ${TABLE}`), { errno: 1050 });
  });

  test("who may only read is refused every writing verb", async () => {
    const probe = await connect("probe");
    assert.equal(await positionSeenBy(probe), 4_000);
    for (const sql of [`UPDATE ${TABLE} SET binlog_pos = 1`, "CREATE TABLE dm_meta.x (a INT)", `DELETE FROM ${TABLE}`])
      await assert.rejects(probe.query(sql), { errno: 1142 });
  });

  test("names that are not there are told by number", async () => {
    const connection = await connect();
    await assert.rejects(connection.query("SELECT * FROM dm_meta.gone"), { errno: 1146 });
    await assert.rejects(connection.query(`SELECT gone FROM ${TABLE}`), { errno: 1054 });
    await assert.rejects(connection.query("SELEKT 1"), { errno: 1064 });
  });
});

describe("the stand-in upstream, asked through mysql2", () => {
  let upstream: Upstream;
  let connection: Connection;
  const start = async (options: Parameters<typeof startUpstream>[0]): Promise<void> => {
    upstream = await startUpstream(options);
    upstream.tell({ file: 5, position: 900, gtid: 80, hugeFiles: new Set([4]) });
    connection = await createConnection({ host: "127.0.0.1", port: upstream.port, user: "probe" });
  };
  afterEach(async () => {
    connection.destroy();
    await upstream.stop();
  });
  const rows = async (sql: string): Promise<RowDataPacket[]> => (await connection.query<RowDataPacket[]>(sql))[0];

  test("lists its files with sizes past four bytes, until they are purged", async () => {
    await start({});
    const before = await rows("SHOW BINARY LOGS");
    assert.deepEqual(before.map((row) => row.Log_name as string).slice(-2), ["mysql-bin.000004", "mysql-bin.000005"]);
    assert.ok(Number(before.at(-2)?.File_size) > 2 ** 32);
    assert.equal(Number(before.at(-1)?.File_size), 900);

    upstream.purgeBefore(5);
    assert.equal((await rows("SHOW BINARY LOGS")).length, 1);
    await assert.rejects(rows("SHOW BINLOG EVENTS IN 'mysql-bin.000004' LIMIT 3"), { errno: 1220 });
  });

  test("events are told from where one begins, and from nowhere else", async () => {
    await start({});
    upstream.binlog.append([{ kind: "bytes", bytes: 100 }]);
    const [first] = await rows("SHOW BINLOG EVENTS IN 'mysql-bin.000005' FROM 900 LIMIT 1");
    assert.deepEqual([first?.Event_type, first?.Info], ["Gtid", "BEGIN GTID 0-101-81"]);
    await assert.rejects(rows("SHOW BINLOG EVENTS IN 'mysql-bin.000005' FROM 910 LIMIT 1"), { errno: 1220 });
    assert.deepEqual(await rows(`SHOW BINLOG EVENTS IN 'mysql-bin.000005' FROM ${upstream.binlog.end.position} LIMIT 1`), []);
  });

  test("each flavour tells the GTIDs before a file in its own event, and its status by its own words", async () => {
    await start({ flavor: "mysql-8.4" });
    const events = await rows("SHOW BINLOG EVENTS IN 'mysql-bin.000004' LIMIT 3");
    assert.equal(events[1]?.Event_type, "Previous_gtids");
    assert.match(String(events[1]?.Info), /^[0-9a-f-]{36}:1-\d+$/);
    assert.equal((await rows("SHOW BINARY LOG STATUS"))[0]?.File, "mysql-bin.000005");
    await assert.rejects(rows("SHOW MASTER STATUS"), { errno: 1064 });
  });
});
