/** Gates of plans that replay a binlog file, and of the relay's repairs: what each answer says to the people who vote. */
export const REPLAY_PHRASES = {
  "gate-unit-sync": { en: "The subtask is in its Sync unit.", zh: "子任务处于 Sync 单元。" },
  "gate-began-not-known": {
    en: "Whether the task has read {file} at all is not known: it was past it when it was first seen. If the task began later, do not go back to it, because DDLs from before its dump would be replayed. Approving the plan accepts that.",
    zh: "无法确认任务是否读取过 {file}：首次观察时任务已越过它。若任务是之后才开始的，请勿退回到它，否则会重放导出之前的 DDL。批准计划即表示接受。",
  },
  "gate-unit-finished": {
    en: "{task} is finished, and DM still lists it for the source, which cannot be stopped so. Stop it (stop-task), then ask again.",
    zh: "{task} 已完成，但 DM 仍在该数据源下列出它，因此数据源无法停止。请先 stop-task，再重新生成计划。",
  },
  "gate-unit-other": {
    en: "The subtask is in its {unit} unit; only Sync has checkpoint rows to go back to. Let load and dump end first.",
    zh: "子任务处于 {unit} 单元；只有 Sync 单元有可退回的断点行。请先等待导入导出结束。",
  },
  "gate-upstream-same": {
    en: "The rows and the files are of one upstream ({server}).",
    zh: "断点行与文件属于同一个上游（{server}）。",
  },
  "gate-upstream-other": {
    en: "The name {name} is not of the upstream that is asked: {why}. Its file there may be another server's under the same name.",
    zh: "{name} 这个名字不属于被查询的上游：{why}。上游的同名文件可能是另一台服务器的文件。",
  },
  "gate-upstream-lacks-gtids": {
    en: "The upstream has not executed what the checkpoint has ({set}): it is another server than the one that DM read.",
    zh: "上游没有执行过断点中的事务（{set}）：它不是 DM 读取过的那台服务器。",
  },
  "gate-upstream-not-told": {
    en: "Whether {name} is a file of the present upstream is not known: neither the relay nor a GTID set tells. Approving the plan accepts that.",
    zh: "无法确认 {name} 是否属于当前上游：relay 和 GTID 集合都无法说明。批准计划即表示接受。",
  },
  "gate-file-over-4gib": {
    en: "{file} is {bytes} bytes on the upstream: over 4 GiB (4294967296).",
    zh: "上游的 {file} 为 {bytes} 字节：超过 4 GiB（4294967296）。",
  },
  "gate-file-small": {
    en: "{file} is only {bytes} bytes on the upstream, so this is another disease (purged, damaged, reset): no replay.",
    zh: "上游的 {file} 只有 {bytes} 字节，属于其他问题（清理、损坏、重置）：不重放。",
  },
  "gate-file-not-measured": {
    en: "The size of {file} could not be read from the upstream ({why}). The repair is offered only on a measured size.",
    zh: "无法从上游读取 {file} 的大小（{why}）。只有测得大小后才提供该修复。",
  },
  "gate-file-purged": {
    en: "{file} is not on the upstream any more; its oldest is {oldest}. There is nothing left to replay.",
    zh: "上游已没有 {file}，最旧的是 {oldest}。已无可重放的内容。",
  },
  "gate-file-not-there": {
    en: "The upstream lists no file {file}. Is this the server that DM reads from?",
    zh: "上游没有列出 {file}。这是 DM 读取的服务器吗？",
  },
  "gate-file-not-named": {
    en: "Nothing says which binlog file is meant: neither DM's error nor where it stands. Name it: --file mysql-bin.000123",
    zh: "无法确定所指的 binlog 文件：DM 的错误和所在位置都没有说明。请指定：--file mysql-bin.000123",
  },
  "gate-file-ahead": {
    en: "DM has not reached {file} yet: nothing of it is replayed, the switch comes before rows are lost.",
    zh: "DM 尚未到达 {file}：不重放其中任何内容，在丢行之前完成切换。",
  },
  "gate-file-growing": {
    en: "{file} is {bytes} bytes and still grows towards 4 GiB: nothing of it is lost yet, the switch comes before.",
    zh: "{file} 为 {bytes} 字节，仍在增长并接近 4 GiB：尚未丢行，切换在此之前完成。",
  },
  "gate-in-growing-file": {
    en: "The global checkpoint stands in {file} and stays where it is.",
    zh: "全局断点位于 {file}，且保持不变。",
  },
  "warn-big-files-later": {
    en: "{others} are over 4 GiB too and were read by position. The plan goes back to {file}, so it replays them as well.",
    zh: "{others} 也超过 4 GiB 且曾按位点读取。计划退回到 {file}，因此也会重放这些文件。",
  },
  "warn-big-files-earlier": {
    en: "Rows may be missing since {others} too. This plan goes back to {file} alone and brings none of those back.",
    zh: "自 {others} 起也可能缺行。本计划只退回到 {file}，不会补回更早的行。",
  },
  "gate-before-file": {
    en: "The global checkpoint stands before {file} and stays where it is.",
    zh: "全局断点位于 {file} 之前，且保持不变。",
  },
  "gate-file-closed": { en: "{file} is closed: a newer file is being written.", zh: "{file} 已关闭：正在写入更新的文件。" },
  "gate-file-active": {
    en: "{file} is still being written. Close it first (FLUSH BINARY LOGS on the upstream), then ask again.",
    zh: "{file} 仍在写入。请先关闭它（在上游执行 FLUSH BINARY LOGS），再重新生成计划。",
  },
  "gate-rows-not-known": {
    en: "Where the checkpoint stands is not known ({why}). Approving the plan accepts that; it is read again after the stop.",
    zh: "无法确认断点位置（{why}）。批准计划即表示接受；停止后会再次读取。",
  },
  "gate-reached": {
    en: "The global checkpoint ({global}, {position}) stands in {file} or later.",
    zh: "全局断点（{global}, {position}）位于 {file} 或更新的文件。",
  },
  "gate-not-reached": {
    en: "The global checkpoint ({global}, {position}) has not reached {file}, and a checkpoint is never moved forward: this is the relay's case.",
    zh: "全局断点（{global}, {position}）尚未到达 {file}，断点绝不向前移动：这属于 relay 的问题。",
  },
  "gate-no-shard-lock": { en: "No shard DDL is open.", zh: "没有未完成的分表 DDL。" },
  "gate-shard-lock": {
    en: "A shard DDL lock is open ({lock}). Resolve it first (shard-ddl-lock).",
    zh: "存在未解决的分表 DDL 锁（{lock}）。请先解决（shard-ddl-lock）。",
  },
  "gate-shard-groups": {
    en: "{count} shard groups wait for a DDL. Replaying now would mix two table structures; resolve them first.",
    zh: "有 {count} 个分表组在等待 DDL。此时重放会混用两种表结构；请先解决。",
  },
  "gate-shard-conflict": {
    en: "Shard DDLs contradict each other ({conflict}). Settle that first.",
    zh: "分表 DDL 相互冲突（{conflict}）。请先解决。",
  },
  "gate-shards-merged": {
    en: "The task merges shards, and the way by GTIDs was never measured with merged shards: it is not offered here.",
    zh: "该任务合并分表，而 GTID 方式从未在合并分表时测试过：此处不提供。",
  },
  "gate-shards-not-known": {
    en: "Whether a shard group is open in the meta tables is not known ({why}). Approving the plan accepts that.",
    zh: "无法确认元数据表中是否有未完成的分表组（{why}）。批准计划即表示接受。",
  },
  "gate-no-online-ddl": { en: "No online DDL is under way.", zh: "没有进行中的 online DDL。" },
  "gate-online-ddl": {
    en: "{count} online DDLs are under way (gh-ost or pt-osc). Let them end first.",
    zh: "有 {count} 个 online DDL 正在进行（gh-ost 或 pt-osc）。请先等待结束。",
  },
  "gate-online-ddl-not-known": {
    en: "Whether an online DDL is under way is not known ({why}). Approving the plan accepts that.",
    zh: "无法确认是否有进行中的 online DDL（{why}）。批准计划即表示接受。",
  },
  "gate-keys": { en: "Every replicated table has a key.", zh: "所有同步的表都有键。" },
  "gate-no-keys": {
    en: "These tables have no primary or unique key, so a replay would double their rows: {tables}. Give them a key, or take them out of the task first.",
    zh: "以下表没有主键或唯一键，重放会使其行重复：{tables}。请先加上键，或将其移出任务。",
  },
  "gate-no-keys-downstream": {
    en: "These tables downstream have no primary or unique key, so a replay would double their rows: {tables}. Give them a key, or take them out of the task first.",
    zh: "下游的以下表没有主键或唯一键，重放会使其行重复：{tables}。请先为其添加键，或将其移出任务。",
  },
  "gate-keys-not-known": {
    en: "Whether every table has a key is not known ({why}); one without would get its rows twice. Approving the plan accepts that.",
    zh: "无法确认所有表都有键（{why}）；没有键的表会出现重复行。批准计划即表示接受。",
  },
  "gate-ddl-not-crossed": {
    en: "The global checkpoint stays where it is, so no DDL is gone back across.",
    zh: "全局断点保持不变，因此不会退回到任何 DDL 之前。",
  },
  "gate-ddl-inside": {
    en: "The tables upstream have the columns that the checkpoint knows. Whether a DDL lies between the start of {file} and the checkpoint is not known: 4 GiB are not searched for it, and rows before it would be mapped to the columns after it.",
    zh: "上游表的列与断点记录的一致。{file} 开头到断点之间是否有 DDL 无法确认：不会为此扫描 4 GiB，而 DDL 之前的行会按之后的列映射。",
  },
  "gate-ddl": {
    en: "The structure of these tables is not the one of the checkpoint: {tables}. A replay across a DDL would map columns wrongly.",
    zh: "以下表的结构与断点记录不同：{tables}。跨 DDL 重放会错误映射列。",
  },
  "gate-ddl-not-known": {
    en: "Whether a DDL lies in the replayed range is not known ({why}). Approving the plan accepts that.",
    zh: "无法确认重放范围内是否有 DDL（{why}）。批准计划即表示接受。",
  },
  "gate-foreign-keys-not-checked": {
    en: "This version of DM does not check foreign keys in safe mode.",
    zh: "该版本 DM 在安全模式下不检查外键。",
  },
  "gate-no-foreign-keys": { en: "No replicated table has a foreign key.", zh: "同步的表都没有外键。" },
  "gate-foreign-keys": {
    en: "From v8.5.6 on safe mode pauses on a change of keys where foreign keys are checked: {tables}. Switch the check off for the task first.",
    zh: "v8.5.6 起，检查外键时安全模式会因键值变化而暂停：{tables}。请先为任务关闭外键检查。",
  },
  "gate-foreign-keys-not-known": {
    en: "Whether a table has a foreign key is not known ({why}); from v8.5.6 on the replay may pause there. Approving the plan accepts that.",
    zh: "无法确认是否有外键（{why}）；v8.5.6 起重放可能在此暂停。批准计划即表示接受。",
  },
  "gate-no-other-tasks": { en: "No other task reads this source.", zh: "没有其他任务读取该数据源。" },
  "gate-other-tasks-stay": {
    en: "Other tasks read this source too and are not touched: {tasks}. They meet, or have met, the same file; compare their rows as well.",
    zh: "还有其他任务读取该数据源且不会改动：{tasks}。它们也会遇到或已遇到同一文件，请同样对比其行。",
  },
  "gate-other-tasks-too": {
    en: "Every other task of this source is stopped and started with it: {tasks}.",
    zh: "该数据源的其他任务会一起停止和启动：{tasks}。",
  },
  "gate-gtids": {
    en: "GTIDs are on, and the set to go on from is executed there and not purged: {set}.",
    zh: "GTID 已开启，起点集合已执行且未被清理：{set}。",
  },
  "gate-gtids-off": {
    en: "The upstream has GTIDs off, so nothing is known to be lossless: the rewind by position, with the comparison after it, is what is left.",
    zh: "上游未开启 GTID，没有已知的无损方式：只剩按位置退回并在之后对比行。",
  },
  "gate-gtids-not-known": {
    en: "The upstream's GTIDs could not be read ({why}).",
    zh: "无法读取上游的 GTID（{why}）。",
  },
  "gate-no-set": { en: "The global checkpoint row carries no GTID set.", zh: "全局断点行没有 GTID 集合。" },
  "gate-set-unreadable": { en: "This is no GTID set: {set}", zh: "无法识别的 GTID 集合：{set}" },
  "gate-set-empty": {
    en: "The GTID set is empty. A replay from an empty set lost rows when it was measured.",
    zh: "GTID 集合为空。实测从空集合重放会丢行。",
  },
  "gate-set-not-executed": {
    en: "The upstream has not executed the set {set}: this is another server than the one the checkpoint was written for.",
    zh: "上游没有执行过集合 {set}：这不是写断点时的那台服务器。",
  },
  "gate-set-purged": {
    en: "The upstream has purged GTIDs that are missing from {set}: DM could not begin there.",
    zh: "上游已清理 {set} 中缺少的 GTID：DM 无法从此处开始。",
  },
  "gate-before": {
    en: "The set before the checkpoint's file is part of it.",
    zh: "断点所在文件之前的集合包含在其中。",
  },
  "gate-set-partial": {
    en: "The checkpoint's GTID set does not hold what was before its own file ({before}): it is a partial set, and DM would begin far back.",
    zh: "断点的 GTID 集合不包含其文件之前的内容（{before}）：这是不完整的集合，DM 会从很早的位置开始。",
  },
  "gate-before-not-known": {
    en: "Whether the checkpoint's GTID set is whole is not known ({why}). Approving the plan accepts that.",
    zh: "无法确认断点的 GTID 集合是否完整（{why}）。批准计划即表示接受。",
  },
  "gate-writer": { en: "An account that may write the meta schema is configured.", zh: "已配置可写元数据库的账号。" },
  "gate-no-writer": {
    en: "No account that may write the meta schema is configured (metaWriter): the plan shows every statement and command for a person, and is not carried out by the bot.",
    zh: "没有配置可写元数据库的账号（metaWriter）：计划会展示所有语句和命令供人工执行，机器人不会执行。",
  },
  "gate-v1-no-sources": {
    en: "DM v1.0 has no sources on its gateway, so it cannot be switched to GTIDs from here.",
    zh: "DM v1.0 的网关不提供数据源操作，无法从此处切换到 GTID。",
  },
  "gate-boundary": {
    en: "The global checkpoint stands at the boundary of a transaction.",
    zh: "全局断点位于事务边界。",
  },
  "gate-inside-transaction": {
    en: "The global checkpoint ({place}) stands inside a transaction; its GTID set would skip the rest of it.",
    zh: "全局断点（{place}）位于事务内部；其 GTID 集合会跳过剩余部分。",
  },
  "gate-boundary-not-known": {
    en: "Whether the global checkpoint stands at the boundary of a transaction is not known ({why}). Approving the plan accepts that.",
    zh: "无法确认全局断点是否位于事务边界（{why}）。批准计划即表示接受。",
  },
  "gate-gtid-already": {
    en: "The source reads by GTIDs already.",
    zh: "数据源已按 GTID 读取。",
  },
  "gate-gtid-not-yet": { en: "The source reads by position now.", zh: "数据源目前按位置读取。" },
  "gate-source-login-works": { en: "The source's login works on the upstream.", zh: "数据源的账号可以登录上游。" },
  "gate-source-login-fails": {
    en: "The source's login fails on the upstream ({why}); a start would be refused and the source left gone.",
    zh: "数据源的账号无法登录上游（{why}）；启动会被拒绝，数据源会缺失。",
  },
  "gate-source-password": {
    en: "DM masks the source's password and the configuration gives no reference for it (sources.{source}.password).",
    zh: "DM 遮盖了数据源的密码，配置中也没有对应的引用（sources.{source}.password）。",
  },
  "gate-source-yaml-missing": {
    en: "DM does not hand out the source's YAML ({why}).",
    zh: "DM 不提供数据源的 YAML（{why}）。",
  },
  "gate-free-worker": { en: "A worker is free for the move: {worker}.", zh: "有空闲的 worker 可供转移：{worker}。" },
  "gate-relay-workers-openapi": {
    en: "Workers are named for the source's relay ({workers}); OpenAPI is there to switch it off.",
    zh: "数据源的 relay 指定了 worker（{workers}）；可通过 OpenAPI 关闭。",
  },
  "gate-relay-workers-stuck": {
    en: "Workers are named for the source's relay ({workers}) and OpenAPI is off: run `stop-relay -s {source} {workers}` with dmctl first, then ask again.",
    zh: "数据源的 relay 指定了 worker（{workers}），而 OpenAPI 未开启：请先用 dmctl 执行 `stop-relay -s {source} {workers}`，再重新生成计划。",
  },
  "gate-relay-copy": {
    en: "The relay is on, so the sync unit reads the relay's copy of {file}. v8.1.0 turned at its end for ever without an error, and the watch would end in vain; switching the relay off first avoids that. Approving the plan accepts it.",
    zh: "relay 已开启，同步单元会读取 relay 中的 {file} 副本。v8.1.0 曾在其末尾无错误地无限循环，观察将徒劳结束；先关闭 relay 可避免。批准计划即表示接受。",
  },
  "warn-relay-stays-off": {
    en: "The relay of {source} stays off: it would come to a file over 4 GiB that no task has passed yet, and turn on it. Switch it on when the file is behind them.",
    zh: "{source} 的 relay 保持关闭：它会遇到任务尚未越过的超过 4 GiB 的文件并在其上循环。待任务越过后再开启。",
  },
  "warn-shards-replay": {
    en: "The task merges shards: in safe mode a row that is replayed takes the place of another shard's row with the same key.",
    zh: "任务合并分表：安全模式下重放的行会替换其他分表中相同主键的行。",
  },
  "gate-relay-on": { en: "The source's relay is on.", zh: "数据源的 relay 已开启。" },
  "gate-relay-off": { en: "The source has no relay, so there is nothing to repair there.", zh: "数据源没有 relay，无需修复。" },
  "gate-relay-needed-there": {
    en: "The upstream still has every file from the tasks' checkpoint on ({file}).",
    zh: "上游仍保留从任务断点（{file}）起的所有文件。",
  },
  "gate-relay-needed-purged": {
    en: "The upstream's oldest file is {oldest}, and a task needs {file}: a relay that begins anew could not pull it.",
    zh: "上游最旧的文件是 {oldest}，而任务需要 {file}：重新开始的 relay 无法拉取。",
  },
  "gate-relay-big-file": {
    en: "{file} ({bytes} bytes) lies between the checkpoint and the upstream's end. Read by position, a relay reset loses rows there: read by GTIDs instead (switch-to-gtid).",
    zh: "断点与上游末尾之间有 {file}（{bytes} 字节）。按位置读取时，重置 relay 会丢行：请改为按 GTID 读取（switch-to-gtid）。",
  },
  "gate-relay-no-big-file": {
    en: "No file over 4 GiB lies between the checkpoint and the upstream's end.",
    zh: "断点与上游末尾之间没有超过 4 GiB 的文件。",
  },
  "gate-relay-road": {
    en: "Neither is OpenAPI on nor can the source be made anew ({why}).",
    zh: "OpenAPI 未开启，也无法重建数据源（{why}）。",
  },
  "gate-host": { en: "The host of worker {worker} is configured ({how}).", zh: "已配置 worker {worker} 的主机（{how}）。" },
  "gate-no-host": {
    en: "No way to the host of worker {worker} is configured (workerHosts).",
    zh: "没有配置到 worker {worker} 主机的方式（workerHosts）。",
  },
  "gate-worker-holds": { en: "Worker {worker} holds the source.", zh: "worker {worker} 持有该数据源。" },
  "gate-worker-unbound": { en: "No worker holds the source now.", zh: "目前没有 worker 持有该数据源。" },
  "gate-other-relays": {
    en: "{workers} pull this source's relay log too, and their copy of the file stays as it is: should one of them take the source, it meets the same trouble. Approving the plan accepts that.",
    zh: "{workers} 也在拉取该数据源的 relay log，其文件副本保持不变：若由其接管该数据源，会遇到同样的问题。批准计划即表示接受。",
  },
  "gate-free-worker-takes": {
    en: "{workers} is free: when the bound worker is away longer than its time to live, it takes the source, and the repaired files lie on the wrong host. Approving the plan accepts that; it is watched.",
    zh: "{workers} 空闲：绑定的 worker 离开超过存活时间后会由它接管，修好的文件就在错误的主机上。批准计划即表示接受；会持续观察。",
  },
  "gate-no-free-worker-takes": {
    en: "No other worker is free to take the source meanwhile.",
    zh: "期间没有其他空闲 worker 会接管该数据源。",
  },
  "gate-next-file": { en: "The next file {file} is there.", zh: "下一个文件 {file} 已存在。" },
  "gate-no-next-file": { en: "The upstream has no file after {file} yet.", zh: "上游还没有 {file} 之后的文件。" },
  "gate-next-gtids-not-known": {
    en: "The GTID set before {file} could not be read ({why}), and relay.meta needs it.",
    zh: "无法读取 {file} 之前的 GTID 集合（{why}），而 relay.meta 需要它。",
  },
} as const;
