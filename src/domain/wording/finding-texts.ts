import type { AdviceKey, Assumption, Kind, PlaybookId } from "../diagnosis/finding.ts";
import type { Language } from "./language.ts";

/** Every sentence that a finding can be told with, in each language. */
type Texts<Key extends string> = Readonly<Record<Language, Readonly<Record<Key, string>>>>;

export const KIND_NAMES: Texts<Kind> = {
  en: {
    healthy: "healthy",
    "invalid-connection": "a database connection broke in use (invalid connection)",
    "bad-connection": "no usable database connection (bad connection)",
    "downstream-unreachable": "the downstream cannot be reached",
    "upstream-unreachable": "the upstream cannot be reached",
    "worker-offline": "no DM-worker answers for it",
    "master-unreachable": "no DM-master answers, or none leads",
    "paused-by-person": "paused or stopped by a person",
    "binlog-over-4gib-suspected": "a binlog file over 4 GiB is suspected",
    unknown: "a trouble that I do not know",
  },
  zh: {
    healthy: "正常",
    "invalid-connection": "数据库连接在使用中断开（invalid connection）",
    "bad-connection": "没有可用的数据库连接（bad connection）",
    "downstream-unreachable": "下游数据库无法连接",
    "upstream-unreachable": "上游数据库无法连接",
    "worker-offline": "没有 DM-worker 应答",
    "master-unreachable": "没有 DM-master 应答，或没有 leader",
    "paused-by-person": "被人工暂停或停止",
    "binlog-over-4gib-suspected": "怀疑有超过 4 GiB 的 binlog 文件",
    unknown: "我不认识的故障",
  },
};

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
    "ask-a-person": "需要人工阅读 DM 的原文。不会凭猜测提供操作。",
  },
};

export const ASSUMPTIONS: Texts<Assumption> = {
  en: {
    "dm-generation": "assumed: DM's generation is",
    "checker-settings": "assumed: DM's checker runs with",
    "pause-by-person": "assumed: paused by a person:",
    unit: "assumed: the side that failed is",
  },
  zh: {
    "dm-generation": "假定（assumed）：DM 的版本系列是",
    "checker-settings": "假定（assumed）：DM 的自动恢复设置为",
    "pause-by-person": "假定（assumed）：是否人工暂停：",
    unit: "假定（assumed）：出错的一侧是",
  },
};

export const PLAYBOOKS: Texts<PlaybookId> = {
  en: { "resume-task": "resume the task", "stop-start-task": "stop and start the task" },
  zh: { "resume-task": "恢复任务", "stop-start-task": "停止并重新启动任务" },
};

export const RETRIES = {
  en: {
    true: "DM retries by itself.",
    false: "DM will not retry by itself.",
    null: "Whether DM retries by itself is not known.",
  },
  zh: { true: "DM 会自动重试。", false: "DM 不会自动重试。", null: "不清楚 DM 是否会自动重试。" },
} as const;

/** Where a fact stands when that is no place in DM's answer; places themselves are DM's names and stay as they are. */
const PLACES_ZH: Readonly<Record<string, string>> = {
  "the shape of the answer": "根据结果的格式",
  "DM's defaults": "DM 的默认值",
  "this surface does not say it": "此接口不提供",
  "paused without an error; this surface does not say by whom": "暂停且无错误；此接口不说明由谁暂停",
  "DM names no side": "DM 没有指明是哪一侧",
  "the error's text": "错误原文",
  "source config": "数据源配置",
};

export function placeText(from: string, language: Language): string {
  return language === "zh" ? (PLACES_ZH[from] ?? from) : from;
}
