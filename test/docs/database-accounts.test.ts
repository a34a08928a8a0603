import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { createConnection } from "mysql2/promise";
import { createDownstreamProbe } from "../../src/adapters/databases/downstream-probe.ts";
import { createMetaWriter } from "../../src/adapters/databases/meta-writer.ts";
import { createUpstreamProbe } from "../../src/adapters/databases/upstream-probe.ts";
import type { DatabaseLogin } from "../../src/app/ports/databases.ts";
import { CHECKPOINT_COLUMNS } from "../support/checkpoint-columns.ts";
import { type MariaDb, startMariaDb } from "../support/mariadb.ts";
import { skipWithout } from "../support/services.ts";

const PASSWORD = "as-the-paper-says";
const signal = new AbortController().signal;
const timeoutMs = 3_000;
const paper = readFileSync(new URL("../../docs/database-accounts.md", import.meta.url), "utf8");

/** The statements of the paper's blocks of this name. */
function statements(name: string): string[] {
  const blocks = [...paper.matchAll(/^```sql (\S+)\n(.*?)^```/gms)].filter(([, of]) => of === name).map(([, , text]) => text!);
  assert.ok(blocks.length > 0, name);
  return blocks
    .join("")
    .split(";\n")
    .map((statement) => statement.trim().replace("<password>", PASSWORD))
    .filter((statement) => statement !== "");
}

describe("the accounts of docs/database-accounts.md on a real MariaDB", {
  skip: skipWithout("mariadb"),
  timeout: 120_000,
}, () => {
  let upstream: MariaDb;
  let downstream: MariaDb;
  const login = (database: MariaDb, user: string): DatabaseLogin => ({
    ...{ host: "127.0.0.1", port: database.port, user, password: PASSWORD },
  });
  const tables = [{ schema: "shop", table: "orders" }];
  const place = { metaSchema: "dm_meta", task: "orders", source: "r1" };
  before(async () => {
    [upstream, downstream] = await Promise.all([startMariaDb({ binlog: { serverId: 101 } }), startMariaDb()]);
    for (const database of [upstream, downstream]) {
      await database.asRoot("CREATE DATABASE shop");
      await database.asRoot("CREATE TABLE shop.orders (id INT PRIMARY KEY)");
    }
    await downstream.asRoot("CREATE DATABASE dm_meta");
    await downstream.asRoot(`CREATE TABLE dm_meta.orders_syncer_checkpoint (${CHECKPOINT_COLUMNS})`);
    await downstream.asRoot(
      "INSERT INTO dm_meta.orders_syncer_checkpoint (id, cp_schema, cp_table, binlog_name, binlog_pos, table_info, is_global) VALUES ('r1', '', '', 'mysql-bin.000001', 900, 'null', 1)",
    );
    for (const sql of statements("mariadb-upstream")) await upstream.asRoot(sql);
    for (const sql of [...statements("mariadb-fence"), ...statements("mariadb-downstream")]) await downstream.asRoot(sql);
  });
  after(() => Promise.all([upstream.stop(), downstream.stop()]));
  const mayNot = async (whose: DatabaseLogin, sql: string): Promise<void> => {
    const connection = await createConnection({ ...whose });
    await assert.rejects(connection.query(sql), /denied/i, `${whose.user}: ${sql}`);
    connection.destroy();
  };

  test("the upstream probe is answered everything, and may change nothing", async () => {
    const own = login(upstream, "medic_probe");
    const probe = createUpstreamProbe({ login: own, timeoutMs });
    const answers = await Promise.all([
      probe.binlogFiles(signal),
      probe.gtidState(signal),
      probe.previousGtids("mysql-bin.000001", signal),
      probe.eventTypeAt("mysql-bin.000001", 4, signal),
      probe.dumpStreams(signal),
      probe.tablesWithoutKey(tables, signal),
      probe.columnsOf(tables, signal),
      probe.tablesWithForeignKey(tables, signal),
      probe.grantsOf(own, signal),
    ]);

    for (const answer of answers) assert.equal(answer.kind, "known", JSON.stringify(answer));
    await mayNot(own, "INSERT INTO shop.orders VALUES (1)");
    await mayNot(own, "PURGE BINARY LOGS BEFORE NOW()");
  });

  test("the downstream probe is answered everything, and may change nothing", async () => {
    const own = login(downstream, "medic_probe");
    const probe = createDownstreamProbe({ login: own, timeoutMs });

    assert.equal((await probe.globalCheckpoint(place, signal)).kind, "row");
    for (const answer of await Promise.all([
      probe.checkpointRows(place, signal),
      probe.unfinishedDdl(place, signal),
      probe.tablesWithoutKey(tables, signal),
      probe.tableExists(tables[0]!, signal),
    ]))
      assert.equal(answer.kind, "known", JSON.stringify(answer));
    await mayNot(own, "UPDATE dm_meta.orders_syncer_checkpoint SET binlog_pos = 4");
    await mayNot(own, "INSERT INTO shop.orders VALUES (1)");
  });

  test("the meta writer may do its work, and neither delete nor reach the rows", async () => {
    const own = login(downstream, "medic_meta");
    const writer = createMetaWriter({ login: own, timeoutMs });
    const backupTable = "orders_syncer_checkpoint_bak_r1";
    assert.deepEqual(await writer.prepare({ place, backupTable }, signal), { kind: "ready" });

    const outcome = await writer.change(
      {
        ...{ place, backupTable, fence: { name: "shop", value: 1 } },
        decide: () => ({
          ...{ kind: "write", changes: [{ schema: "", table: "", file: "mysql-bin.000001", position: 4, gtid: undefined }] },
        }),
      },
      signal,
    );

    assert.equal(outcome.kind, "written", JSON.stringify(outcome));
    await mayNot(own, "DELETE FROM dm_meta.orders_syncer_checkpoint");
    await mayNot(own, "DROP TABLE dm_meta.orders_syncer_checkpoint_bak_r1");
    await mayNot(own, "SELECT * FROM shop.orders");
  });

  test("the row writer may insert, take back and hold the fence, and not update a row or reach a checkpoint", async () => {
    const own = login(downstream, "medic_rows");
    const connection = await createConnection({ ...own });
    for (const sql of [
      "INSERT INTO shop.orders VALUES (7)",
      "DELETE FROM shop.orders WHERE id = 7",
      "INSERT IGNORE INTO dm_meta.dm_medic_fence VALUES ('rows', 0)",
      "SELECT fence FROM dm_meta.dm_medic_fence WHERE name = 'rows' FOR UPDATE",
      "UPDATE dm_meta.dm_medic_fence SET fence = 1 WHERE name = 'rows'",
    ])
      await connection.query(sql);
    connection.destroy();

    await mayNot(own, "UPDATE shop.orders SET id = 8");
    await mayNot(own, "SELECT * FROM dm_meta.orders_syncer_checkpoint");
  });
});
