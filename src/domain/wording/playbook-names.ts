import type { PlaybookId } from "../diagnosis/finding.ts";
import type { Texts } from "./language.ts";

export const PLAYBOOK_NAMES: Texts<PlaybookId> = {
  en: {
    "resume-task": "resume the task",
    "stop-start-task": "stop and start the task",
    "pause-task": "pause the task",
    "stop-task": "stop the task",
    "start-task": "start the task",
    "fix-and-resume": "check that the cause is mended, then resume",
    "rewind-sync-checkpoint": "rewind the checkpoint to the file's start",
    "switch-to-gtid": "read by GTIDs and replay the file",
    "replace-relay-file": "replace the relay's file by the upstream's own",
    "reset-relay": "reset the relay",
    "skip-or-replace-statement": "skip or replace the failing statement",
    "compare-rows": "compare the rows",
    "copy-missing-rows": "copy the missing rows",
    undo: "undo a run",
  },
  zh: {
    "resume-task": "恢复任务",
    "stop-start-task": "停止并重新启动任务",
    "pause-task": "暂停任务",
    "stop-task": "停止任务",
    "start-task": "启动任务",
    "fix-and-resume": "确认原因已解决后恢复",
    "rewind-sync-checkpoint": "将断点退回到文件开头",
    "switch-to-gtid": "改为按 GTID 读取并重放该文件",
    "replace-relay-file": "用上游的文件替换 relay 文件",
    "reset-relay": "重置 relay",
    "skip-or-replace-statement": "跳过或替换失败的语句",
    "compare-rows": "对比上下游的行",
    "copy-missing-rows": "补入缺失的行",
    undo: "撤销一次运行",
  },
};

/** What carrying a playbook out costs, told before anybody votes. */
export const PLAYBOOK_COSTS: Texts<PlaybookId> = {
  en: {
    "resume-task": "Nothing: DM goes on from where it stands.",
    "stop-start-task":
      "Replication of these sources stands still for some seconds to minutes; rows since the last checkpoint are applied again in DM's automatic safe mode.",
    "pause-task": "Replication stands still until somebody resumes it. DM does not resume it by itself.",
    "stop-task":
      "The task is not in DM until somebody starts it again, and its alerts fall silent with it. I remember it. Relay files that only it needs may be purged meanwhile.",
    "start-task": "Rows since the last checkpoint are applied again in DM's automatic safe mode.",
    "fix-and-resume": "Nothing: DM goes on from where it stands, and meets the cause again if it is not mended.",
    "rewind-sync-checkpoint": "Replication stands still, then the whole file is replayed in safe mode and the rows are compared.",
    "switch-to-gtid":
      "Every task of the source stands still, then replays the file in safe mode; then rows are compared. From then on the source reads by GTIDs.",
    "replace-relay-file":
      "The worker stands still, and with it every task of the source, from its stop to its start; the file is fetched before that. Then rows are compared.",
    "reset-relay":
      "The relay pulls again from where the tasks stand; its old files may be purged, so the upstream must still have them.",
    "skip-or-replace-statement":
      "The downstream does not get the statement as it was. What it misses stays missing until somebody adds it.",
    "compare-rows": "Both databases are read, at the configured rate. Nothing is changed.",
    "copy-missing-rows": "Rows are inserted downstream. Rows that differ or are extra are listed, never overwritten.",
    undo: "What the run wrote is taken back; what came after it is looked at first.",
  },
  zh: {
    "resume-task": "没有代价：DM 从当前位置继续。",
    "stop-start-task": "这些数据源的同步会暂停几秒到几分钟；最近一次断点之后的行会在 DM 自动安全模式下重新应用。",
    "pause-task": "同步暂停，直到有人恢复；DM 不会自动恢复。",
    "stop-task": "任务在重新启动之前不在 DM 中，其告警也会消失。我会记住它。只有它需要的 relay 文件可能被清理。",
    "start-task": "最近一次断点之后的行会在 DM 自动安全模式下重新应用。",
    "fix-and-resume": "没有代价：DM 从当前位置继续；若原因未解决会再次失败。",
    "rewind-sync-checkpoint": "同步暂停，然后以安全模式重放整个文件并对比行。",
    "switch-to-gtid": "该数据源的所有任务暂停，然后以安全模式重放该文件并对比行。之后数据源按 GTID 读取。",
    "replace-relay-file": "从停止到启动，worker 及该数据源的所有任务都停止；文件在此之前获取。之后对比行。",
    "reset-relay": "relay 会从任务所在位置重新拉取；旧文件可能被清理，因此上游必须仍保留它们。",
    "skip-or-replace-statement": "下游不会得到原来的语句。缺少的内容在有人补上之前一直缺少。",
    "compare-rows": "按配置的速率读取两侧数据库，不做任何改动。",
    "copy-missing-rows": "向下游补入行。不同或多余的行只列出，绝不覆盖。",
    undo: "撤回该运行写入的内容；之后发生的变化会先检查。",
  },
};
