import type { AdviceKey } from "../diagnosis/finding.ts";
import type { Texts } from "./language.ts";

export const ADVICE_SENTENCES: Texts<AdviceKey> = {
  en: {
    "nothing-to-do": "Nothing to do.",
    "wait-dm-retries":
      "DM resumes it by itself, with growing pauses up to its configured maximum. Wait for that; a resume is offered afterwards.",
    "resume-now": "Resume the task. If that does not hold, stop and start it.",
    "stop-and-start": "This version of DM does not recover from it: stop the task and start it again from its checkpoint.",
    "other-error-first":
      "DM never resumes one of the errors in this mixture. Treat that one first; the connection comes after it.",
    "paused-after-the-failure":
      "It failed, and somebody paused it, so DM leaves it alone. Ask that person; then resume it. If that does not hold, stop and start it.",
    "mend-the-downstream": "Bring the downstream back. DM itself has nothing to repair; it goes on when the database answers.",
    "mend-the-downstream-and-resume":
      "Bring the downstream back, or mend the network to it. Then look again: resume the task if it is still paused.",
    "mend-the-upstream":
      "Bring the upstream back, or mend the network to it. DM itself has nothing to repair; it goes on when the database answers.",
    "mend-the-upstream-and-resume":
      "Bring the upstream back, or mend the network to it. Then look again: resume what is still paused.",
    "bring-the-worker-back":
      "Start the DM-worker again. From v2.0 on a free one may take the source instead; `dmctl list-member` tells which are away and which are free.",
    "bring-a-master-back":
      "Start a DM-master, or mend the way to it. The workers go on meanwhile, but nobody can see or steer them.",
    "leave-it-to-the-person": "Somebody paused it on purpose. It stays untouched.",
    "measure-the-binlog-file":
      "Measure the file on the upstream (SHOW BINARY LOGS). Over 4 GiB, missing and damaged files look alike from here and want different repairs. DM's own retries mend none of them, and over 4 GiB the usual repair can lose rows without a word.",
    "ask-for-the-reason":
      "This answer does not tell the reason. Ask `dmctl query-status <task>` or the gateway's /apis/v1alpha1/status/<task>, and diagnose that.",
    "no-such-task":
      "DM knows no task of this name: somebody stopped it, a start was refused, or the name is spelled otherwise. `query-status` without a task lists all of them.",
    "shards-wait-for-a-ddl":
      "Shards wait for each other's DDL. That is usual for a while; where it stays, `shard-ddl-lock` (`show-ddl-locks` before v6.0) tells which one is missing.",
    "settle-the-shard-conflict":
      "The shards' DDLs contradict each other, and the table waits although the stage says Running. Look at `shard-ddl-lock <task>` and unlock only with a full understanding.",
    "compare-the-rows":
      "The task runs, but DM's own validation found rows that differ, or has failed. Look at `validation show-error <task>` and compare these rows.",
    "bind-the-source": "Start a DM-worker that is free to take the source, or transfer the source to one.",
    "switch-to-gtid":
      "Let the source read by GTIDs and replay the file: the one repair that lost no row when it was measured. Read by position, DM loses rows past 4 GiB without an error.",
    "rewind-the-checkpoint":
      "The documented repair rewinds the checkpoint to the file's start. Read by position it moves on and may leave rows behind, so the rows are compared afterwards.",
    "replace-the-relay-file":
      "The documented repair puts the upstream's own file in place of the relay's. Whether the sync unit gets past it is watched, and rows are compared.",
    "reset-the-relay": "Let the relay pull its log again: the upstream still has what is needed.",
    "sync-anew":
      "Nothing can be replayed: the upstream has purged it. A person has to decide about a full synchronisation anew; binlogs should be kept longer.",
    "compare-both-sides":
      "Compare the rows, upstream against downstream. DM says nothing of it: read by position it drops rows past 4 GiB without an error. It closes by a clean comparison, or when somebody accepts it.",
    "switch-before-it-is-reached":
      "Let the source read by GTIDs before DM reaches the file; read by position it will lose rows there without an error.",
    "look-at-the-checkpoint":
      "A person has to look at the checkpoint rows: as they are, DM skips rows or begins anew without a word. Nothing is offered on a guess.",
    "find-the-second-writer":
      "The row is downstream already: somebody else writes there, or rows are replayed without safe mode. Find out which before anything is resumed.",
    "skip-or-replace": "The downstream does not take this statement. Skip it, or have another one executed in its place.",
    "mend-the-cause": "Mend the cause outside of DM; then I look whether it is mended, as far as that can be seen, and resume.",
    "mend-what-stops-the-relay":
      "Mend the cause outside of DM (the disk, the account). From v2.0 on DM resumes the relay by itself then; one that stays paused needs `resume-relay`.",
    "mend-the-rights": "Give the account its password or its rights back; then I look whether it works and resume.",
    "start-it-again": "Start the task again, or say that it is meant to stay stopped.",
    "ask-a-person": "A person has to read DM's own words. Nothing is offered on a guess.",
  },
  zh: {
    "nothing-to-do": "无需处理。",
    "wait-dm-retries": "DM 会自动恢复，重试间隔逐步增大到配置的上限。先等待；之后会提供恢复操作。",
    "resume-now": "恢复任务（resume）。若仍然无效，再停止并重新启动任务。",
    "stop-and-start": "这个版本的 DM 不会自动恢复：请停止任务，再从断点重新启动。",
    "other-error-first": "这组错误里有一个 DM 永远不会自动恢复。先处理它，再处理连接问题。",
    "paused-after-the-failure":
      "任务出错后又有人暂停了它，所以 DM 不会处理。请先询问该人员，再恢复任务（resume）；若仍然无效，再停止并重新启动任务。",
    "mend-the-downstream": "请先恢复下游数据库。DM 本身无需修复，下游恢复后会继续同步。",
    "mend-the-downstream-and-resume":
      "请先恢复下游数据库或到它的网络。然后再查看一次：若任务仍处于暂停状态，请恢复任务（resume）。",
    "mend-the-upstream": "请恢复上游数据库或到它的网络。DM 本身无需修复，上游恢复后会继续。",
    "mend-the-upstream-and-resume": "请恢复上游数据库或到它的网络。然后再查看一次：仍处于暂停状态的请恢复（resume）。",
    "bring-the-worker-back":
      "请重新启动 DM-worker。v2.0 及以后也可由空闲的 worker 接管数据源；`dmctl list-member` 会列出离线和空闲的 worker。",
    "bring-a-master-back": "请启动 DM-master 或修复到它的网络。worker 仍在运行，但无法查看和操作。",
    "leave-it-to-the-person": "有人特意暂停了它，不做任何改动。",
    "measure-the-binlog-file":
      "请在上游测量该文件大小（SHOW BINARY LOGS）。超过 4 GiB、缺失和损坏从这里看起来一样，但修复方法不同。DM 的自动重试都无法解决；若超过 4 GiB，常规修复可能会悄悄丢失数据行。",
    "ask-for-the-reason":
      "这份结果没有说明原因。请执行 `dmctl query-status <task>` 或查询网关的 /apis/v1alpha1/status/<task>，再诊断其结果。",
    "no-such-task": "DM 中没有这个名字的任务：可能被人停止、启动被拒绝，或名字写错。不带任务名的 `query-status` 会列出所有任务。",
    "shards-wait-for-a-ddl":
      "各分表正在等待彼此的 DDL，短时间内属于正常。若一直不消失，可用 `shard-ddl-lock`（v6.0 之前为 `show-ddl-locks`）查看缺少哪一个。",
    "settle-the-shard-conflict":
      "各分表的 DDL 互相冲突，虽然阶段显示 Running，但该表已停住。请查看 `shard-ddl-lock <task>`，完全弄清后才能解锁。",
    "compare-the-rows":
      "任务在运行，但 DM 的数据校验发现了不一致的行，或校验本身失败。请查看 `validation show-error <task>` 并比对这些行。",
    "bind-the-source": "请启动一个空闲的 DM-worker 来接管该数据源，或将数据源转移到空闲的 worker。",
    "switch-to-gtid":
      "让数据源按 GTID 读取并重放该文件：实测中唯一没有丢行的修复。按位置读取时，DM 会无错误地丢失 4 GiB 之后的行。",
    "rewind-the-checkpoint": "文档中的修复是将断点退回到文件开头。按位置读取时同步会继续，但可能遗漏行，因此之后要对比行。",
    "replace-the-relay-file": "文档中的修复是用上游的文件替换 relay 中的文件。会观察 sync 单元是否越过它，并对比行。",
    "reset-the-relay": "让 relay 重新拉取日志：上游仍保留所需内容。",
    "sync-anew": "已无法重放：上游已清理。需要人工决定是否重新全量同步；binlog 应保留更久。",
    "compare-both-sides":
      "请对比上下游的行。DM 对此没有任何提示：按位置读取时会无错误地丢弃 4 GiB 之后的行。只有对比一致或有人确认接受才会关闭。",
    "switch-before-it-is-reached": "请在 DM 到达该文件之前让数据源按 GTID 读取；按位置读取会在那里无错误地丢行。",
    "look-at-the-checkpoint": "需要人工查看断点行：按现状 DM 会无声地跳过行或重新开始。不会凭猜测提供操作。",
    "find-the-second-writer": "该行已在下游：有其他写入者，或在非安全模式下重放。恢复之前请先查明原因。",
    "skip-or-replace": "下游不接受该语句。可以跳过，或用其他语句代替执行。",
    "mend-the-cause": "请在 DM 之外排除原因；之后我会尽可能检查并恢复任务。",
    "mend-what-stops-the-relay":
      "请在 DM 之外排除原因（磁盘或账号）。v2.0 及以后 DM 会自行恢复 relay；若仍处于暂停状态，请执行 `resume-relay`。",
    "mend-the-rights": "请恢复账号的密码或权限；之后我会检查是否可用并恢复任务。",
    "start-it-again": "请重新启动任务，或说明它应保持停止。",
    "ask-a-person": "需要人工阅读 DM 的原文。不会凭猜测提供操作。",
  },
};
