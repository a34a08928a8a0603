import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { backupPrefixOf } from "../../src/domain/binlog/backup-table.ts";
import type { Step, StepAction } from "../../src/domain/plan/plan.ts";
import { stepWords } from "../../src/domain/wording/step.ts";
import { CHECKPOINT_COLUMNS, CHECKPOINT_COLUMNS_V1_0 } from "../support/checkpoint-columns.ts";
import { type MariaDb, startMariaDb } from "../support/mariadb.ts";
import { skipWithout } from "../support/services.ts";

const SOURCE = "replica-1";

describe("the statements that a person is shown, executed on a real MariaDB as they stand", {
  skip: skipWithout("mariadb"),
  timeout: 120_000,
}, () => {
  let database: MariaDb;
  before(async () => {
    database = await startMariaDb();
    await database.asRoot("CREATE DATABASE dm_meta");
  });
  after(() => database.stop());

  for (const [generation, task, columns] of [
    ["v2+", "t'o`day", CHECKPOINT_COLUMNS],
    ["v1.0", "old", CHECKPOINT_COLUMNS_V1_0],
  ] as const)
    test(`${generation}: rows are backed up and rewritten, and brought back, by copying the statements`, async () => {
      const isV1 = generation === "v1.0";
      const table = `\`dm_meta\`.\`${`${task}_syncer_checkpoint`.replaceAll("`", "``")}\``;
      await database.asRoot(`CREATE TABLE ${table} (${columns})`);
      const [names, values] = isV1 ? ["", ""] : [", binlog_gtid, table_info", ", '0-1-7', 'null'"];
      for (const [id, schema, name, position, isGlobal] of [
        [SOURCE, "", "", 900, 1],
        [SOURCE, "shop", "it's", 950, 0],
        ["other", "", "", 77, 1],
      ])
        await database.asRoot(
          `INSERT INTO ${table} (id, cp_schema, cp_table, binlog_name, binlog_pos, is_global${names}) VALUES (?, ?, ?, 'mysql-bin.000002', ?, ?${values})`,
          [id, schema, name, position, isGlobal],
        );
      const rows = async () =>
        (await database.asRoot(
          `SELECT id, cp_table, binlog_name, binlog_pos${isV1 ? "" : ", binlog_gtid"} FROM ${table} ORDER BY id, cp_table`,
        )) as { id: string; binlog_pos: number }[];
      const typed = async (action: StepAction): Promise<void> => {
        const step: Step = { number: 1, target: { task, source: SOURCE, unit: "Sync" }, action, atMostSeconds: 1 };
        for (const line of stepWords(step, { language: "en", generation }).byHand) {
          assert.match(line, /;$/);
          await database.asRoot(line.replaceAll("<store>_<run>", "5f0c_r1").replaceAll("<store>", "5f0c"));
        }
      };
      const backupTable = backupPrefixOf(task);
      const gtid = isV1 ? undefined : "0-1-3";
      const change = (schema: string, name: string) => ({ schema, table: name, file: "mysql-bin.000002", position: 4, gtid });
      const before = await rows();

      await typed({ kind: "prepare-backup", metaSchema: "dm_meta", backupTable });
      await typed({
        ...{ kind: "rewrite-checkpoint", metaSchema: "dm_meta", backupTable, asSeen: [change("", ""), change("shop", "it's")] },
        rewrite: { form: "rewind", file: "mysql-bin.000002", previousGtids: null },
      });
      assert.deepEqual(
        (await rows()).map(({ id, binlog_pos }) => [id, binlog_pos]),
        [
          ["other", 77],
          [SOURCE, 4],
          [SOURCE, 4],
        ],
      );

      await typed({ kind: "restore-checkpoint", metaSchema: "dm_meta", of: "R-1" });
      assert.deepEqual(await rows(), before);
    });
});
