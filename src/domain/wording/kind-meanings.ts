import type { Kind } from "../diagnosis/finding.ts";
import type { Texts } from "./language.ts";

/** What a kind means, and how it is known: for `explain`, in two or three sentences. */
export const KIND_MEANINGS: Texts<Kind> = {
  en: {
    healthy: "DM runs it, without an error, and nothing that the databases or several samples show says otherwise.",
    "invalid-connection":
      "A connection was cut while a statement was under way: the database restarted, the network broke, or a proxy closed it. The words stand in the error's RawCause. A sync unit of v2 and later resumes by itself.",
    "bad-connection":
      "No connection that works could be had from the pool. DM v2 and later resumes by itself; v1.0 does not, and must be stopped and started.",
    "downstream-unreachable": "The downstream takes no connection or answers nothing. DM goes on by itself once it does.",
    "upstream-unreachable": "The upstream takes no connection or answers nothing. DM goes on by itself once it does.",
    "worker-offline": "The DM-worker that holds the source does not answer its master: stopped, crashed, or cut off.",
    "source-unbound": "No DM-worker has the source, so none of its tasks runs. A free worker has to take it.",
    "master-unreachable": "No DM-master answers, or none leads. Workers go on meanwhile; nobody can see or steer them.",
    "paused-by-person": "Somebody paused or stopped it, and no error stands beside it. It is left alone.",
    "failed-then-stopped-by-person":
      "It failed, then somebody paused it: the old errors stand beside isCanceled. DM leaves it alone from then on.",
    "stopped-and-forgotten":
      "DM listed the task before and does not any more, for longer than forgottenAfterSeconds. With it its alerts fell silent.",
    "binlog-over-4gib-suspected":
      "The error is one that a binlog file over 4 GiB, a purged file and a damaged one share. Only the file's size on the upstream tells them apart, and it could not be read.",
    "binlog-over-4gib":
      "The upstream lists the file with more than 4294967296 bytes. Positions in a binlog are 32 bits wide: past 4 GiB they begin again at 0, and DM reading by position loses its place.",
    "binlog-over-4gib-ahead":
      "A file over 4 GiB, or one that grows past 3.5 GiB, lies ahead of the syncer, and the source is read by position. Rows past 4 GiB would be lost there without an error.",
    "upstream-binlog-purged": "The upstream has deleted the file or the GTIDs that DM would go on from.",
    "binlog-corrupted":
      "The file is on the upstream and not over 4 GiB, and yet it cannot be read: the upstream's file or the relay's copy is damaged.",
    "relay-going-back":
      "The relay's position falls back within one file, sample after sample, while its stage says Running: it fails, is resumed by DM, and begins the file anew.",
    "relay-log-missing": "A file or folder of the relay log that is needed is not on the worker's disk.",
    "rows-may-be-missing":
      "The source is read by position and the syncer has passed a file over 4 GiB. DM says Running and synced, and drops rows past 4 GiB without an error. It is remembered after the file is purged.",
    "checkpoint-missing":
      "The task runs in Sync and the downstream holds no global checkpoint row of it: a new start would dump anew.",
    "checkpoint-ahead":
      "A checkpoint row stands behind the upstream's end: another upstream, one that was reset, or rows that somebody edited. DM skips rows up to there.",
    "duplicate-entry":
      "Error 1062: the row is downstream already. Rows are replayed without safe mode, or somebody else writes there. DM never resumes it.",
    "unsupported-ddl": "The downstream, or DM's own parser, does not take a DDL of the upstream. DM never resumes it.",
    "access-denied": "A login was refused, or a right is missing, in the database's own words.",
    "missing-table": "Error 1146: a table that rows go to is not there downstream.",
    "disk-full": "A disk is full: the worker's, or a database's.",
    unknown: "DM reports something that none of the kinds fits. Its own words are shown, and nothing is offered on a guess.",
  },
  zh: {
    healthy: "DM 正在运行它且没有错误，数据库和多次采样也没有显示异常。",
    "invalid-connection":
      "语句执行中连接被断开：数据库重启、网络中断或代理关闭了连接。原文在错误的 RawCause 中。v2 及以后的 sync 单元会自动恢复。",
    "bad-connection": "连接池中没有可用的连接。DM v2 及以后会自动恢复；v1.0 不会，需要停止后重新启动。",
    "downstream-unreachable": "下游不接受连接或没有应答。恢复后 DM 会自动继续。",
    "upstream-unreachable": "上游不接受连接或没有应答。恢复后 DM 会自动继续。",
    "worker-offline": "持有该数据源的 DM-worker 没有应答 master：已停止、崩溃或网络中断。",
    "source-unbound": "没有 DM-worker 持有该数据源，其任务都没有运行。需要空闲的 worker 接管。",
    "master-unreachable": "没有 DM-master 应答，或没有 leader。worker 仍在运行，但无法查看和操作。",
    "paused-by-person": "有人暂停或停止了它，且没有错误。不做改动。",
    "failed-then-stopped-by-person": "出错之后有人暂停了它：isCanceled 旁边仍有原来的错误。此后 DM 不再处理。",
    "stopped-and-forgotten": "DM 曾列出该任务，之后不再列出，且已超过 forgottenAfterSeconds。它的告警也随之消失。",
    "binlog-over-4gib-suspected":
      "超过 4 GiB 的 binlog 文件、已清理的文件和损坏的文件会有同样的错误。只有上游的文件大小能区分，而它无法读取。",
    "binlog-over-4gib":
      "上游列出该文件超过 4294967296 字节。binlog 位置只有 32 位：超过 4 GiB 后从 0 重新开始，按位置读取的 DM 会错位。",
    "binlog-over-4gib-ahead":
      "syncer 前方有超过 4 GiB 的文件，或正在增长并超过 3.5 GiB 的文件，而数据源按位置读取。在那里会无错误地丢失 4 GiB 之后的行。",
    "upstream-binlog-purged": "上游已删除 DM 继续所需的文件或 GTID。",
    "binlog-corrupted": "文件仍在上游且不超过 4 GiB，但无法读取：上游的文件或 relay 的副本已损坏。",
    "relay-going-back": "relay 的位置在同一文件内一次次回退，而阶段显示 Running：它失败后被 DM 恢复，又从头拉取该文件。",
    "relay-log-missing": "需要的 relay 日志文件或目录不在 worker 的磁盘上。",
    "rows-may-be-missing":
      "数据源按位置读取，且 syncer 已越过超过 4 GiB 的文件。DM 显示 Running 和 synced，却会无错误地丢弃 4 GiB 之后的行。文件被清理后仍会记住。",
    "checkpoint-missing": "任务处于 Sync，而下游没有它的全局断点行：重新启动会重新导出。",
    "checkpoint-ahead": "某断点行超前于上游的末尾：换了上游、上游被重置，或有人修改过。DM 会跳过到那里为止的行。",
    "duplicate-entry": "Error 1062：该行已在下游。在非安全模式下重放，或有其他写入者。DM 不会自动恢复。",
    "unsupported-ddl": "下游或 DM 的解析器不接受上游的某条 DDL。DM 不会自动恢复。",
    "access-denied": "数据库的原文表明登录被拒绝或缺少权限。",
    "missing-table": "Error 1146：行要写入的表不在下游。",
    "disk-full": "磁盘已满：worker 的或数据库的。",
    unknown: "DM 报告的内容不属于任何已知类型。会显示其原文，不会凭猜测提供操作。",
  },
};
