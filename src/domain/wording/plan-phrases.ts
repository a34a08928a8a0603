/** Gates and refusals of the ordinary plans. */
export const PLAN_PHRASES = {
  "gate-start-not-known": {
    en: "Whether DM holds the task is not known ({why}).",
    zh: "无法确认 DM 是否持有该任务（{why}）。",
  },
  "gate-there-already": {
    en: "DM holds the task for this source already; there is nothing to start.",
    zh: "DM 已持有该数据源的任务，无需启动。",
  },
  "gate-free-to-start": { en: "DM does not hold the task for this source.", zh: "DM 未持有该数据源的任务。" },
  "gate-statement": {
    en: "The subtask fails on this statement: {statement}",
    zh: "子任务在此语句上失败：{statement}",
  },
  "gate-no-statement": {
    en: "DM does not say which statement fails, so there is nothing to skip or replace.",
    zh: "DM 没有说明失败的语句，没有可跳过或替换的内容。",
  },
  "gate-statement-not-ddl": {
    en: "What fails is no DDL ({statement}). Rows are never skipped: DM would drop them without a trace.",
    zh: "失败的不是 DDL（{statement}）。绝不跳过行：DM 会无声地丢弃它们。",
  },
  "gate-statement-v1": {
    en: "DM v1.0 handles statements by dmctl's sql-skip and sql-replace only.",
    zh: "DM v1.0 只能通过 dmctl 的 sql-skip、sql-replace 处理语句。",
  },
  "gate-replacement": { en: "In its place is executed: {statements}", zh: "改为执行：{statements}" },
  "gate-replacement-missing": {
    en: 'A replacement needs its statements: /dm plan {task} replace "ALTER TABLE …"',
    zh: '替换需要提供语句：/dm plan {task} replace "ALTER TABLE …"',
  },
  "gate-revert-open": {
    en: "The statement is not passed yet, so taking it back still works.",
    zh: "尚未越过该语句，可以撤回。",
  },
  "gate-revert-late": {
    en: "The subtask is past it or does not fail any more: taking it back has no effect now. The way back is an ordinary change of the downstream.",
    zh: "子任务已越过该语句或不再失败：撤回无效。只能通过修改下游来弥补。",
  },
  "warn-statement": {
    en: "The downstream will not get this statement: {statement}. What hangs on it fails or differs later; the ledger keeps it open until somebody says that it was made up for.",
    zh: "下游不会得到该语句：{statement}。依赖它的内容之后会失败或不同；在有人说明已补上之前，台账会一直保留。",
  },
  "warn-rewind-loses": {
    en: "Read by position this repair moves replication on and lost a row on both DMs that it was tried on (v1.0.7, v8.1.0): rows past 4 GiB in {file}. The comparison at the end is part of the plan, not an option.",
    zh: "按位置读取时，该修复会使同步继续，但在测试过的两个 DM（v1.0.7、v8.1.0）上都丢失了一行：{file} 中 4 GiB 之后的行。最后的行对比是计划的一部分，不可省略。",
  },
  "warn-gtid-measured": {
    en: "Measured on DM v8.1.0 with MariaDB 10.11, where it lost nothing; on {version} it was not measured. The comparison at the end says what it did here.",
    zh: "在 DM v8.1.0 与 MariaDB 10.11 上测得没有丢失；在 {version} 上未测试。最后的对比会说明此处的结果。",
  },
  "warn-gtid-measured-here": {
    en: "Measured on this DM (v8.1.0) with MariaDB 10.11, where it lost nothing; with MySQL it was not measured. The comparison at the end says what it did here.",
    zh: "在此 DM 版本（v8.1.0）与 MariaDB 10.11 上测得没有丢失；在 MySQL 上未测试。最后的对比会说明此处的结果。",
  },
  "warn-relay-file-loops": {
    en: "On v8.1.0 the sync unit then turned for ever on the copied file without an error; done means that it is past it. Otherwise the same card offers the next way.",
    zh: "在 v8.1.0 上，sync 单元随后在复制的文件上无错误地反复循环；以越过该文件为完成标准，否则同一卡片会提供下一种方式。",
  },
  "warn-relay-purge": {
    en: "A relay that begins after its old files purges them. What only they hold is gone then.",
    zh: "relay 若从旧文件之后开始会清理旧文件，仅存在于其中的内容将丢失。",
  },
  "gate-compare": { en: "Accounts that read both sides are configured.", zh: "已配置可读取两侧的账号。" },
  "gate-compare-no-upstream": {
    en: "Rows of {source} cannot be compared: no account reads the upstream.",
    zh: "无法对比 {source} 的行：没有可读取上游的账号。",
  },
  "gate-compare-no-downstream": {
    en: "Rows of {source} cannot be compared: no account reads the downstream.",
    zh: "无法对比 {source} 的行：没有可读取下游的账号。",
  },
  "gate-comparison": {
    en: "{comparison} found rows that are missing: {missing}.",
    zh: "{comparison} 发现 {missing} 行缺失。",
  },
  "gate-comparison-none": {
    en: "No comparison of this task has named missing rows. Compare first: /dm compare {task}",
    zh: "没有列出缺失行的对比结果。请先对比：/dm compare {task}",
  },
  "gate-comparison-old": {
    en: "{comparison} is from {at}; each row is looked at again before it is inserted.",
    zh: "{comparison} 是 {at} 的结果；每一行在补入之前都会再次检查。",
  },
  "gate-row-writer": { en: "An account that may insert rows is configured.", zh: "已配置可写入行的账号。" },
  "gate-no-row-writer": {
    en: "No account that may insert rows is configured (rowWriter): an SQL file of the rows can be had instead.",
    zh: "没有配置可写入行的账号（rowWriter）：可改为获取这些行的 SQL 文件。",
  },
  "undo-nothing": { en: "{run} changed nothing that can be taken back.", zh: "{run} 没有可撤回的改动。" },
  "undo-started-since": {
    en: "Something was started since {run} wrote its values, and old values under a running task would lose or double rows. The way back is a new plan.",
    zh: "{run} 写入之后已有启动操作，此时恢复旧值会丢行或重复。请用新的计划处理。",
  },
  "undo-running": { en: "{run} is still under way; it has its own Put back.", zh: "{run} 仍在执行，请用它自己的“放回”。" },
  "no-such-run": { en: "There is no run {run}.", zh: "没有运行 {run}。" },
  "undo-possible": {
    en: "What {run} wrote is still as it wrote it, and nothing was started since.",
    zh: "{run} 写入的值未变，期间没有启动操作。",
  },
  frozen: {
    en: "New runs are frozen here by {by}: {reason}. It lifts with /dm unfreeze, by an admin.",
    zh: "{by} 已在此冻结新的运行：{reason}。由管理员执行 /dm unfreeze 解除。",
  },
  "gate-cause-mended": { en: "The cause is mended: {what} is there.", zh: "原因已解决：{what} 已就位。" },
  "gate-cause-not-known": {
    en: "Whether the cause is mended cannot be seen from here ({why}). Approving the plan accepts that.",
    zh: "无法从此处确认原因是否已解决（{why}）。批准计划即表示接受。",
  },
  "wish-not-understood": {
    en: "I do not understand “{word}” there. /dm help lists what can be planned.",
    zh: "无法理解“{word}”。/dm help 会列出可生成的计划。",
  },
  "wish-value-missing": { en: "{word} needs a value after it.", zh: "{word} 之后需要给出值。" },
  "wish-twice": { en: "{word} was given twice, with different values.", zh: "{word} 给出了两次，且值不同。" },
  "wish-two-playbooks": {
    en: "These are several plans: {playbooks}. Ask for one at a time.",
    zh: "这是多个计划：{playbooks}。请一次只生成一个。",
  },
  "wish-not-taken": {
    en: "{playbook} has no use for “{word}”; it belongs to: {takers}.",
    zh: "{playbook} 用不到“{word}”；它用于：{takers}。",
  },
  "wish-quote-open": {
    en: "A quote begins at “{word}” and does not end. Put the whole statement in quotes.",
    zh: "“{word}” 处的引号没有结束。请将整条语句放在引号中。",
  },
  "wish-curly-quotes": {
    en: "Inside the statement are typographic quotes (“{word}”); a database takes them for part of a name. Type straight ones, and the other kind around the statement.",
    zh: "语句中有弯引号（“{word}”），数据库会将其当作名称的一部分。请输入直引号，并用另一种引号包住语句。",
  },
  "no-such-source": {
    en: "{task} does not read from {source}. It reads from: {sources}.",
    zh: "{task} 没有数据源 {source}。它的数据源：{sources}。",
  },
  "shell-has-no-store": {
    en: "{playbook} stands on what the bot remembers, which the shell does not see. Ask in Slack: {command}",
    zh: "{playbook} 依据机器人的记录，命令行看不到。请在 Slack 中使用：{command}",
  },
  "cause-not-mended": { en: "The cause is still there: {why}", zh: "原因仍然存在：{why}" },
} as const;
