import { quoted, type Sayer } from "./step-words.ts";

export const handleStatement: Sayer<"handle-statement"> = ({ action, name, task, source, say, dmctl }) => {
  const op = { skip: 1, replace: 2, revert: 3 }[action.how];
  const position = action.position === null ? "" : `,"binlogPos":${JSON.stringify(action.position)}`;
  const sqls = action.instead.length === 0 ? "" : `,"sqls":${JSON.stringify(action.instead)}`;
  const title = {
    skip: say(`Skip the statement that ${name} fails on`, `跳过 ${name} 失败的语句`),
    replace: say(`Execute another statement in place of the one that ${name} fails on`, `用其他语句替换 ${name} 失败的语句`),
    revert: say(`Take back what was said about the failing statement of ${name}`, `撤回对 ${name} 失败语句的处理`),
  }[action.how];
  return {
    title,
    call: `PUT /apis/v1alpha1/errors {"op":${op},"task":${JSON.stringify(task)},"sources":${JSON.stringify([source])}${position}${sqls}}\n${action.statement}`,
    needs: say("it still fails on this statement, which is DDL", "仍在该语句上失败，且为 DDL"),
    proves: say("the subtask goes on past it", "子任务已越过它"),
    undo: say("revert, only while the position is not passed", "未越过该位置时可撤回"),
    byHand: [
      `${dmctl} binlog ${action.how} ${quoted(task)} -s ${quoted(source)}${action.position === null ? "" : ` -b ${quoted(action.position)}`}${action.instead.map((sql) => ` ${quoted(sql)}`).join("")}`,
    ],
  };
};

export const compareRows: Sayer<"compare-rows"> = ({ name, atMostSeconds, say }) => ({
  title: say(`Compare the rows of ${name}, upstream against downstream`, `对比 ${name} 上下游的行`),
  call: "SELECT COUNT(*), BIT_XOR(…), SUM(…) FROM … WHERE key BETWEEN … AND …",
  needs: say(
    `read accounts on both sides; at most ${atMostSeconds} s, at the configured rate`,
    `两侧的只读账号；最多 ${atMostSeconds} 秒，按配置的速率`,
  ),
  proves: say("the same rows on both sides, or which are missing, differing or extra", "两侧行一致，或列出缺失、不同、多余的行"),
  undo: say("nothing was changed", "没有任何改动"),
  byHand: [],
});

export const copyMissingRows: Sayer<"copy-missing-rows"> = ({ action, name, say }) => ({
  title: say(
    `Insert the rows that are missing from ${name} (${action.comparison})`,
    `补入 ${name} 缺失的行（${action.comparison}）`,
  ),
  call: "INSERT INTO … VALUES …   -- never REPLACE",
  needs: say(
    "the syncer has passed the position at which each row was read; it is still missing then",
    "syncer 已越过读取该行时的位置，且该行仍然缺失",
  ),
  proves: say("the rows are there as upstream has them", "行已存在且与上游一致"),
  undo: say("delete exactly the inserted rows while they are unchanged", "在未变化时删除补入的行"),
  byHand: [
    `# ${say(`the SQL file of ${action.comparison}: its message has a button for it; look at each row before`, `${action.comparison} 的 SQL 文件：其消息中有按钮；执行前请检查每一行`)}`,
  ],
});

export const removeCopiedRows: Sayer<"remove-copied-rows"> = ({ action, name, say }) => ({
  title: say(`Delete from ${name} the rows that ${action.of} inserted`, `从 ${name} 删除 ${action.of} 补入的行`),
  call: "DELETE FROM … WHERE key = … AND …",
  needs: say("each row is still as it was inserted", "每一行仍为补入时的值"),
  proves: say("they are gone", "行已删除"),
  undo: say("a new plan", "新的计划"),
  byHand: [],
});
