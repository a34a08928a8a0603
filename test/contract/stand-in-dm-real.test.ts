import assert from "node:assert/strict";
import { truncateSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";
import { type Lab, startLab } from "../support/dm-lab.ts";
import { type MariaDb, startMariaDb } from "../support/mariadb.ts";
import { skipWithout } from "../support/services.ts";

describe("the stand-in DM between two real MariaDBs", { skip: skipWithout("mariadb"), timeout: 120_000 }, () => {
  let upServer: MariaDb;
  let downServer: MariaDb;
  let lab: Lab;
  before(async () => {
    const serverOptions = ["--log-bin=mysql-bin", "--binlog-format=ROW", "--server-id=101"];
    [upServer, downServer] = await Promise.all([startMariaDb({ serverOptions }), startMariaDb()]);
    const { database: _, ...target } = await downServer.freshDatabase("dm_meta");
    lab = await startLab({
      upstream: {
        login: { host: "127.0.0.1", port: upServer.port, user: "root", password: "" },
        grow: (file, sizeBytes) => upServer.restart(() => truncateSync(upServer.pathOf(file), sizeBytes)),
      },
      downstream: target,
    });
  });
  after(async () => {
    await lab?.end();
    await Promise.all([upServer?.stop(), downServer?.stop()]);
  });
  const onUpstream = async <T>(work: (connection: Connection) => Promise<T>): Promise<T> => {
    const connection = await createConnection({ host: "127.0.0.1", port: upServer.port, user: "root", dateStrings: true });
    try {
      return await work(connection);
    } finally {
      await connection.end();
    }
  };
  /** What the server says and what the stand-in thinks, side by side. */
  const agree = async (): Promise<void> => {
    // The server adds a checkpoint event of its own a moment after it opened a file.
    for (let look = 1; look < 10; look++)
      try {
        return await compareOnce();
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    return compareOnce();
  };
  const compareOnce = async (): Promise<void> => {
    await lab.pass(1);
    const { binlog } = lab.source().side;
    const [files, status, gtid] = await onUpstream(async (connection) => [
      (await connection.query<RowDataPacket[]>("SHOW BINARY LOGS"))[0].map((row) => [row.Log_name, Number(row.File_size)]),
      (await connection.query<RowDataPacket[]>("SHOW MASTER STATUS"))[0][0],
      (await connection.query<RowDataPacket[]>("SELECT @@gtid_binlog_pos AS g"))[0][0]?.g,
    ]);
    assert.deepEqual(
      binlog.files.map(({ number, sizeBytes }) => [`mysql-bin.${String(number).padStart(6, "0")}`, sizeBytes]),
      files,
    );
    assert.deepEqual([binlog.end.position, binlog.gtidText(binlog.end.gtid)], [Number((status as RowDataPacket).Position), gtid]);
  };

  test("keeps the real server's files, positions and GTIDs, also of what others wrote", async () => {
    await agree();
    await onUpstream((connection) => connection.query("CREATE DATABASE other"));
    await agree();
  });

  test("replicates rows, updates, deletes and DDL, and writes its checkpoints there", async () => {
    await lab.start();
    await lab.world.write("replica-1", [
      "UPDATE shop.orders SET note = 'it''s \\\\ ☃' WHERE id = 1",
      "DELETE FROM shop.orders WHERE id = 2",
      "INSERT INTO shop.orders VALUES (3, NULL)",
    ]);
    await lab.world.write("replica-1", [
      "ALTER TABLE shop.orders ADD COLUMN at DATETIME(3), ADD COLUMN amount DECIMAL(10,2), ADD COLUMN raw BLOB",
    ]);
    await lab.world.write("replica-1", ["INSERT INTO shop.orders VALUES (4, 'x', '2026-01-02 03:04:05.678', 12.50, X'00ff')"]);
    await lab.pass(2);

    const rows = async (connection: Connection) =>
      JSON.stringify((await connection.query({ sql: "SELECT * FROM shop.orders ORDER BY id", rowsAsArray: true }))[0]);
    assert.equal(await rows(lab.db), await onUpstream(rows));
    assert.deepEqual(await lab.ids(), [1, 3, 4]);
    const [global] = await lab.checkpoint();
    const { binlog } = lab.source().side;
    assert.deepEqual([global?.position, global?.gtid], [binlog.end.position, binlog.gtidText(binlog.end.gtid)]);
  });

  test("loses the row past 4 GiB of a file that the server itself lists as that large", async () => {
    await lab.writeHuge();
    await agree();
    const huge = lab.source().side.binlog.files.find(({ sizeBytes }) => sizeBytes > 2 ** 32);
    assert.equal(huge?.number, lab.hugeFile);
    await lab.passUntil("the file is passed", () => lab.isPast(lab.hugeFile));
    await lab.pass(2);

    assert.deepEqual(await lab.ids(), [1, 3, 4, 200, 202]);
    assert.deepEqual([lab.subtask()?.stage, lab.subtask()?.synced], ["Running", true]);
  });

  test("brings it back when the file is replayed by GTIDs from its previous set", async () => {
    await lab.stopTask();
    await lab.call("PUT", "/apis/v1alpha1/sources", { op: 3, sourceID: ["replica-1"] });
    const from = { host: "127.0.0.1", port: upServer.port, user: "root", password: "" };
    const made = await lab.call("PUT", "/apis/v1alpha1/sources", {
      op: 1,
      config: [`source-id: replica-1\nenable-gtid: true\nfrom: ${JSON.stringify(from)}\n`],
    });
    assert.equal(made.result, true, JSON.stringify(made));
    const [, list] = await onUpstream(
      async (connection) => (await connection.query<RowDataPacket[]>("SHOW BINLOG EVENTS IN 'mysql-bin.000002' LIMIT 3"))[0],
    );
    const previous = /\[(.+)\]/.exec(String(list?.Info))![1]!;
    await lab.setRows(`binlog_name = 'mysql-bin.000002', binlog_pos = 4, binlog_gtid = '${previous}'`);
    const meta = { "binlog-name": "mysql-bin.000002", "binlog-pos": 4, "binlog-gtid": previous };
    const answer = await lab.start({ isSafe: true, meta });
    assert.equal(answer.result, true, JSON.stringify(answer));
    await lab.passUntil("the file is passed again", () => lab.isPast(lab.hugeFile));

    assert.deepEqual(await lab.ids(), [1, 3, 4, 200, 201, 202]);
  });

  test("a wrong password of the upstream is refused when the source is made", async () => {
    await lab.stopTask();
    await lab.call("PUT", "/apis/v1alpha1/sources", { op: 3, sourceID: ["replica-1"] });
    const from = { host: "127.0.0.1", port: upServer.port, user: "medic", password: "wrong" };
    const made = await lab.call("PUT", "/apis/v1alpha1/sources", {
      op: 1,
      config: [`source-id: replica-1\nfrom: ${JSON.stringify(from)}\n`],
    });
    assert.match(String(made.msg), /code=10001:class=database:scope=upstream.*Error 1045/);
    assert.equal(lab.world.sources.size, 0);
  });
});
