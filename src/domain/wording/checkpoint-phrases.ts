/** Why checkpoint rows are not rewritten or not brought back. */
export const CHECKPOINT_PHRASES = {
  "rewrite-no-global-row": {
    en: "There is no global checkpoint row, so there is nothing to go on from. Nothing is written.",
    zh: "没有全局断点行，无从继续。未写入任何内容。",
  },
  "rewrite-fresh": {
    en: "The global checkpoint is fresh (no file, no GTID set): DM would begin anew from it. Nothing is written.",
    zh: "全局断点是初始值（没有文件和 GTID 集合）：DM 会重新开始。未写入任何内容。",
  },
  "rewrite-no-file-name": {
    en: "{name} is no name of a binlog file. Nothing is written.",
    zh: "{name} 不是 binlog 文件名。未写入任何内容。",
  },
  "rewrite-not-reached": {
    en: "The global checkpoint ({global}, {position}) has not reached {file}. It is never moved forward: what fails there is the relay, not the sync unit.",
    zh: "全局断点（{global}, {position}）尚未到达 {file}。断点绝不向前移动：失败的是 relay，而不是 sync 单元。",
  },
  "rewrite-other-series": {
    en: "{file} and {global}, where the global checkpoint stands, are not one series of names, so which is earlier is not known. Nothing is written.",
    zh: "{file} 与全局断点所在的 {global} 不是同一命名序列，无法判断先后。未写入任何内容。",
  },
  "rewrite-other-upstream": {
    en: "{row} stands in {file}, which is of another upstream, later than that of the global checkpoint ({global}). Which file is meant is not known. Nothing is written.",
    zh: "{row} 位于 {file}，它属于比全局断点（{global}）更新的另一个上游，无法确定所指文件。未写入任何内容。",
  },
  "rewrite-gtids-ahead": {
    en: "The GTID set before {file} ({set}) is ahead of the global checkpoint's: to begin there would leave out what lies between. Nothing is written.",
    zh: "{file} 之前的 GTID 集合（{set}）超前于全局断点，从那里开始会漏掉中间的事务。未写入任何内容。",
  },
  "rewrite-empty-gtids": {
    en: "The GTID set before {file} is empty, and a rewind with an empty set lost rows when it was measured. Nothing is written.",
    zh: "{file} 之前的 GTID 集合为空，实测用空集合退回会丢行。未写入任何内容。",
  },
  "rewrite-no-gtids": {
    en: "The global checkpoint row carries no GTID set, so rows cannot be aligned to it. Nothing is written.",
    zh: "全局断点行没有 GTID 集合，无法以它对齐。未写入任何内容。",
  },
  "undo-rows-changed": {
    en: "These rows are not those that the run wrote any more: {rows}. Bringing old values back now could lose or double rows; the way back is a new plan.",
    zh: "这些行已不是该运行写入的值：{rows}。此时恢复旧值可能丢行或重复；请用新的计划处理。",
  },
} as const;
