import type { Sayer } from "./step-words.ts";

/** The commands as they are configured for this host; without them, what a person would type anywhere. */
function typed(
  { worker, commands }: { readonly worker: string; readonly commands?: readonly string[] },
  anywhere: readonly string[],
): readonly string[] {
  return commands === undefined || commands.length === 0 ? anywhere : [`# ${worker}:`, ...commands];
}
const called = ({ commands }: { readonly commands?: readonly string[] }, inWords: string): string =>
  commands === undefined || commands.length === 0 ? inWords : commands.join("\n");

export const stopWorker: Sayer<"stop-worker"> = ({ action, source, say }) => ({
  title: say(`Stop DM-worker ${action.worker} (source ${source})`, `停止 DM-worker ${action.worker}（数据源 ${source}）`),
  call: called(action, say(`the configured stop command of ${action.worker}`, `${action.worker} 的停止命令（见配置）`)),
  needs: say(
    "the worker still holds the source; no other worker is free to take it meanwhile, or that is accepted",
    "worker 仍持有该数据源；期间没有其他空闲 worker 接管，或已接受",
  ),
  proves: say("its process is gone", "进程已结束"),
  undo: say("start it", "启动它"),
  byHand: typed(action, [
    `tiup dm stop <cluster> -N <host>:8262 -y   # or: systemctl stop dm-worker-8262, ${say("on the host of", "主机：")} ${action.worker}`,
  ]),
});

export const startWorker: Sayer<"start-worker"> = ({ action, source, say }) => ({
  title: say(`Start DM-worker ${action.worker}`, `启动 DM-worker ${action.worker}`),
  call: called(action, say(`the configured start command of ${action.worker}`, `${action.worker} 的启动命令（见配置）`)),
  needs: say("its files are in place", "文件已就位"),
  proves: say(`it answers, and holds source ${source}`, `它已应答并持有数据源 ${source}`),
  undo: say("stop it", "停止它"),
  byHand: typed(action, [`tiup dm start <cluster> -N <host>:8262 -y   # or: systemctl start dm-worker-8262`]),
});

export const fetchRelayFile: Sayer<"fetch-relay-file"> = ({ action, say }) => ({
  title: say(
    `Fetch the upstream's own ${action.file} (${action.sizeBytes} bytes) to the worker's host`,
    `将上游的 ${action.file}（${action.sizeBytes} 字节）取到 worker 主机`,
  ),
  call: called(
    action,
    say(
      `the configured fetch command of ${action.worker}, into a folder of its own beside the relay's`,
      `${action.worker} 的获取命令（见配置），存入 relay 旁边的独立目录`,
    ),
  ),
  needs: say("the file is closed on the upstream; the disk has the space", "上游文件已关闭；磁盘空间足够"),
  proves: say(
    "size equal to SHOW BINARY LOGS, sha256 where both sides give it",
    "大小与 SHOW BINARY LOGS 一致，可得时比较 sha256",
  ),
  undo: say("the copy is removed", "删除该副本"),
  byHand: typed(action, [
    "mkdir -p <relay-dir>/dm-medic",
    `scp <upstream>:<binlog-dir>/${action.file} <relay-dir>/dm-medic/${action.file}   # ${action.sizeBytes} bytes`,
  ]),
});

export const putRelayFile: Sayer<"put-relay-file"> = ({ action, say }) => ({
  title: say(
    `Put the upstream's own ${action.file} (${action.sizeBytes} bytes) in place of the relay's`,
    `用上游的 ${action.file}（${action.sizeBytes} 字节）替换 relay 中的文件`,
  ),
  call: say(
    "fetched under another name, size compared, the old file kept under another name, put in place by renaming",
    "以临时文件名获取，比较大小，旧文件改名保留，再改名就位",
  ),
  needs: say(
    "the file is closed on the upstream; the disk has the space; the worker is stopped",
    "上游文件已关闭；磁盘空间足够；worker 已停止",
  ),
  proves: say(
    "size equal to SHOW BINARY LOGS, sha256 where both sides give it",
    "大小与 SHOW BINARY LOGS 一致，可得时比较 sha256",
  ),
  undo: say("the old file is renamed back", "旧文件改名还原"),
  byHand: typed(action, [
    // Nothing of ours may lie in the sub-directory: DM v1.0 takes every name there for a binlog file.
    `chown --reference=<relay-dir>/<uuid>.000001/relay.meta <relay-dir>/dm-medic/${action.file}`,
    `mv <relay-dir>/<uuid>.000001/${action.file} <relay-dir>/dm-medic/${action.file}.before`,
    `mv <relay-dir>/dm-medic/${action.file} <relay-dir>/<uuid>.000001/${action.file}`,
  ]),
});

export const rewriteRelayMeta: Sayer<"rewrite-relay-meta"> = ({ action, say }) => ({
  title: say(`Point relay.meta at ${action.nextFile}, position 4`, `将 relay.meta 指向 ${action.nextFile}，位置 4`),
  call: [
    `binlog-name = "${action.nextFile}"`,
    "binlog-pos = 4",
    ...(action.gtids === null ? [] : [`binlog-gtid = "${action.gtids}"`]),
  ].join("\n"),
  needs: say(`relay.meta still names ${action.file}`, `relay.meta 仍指向 ${action.file}`),
  proves: say("the file reads back as written; the old one is kept beside it", "读回内容一致；旧文件保留在旁边"),
  undo: say("the kept relay.meta is put back", "还原保留的 relay.meta"),
  byHand: typed(action, [
    "cp -p <relay-dir>/<uuid>.000001/relay.meta <relay-dir>/dm-medic/relay.meta.before",
    `vi <relay-dir>/<uuid>.000001/relay.meta   # binlog-name = "${action.nextFile}", binlog-pos = 4${action.gtids === null ? "" : `, binlog-gtid = "${action.gtids}"`}`,
  ]),
});

export const restoreRelayFiles: Sayer<"restore-relay-files"> = ({ action, say }) => ({
  title: say(
    `Put back the relay files of ${action.worker} as ${action.of} found them`,
    `还原 ${action.worker} 的 relay 文件（${action.of} 之前）`,
  ),
  call: say("the kept relay.meta and the kept file, by renaming", "改名还原保留的 relay.meta 和文件"),
  needs: say(
    "they are still those that the run wrote; the worker was not started since",
    "文件仍为该运行写入的内容，期间 worker 未启动",
  ),
  proves: say("both read back as the kept ones", "读回内容与保留的一致"),
  undo: say("a new plan", "新的计划"),
  byHand: ["cp -p <relay-dir>/dm-medic/relay.meta.before <relay-dir>/<uuid>.000001/relay.meta"],
});
