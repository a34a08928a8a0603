import { backupPrefixOf } from "../../binlog/backup-table.ts";
import type { RowChange } from "../../binlog/checkpoint-row.ts";
import type { CheckpointRewrite } from "../../plan/step-action.ts";
import { type Sayer, sqlName, sqlText } from "./step-words.ts";

const tableOf = (metaSchema: string, task: string): string => `${sqlName(metaSchema)}.${sqlName(`${task}_syncer_checkpoint`)}`;

/** One row's change as the statement that does it. */
export function updateText(table: string, source: string, change: RowChange): string {
  const gtid = change.gtid === undefined ? "" : `, binlog_gtid = ${sqlText(change.gtid)}`;
  return `UPDATE ${table} SET binlog_name = ${sqlText(change.file)}, binlog_pos = ${change.position}${gtid} WHERE id = ${sqlText(source)} AND cp_schema = ${sqlText(change.schema)} AND cp_table = ${sqlText(change.table)};`;
}

export const prepareBackup: Sayer<"prepare-backup"> = ({ action, name, task, say }) => {
  const backup = `${sqlName(action.metaSchema)}.${sqlName(`${action.backupTable}<store>_<run>`)}`;
  const call = `CREATE TABLE IF NOT EXISTS ${backup} LIKE ${tableOf(action.metaSchema, task)};`;
  return {
    title: say(`Make the empty backup table for ${name}`, `为 ${name} 建立空的备份表`),
    call,
    needs: say("the meta writer's account", "元数据写入账号"),
    proves: say("the images have a place before anything is written", "写入之前镜像已有存放处"),
    undo: say("an empty table stays", "留下一张空表"),
    byHand: [call],
  };
};

function passed(rewrite: CheckpointRewrite, language: "en" | "zh"): string {
  const file = rewrite.form === "align" ? rewrite.should?.havePassed : undefined;
  if (file === undefined) return "";
  return language === "en"
    ? ` (should DM have passed ${file} by then: every row back to its start, with the GTID set before it)`
    : `（若届时 DM 已越过 ${file}：所有行退回其开头及之前的 GTID 集合）`;
}

export const rewriteCheckpoint: Sayer<"rewrite-checkpoint"> = ({ action, name, task, source, say }) => {
  const table = tableOf(action.metaSchema, task);
  const backup = `${sqlName(action.metaSchema)}.${sqlName(`${action.backupTable}<store>_<run>`)}`;
  const where = `WHERE id = ${sqlText(source)}`;
  const statements = [
    "BEGIN;",
    `SELECT * FROM ${table} ${where} FOR UPDATE;`,
    `INSERT INTO ${backup} SELECT * FROM ${table} ${where};`,
    ...action.asSeen.map((change) => updateText(table, source, change)),
    "COMMIT;",
  ];
  const { rewrite } = action;
  const title = {
    rewind: say(
      `Set the checkpoint rows of ${name} to the start of ${"file" in rewrite ? rewrite.file : ""}`,
      `将 ${name} 的断点行设到 ${"file" in rewrite ? rewrite.file : ""} 的开头`,
    ),
    align: say(
      `Set the checkpoint row of every table of ${name} to the place of its global row${passed(rewrite, "en")}`,
      `将 ${name} 每个表的断点行设到其全局断点处${passed(rewrite, "zh")}`,
    ),
    "rewind-all": say(
      `Set every checkpoint row of ${name} back to ${"file" in rewrite ? rewrite.file : ""} with the GTID set before it`,
      `将 ${name} 的所有断点行退回 ${"file" in rewrite ? rewrite.file : ""} 及其之前的 GTID 集合`,
    ),
  }[rewrite.form];
  return {
    title,
    call: statements.join("\n"),
    needs: say(
      "the worker let go; the same rows; the global row in this file or a later one; the values shown are as of now and are decided anew on the locked rows",
      "worker 已释放；行集合不变；全局行位于该文件或更新的文件；所示值为当前值，执行时依据锁定的行重新决定",
    ),
    proves: say("the rows read back as written, their images are in the backup table", "读回的行与写入一致，镜像在备份表中"),
    undo: say("the images are written back, while nothing has read the new rows", "在新断点被读取之前写回镜像"),
    byHand: statements,
  };
};

/** For a person: the images stand in the backup table. v1.0 keeps no GTID sets. */
function restoreText(table: string, backup: string, source: string, generation: string): string {
  const columns = ["binlog_name", "binlog_pos", ...(generation === "v1.0" ? [] : ["binlog_gtid"])];
  const same = ["id", "cp_schema", "cp_table"].map((column) => `kept.${column} = present.${column}`).join(" AND ");
  const set = columns.map((column) => `present.${column} = kept.${column}`).join(", ");
  return `UPDATE ${table} AS present JOIN ${backup} AS kept ON ${same} SET ${set} WHERE present.id = ${sqlText(source)};`;
}

export const restoreCheckpoint: Sayer<"restore-checkpoint"> = ({ action, name, task, source, say, generation }) => ({
  title: say(
    `Bring back the checkpoint rows of ${name} as ${action.of} found them`,
    `将 ${name} 的断点行恢复为 ${action.of} 之前的值`,
  ),
  call: `UPDATE ${tableOf(action.metaSchema, task)} … WHERE id = ${sqlText(source)}   -- ${say(`the images that ${action.of} kept`, `${action.of} 保留的镜像`)}`,
  needs: say(
    "the rows are still those that the run wrote; no subtask was made since",
    "行仍为该运行写入的值，期间没有创建子任务",
  ),
  proves: say("the rows read back as the images", "读回的行与镜像一致"),
  undo: say("a new plan", "新的计划"),
  byHand: [
    restoreText(
      tableOf(action.metaSchema, task),
      `${sqlName(action.metaSchema)}.${sqlName(`${backupPrefixOf(task)}<store>_${action.of.toLowerCase().replace("-", "")}`)}`,
      source,
      generation,
    ),
  ],
});
