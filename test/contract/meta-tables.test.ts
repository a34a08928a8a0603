import { describe } from "node:test";
import { startDownstream } from "../../src/stand-ins/databases/downstream.ts";
import { CHECKPOINT_COLUMNS } from "../support/checkpoint-columns.ts";
import { startMariaDb } from "../support/mariadb.ts";
import { skipWithout } from "../support/services.ts";
import { type MetaStage, metaTables, ROWS } from "./meta-tables.ts";

describe("DM's meta tables on a real MariaDB", { skip: skipWithout("mariadb"), timeout: 120_000 }, () => {
  metaTables(async (): Promise<MetaStage> => {
    // The server's own limit is a day.
    const database = await startMariaDb({ serverOptions: ["--lock-wait-timeout=20"] });
    await database.asRoot("CREATE DATABASE dm_meta");
    const table = "dm_meta.orders_syncer_checkpoint";
    return {
      writer: await database.user("writer", ["GRANT SELECT, INSERT, UPDATE, CREATE ON dm_meta.*"]),
      reader: await database.user("reader", ["GRANT SELECT ON dm_meta.*"]),
      async reset() {
        for (const name of [table, `${table}_bak_r7`, "dm_meta.dm_medic_fence"])
          await database.asRoot(`DROP TABLE IF EXISTS ${name}`);
        await database.asRoot(`CREATE TABLE ${table} (${CHECKPOINT_COLUMNS})`);
        for (const { id, schema, table: name, file, position, gtid, isGlobal } of ROWS)
          await database.asRoot(
            `INSERT INTO ${table} (id, cp_schema, cp_table, binlog_name, binlog_pos, binlog_gtid, table_info, is_global) VALUES (?, ?, ?, ?, ?, ?, 'null', ?)`,
            [id, schema, name, file, position, gtid, isGlobal],
          );
      },
      stop: () => database.stop(),
    };
  });
});

describe("DM's meta tables on the stand-in downstream", { timeout: 60_000 }, () => {
  metaTables(async (): Promise<MetaStage> => {
    let downstream = await startDownstream({ users: { meta: "m", probe: "p" }, readers: ["probe"] });
    const { port } = downstream;
    return {
      writer: { host: "127.0.0.1", port, user: "meta", password: "m" },
      reader: { host: "127.0.0.1", port, user: "probe", password: "p" },
      async reset() {
        await downstream.stop();
        downstream = await startDownstream({ users: { meta: "m", probe: "p" }, readers: ["probe"], port });
        downstream.checkpoints.set("orders", [...ROWS]);
      },
      stop: () => downstream.stop(),
    };
  });
});
