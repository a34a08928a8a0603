import type { Phrase } from "../plan/plan.ts";
import type { Language } from "../wording/language.ts";

/** Why a step on a worker's host is refused, and what a person is asked to do there; `{name}` is replaced by a value. */
export const RELAY_PHRASES = {
  "relay-upstream-file-gone": {
    en: "The upstream does not list {file} any more, so there is nothing to copy.",
    zh: "上游已不再列出 {file}，没有可复制的文件。",
  },
  "relay-upstream-file-open": {
    en: "The upstream still writes to {file}; only a closed file can be copied.",
    zh: "上游仍在写入 {file}；只能复制已关闭的文件。",
  },
  "relay-next-file-odd": {
    en: "After {file} the upstream lists {next}, which is not the next number. A person has to look.",
    zh: "上游在 {file} 之后列出的是 {next}，编号不连续，需要人工确认。",
  },
  "relay-name-odd": {
    en: "{name} holds characters that are not sent to a host.",
    zh: "{name} 含有不允许发送到主机的字符。",
  },
  "relay-meta-unreadable": {
    en: "relay.meta cannot be read ({why}); it is left as it is.",
    zh: "无法读取 relay.meta（{why}），保持原样。",
  },
  "relay-meta-later": {
    en: "relay.meta names {file} {position} already, which is past {failing}. The relay has moved on.",
    zh: "relay.meta 已指向 {file} {position}，在 {failing} 之后，relay 已越过该文件。",
  },
  "relay-meta-other": {
    en: "relay.meta names {file} {position}, not the failing {failing}.",
    zh: "relay.meta 指向 {file} {position}，不是出错的 {failing}。",
  },
  "relay-meta-beyond": {
    en: "relay.meta names position {position}, and {file} is only {size} bytes long.",
    zh: "relay.meta 指向位置 {position}，但 {file} 只有 {size} 字节。",
  },
  "relay-gtid-missing": {
    en: "The source is read by GTIDs, and the set at the start of {next} is not known; without it DM would start from nothing.",
    zh: "数据源按 GTID 读取，但 {next} 开头的 GTID 集合未知；缺少它 DM 会从头开始。",
  },
  "relay-space": {
    en: "{free} bytes are free in the relay directory; {needed} are needed for {file} beside the old one.",
    zh: "relay 目录剩余 {free} 字节；保留旧文件并放入 {file} 需要 {needed} 字节。",
  },
  "relay-other-filesystem": {
    en: "{folder} lies on another file system than the relay directory, so a file cannot be put in place by rename.",
    zh: "{folder} 与 relay 目录不在同一文件系统，无法通过重命名放置文件。",
  },
  "relay-sub-directory-moved": {
    en: "The relay writes to {now} now, not to {planned}: the upstream was switched meanwhile.",
    zh: "relay 现在写入 {now}，而不是 {planned}：期间上游发生了切换。",
  },
  "relay-worker-runs": {
    en: "The DM-worker runs; its files are only changed while it is stopped.",
    zh: "DM-worker 正在运行；只有停止后才会修改其文件。",
  },
  "relay-size-differs": {
    en: "{bytes} bytes of {file} arrived; the upstream lists {size}. The copy was thrown away.",
    zh: "{file} 收到 {bytes} 字节，上游为 {size} 字节；副本已丢弃。",
  },
  "relay-checksum-differs": {
    en: "The copy of {file} has another sha256 than the upstream's file. The copy was thrown away.",
    zh: "{file} 副本的 sha256 与上游文件不同；副本已丢弃。",
  },
  "relay-not-fetched": {
    en: "No checked copy of {file} lies in the work folder.",
    zh: "工作目录中没有经过校验的 {file} 副本。",
  },
  "relay-changed-meanwhile": {
    en: "{what} is not as it was seen before ({seen}, now {now}): somebody else changed it.",
    zh: "{what} 与之前看到的不同（之前 {seen}，现在 {now}）：有其他人修改过。",
  },
  "relay-host-key": {
    en: "The host's key is not the one in known_hosts: {said}",
    zh: "主机密钥与 known_hosts 中的不一致：{said}",
  },
  "relay-login-refused": { en: "The host refuses the login: {said}", zh: "主机拒绝登录：{said}" },
  "relay-not-configured": {
    en: "workerHosts.{worker}.{setting} is not configured.",
    zh: "未配置 workerHosts.{worker}.{setting}。",
  },
  "by-hand-stop": {
    en: "Stop the DM-worker {worker} and see that its process is gone.",
    zh: "停止 DM-worker {worker}，并确认进程已退出。",
  },
  "by-hand-start": { en: "Start the DM-worker {worker}.", zh: "启动 DM-worker {worker}。" },
  "by-hand-fetch": {
    en: "Copy the upstream's {file} to {target} on the worker's host. It must be {size} bytes long.",
    zh: "把上游的 {file} 复制到 worker 主机的 {target}，大小必须为 {size} 字节。",
  },
  "by-hand-put": {
    en: "Keep the old {file} and put the copy in its place, with the old one's owner and mode.",
    zh: "保留旧的 {file}，把副本放到它的位置，所有者与权限同旧文件。",
  },
  "by-hand-meta": {
    en: "Keep relay.meta and let it name {file}, position {position}.",
    zh: "备份 relay.meta，并让它指向 {file}，位置 {position}。",
  },
  "by-hand-meta-gtid": {
    en: "Keep relay.meta and let it name {file}, position {position}, GTID set {gtid}.",
    zh: "备份 relay.meta，并让它指向 {file}，位置 {position}，GTID 集合 {gtid}。",
  },
  "by-hand-restore": { en: "Put back relay.meta and the old file.", zh: "恢复 relay.meta 和旧文件。" },
  "by-hand-clean-up": { en: "Remove the work folder {folder}.", zh: "删除工作目录 {folder}。" },
} as const satisfies Readonly<Record<string, Readonly<Record<Language, string>>>>;
export type RelayPhraseKey = keyof typeof RELAY_PHRASES;

type Places<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Places<Rest> : never;
/** A value for each place of the text; a number is written as it is. */
export type RelayValues<Key extends RelayPhraseKey> = Readonly<
  Record<Places<(typeof RELAY_PHRASES)[Key]["en"]>, string | number>
>;

export const relayPhrase = <Key extends RelayPhraseKey>(key: Key, values: RelayValues<Key>): Phrase => {
  const texts = Object.entries<string | number>(values).map(([name, value]) => [name, String(value)] as const);
  return { key, values: Object.fromEntries(texts) };
};
