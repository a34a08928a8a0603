import type { Comparison, ComparisonEnd, NotComparable, Verdict } from "../comparison/comparison.ts";
import type { DifferenceKind } from "../comparison/expected-differences.ts";
import type { CopiedRowState } from "../comparison/row-copy.ts";
import type { TableNote } from "../comparison/table-plan.ts";
import type { Language } from "./language.ts";

type Incomplete = Extract<Verdict, { kind: "incomplete" }>["why"];
type GaveUp = Extract<ComparisonEnd, { kind: "gave-up" }>["why"];

interface ComparisonTexts {
  readonly headline: Readonly<Record<Verdict["kind"] | "under-way", (task: Comparison["task"]) => string>>;
  readonly rows: string;
  readonly sqlFile: string;
  readonly csvFile: string;
  readonly rate: string;
  readonly tables: string;
  readonly atLeast: string;
  readonly difference: Readonly<Record<DifferenceKind, string>>;
  readonly whole: (upstream: string, downstream: string) => string;
  readonly equal: string;
  readonly unsettled: string;
  readonly unconfirmed: string;
  readonly notListed: string;
  readonly columns: string;
  readonly expected: (rule: string, event: string) => string;
  readonly notComparable: Readonly<Record<NotComparable, string>>;
  readonly incomplete: Readonly<Record<Incomplete, string>>;
  readonly gaveUp: Readonly<Record<GaveUp, string>>;
  readonly note: Readonly<Record<TableNote["kind"], (columns: string) => string>>;
  readonly copyHeadline: (task: string) => string;
  readonly copyState: Readonly<Record<CopiedRowState["kind"], string>>;
}

export const COMPARISON_TEXTS: Readonly<Record<Language, ComparisonTexts>> = {
  en: {
    headline: {
      equal: (task) => `Rows of ${task}: the same upstream and downstream`,
      different: (task) => `Rows of ${task} differ between upstream and downstream`,
      "not-comparable": (task) => `Rows of ${task}: not all could be compared`,
      incomplete: (task) => `Rows of ${task}: not compared to the end`,
      "under-way": (task) => `Comparing the rows of ${task}`,
    },
    rows: "Rows read (upstream / downstream)",
    sqlFile: "SQL file for me",
    csvFile: "CSV file for me",
    rate: "rows/s",
    tables: "Tables",
    atLeast: "at least",
    difference: { missing: "missing downstream", differing: "differing", extra: "only downstream" },
    whole: (upstream, downstream) =>
      `differs as a whole: ${upstream} rows upstream, ${downstream} downstream; without a key no row can be named`,
    equal: "the same",
    unsettled: "changed at every look, nothing can be said of them",
    unconfirmed: "ranges differ and were not looked at to the end",
    notListed: "more are counted and not listed",
    columns: "in",
    expected: (rule, event) => `the task's own rule ${rule} leaves out ${event}, so such rows are to be expected`,
    notComparable: {
      "not-downstream": "there is no such table downstream",
      "no-common-column": "the sides have no column in common",
      "other-sources": "other sources feed it too and were not read",
      "too-slow": "even a small part of it took longer than a statement may",
      "changed-meanwhile": "the table was changed while it was compared",
      refused: "a database refused the question",
    },
    incomplete: {
      finished: "finished",
      stopped: "somebody stopped it",
      "time-over": "its time was over",
      "gave-up": "it could not go on",
      "still-moving": "some rows changed at every look",
      "under-way": "it is under way",
    },
    gaveUp: {
      "upstream-silent": "the upstream does not answer",
      "downstream-silent": "the downstream does not answer",
      "syncer-stands-still": "DM did not replicate past the position that was waited for",
      "position-not-known": "the upstream does not tell its binlog position",
    },
    note: {
      "no-key": () => "no primary or unique key on both sides: compared as a whole",
      scans: (columns) =>
        `ordered by the bytes of ${columns}, because the sides order this text differently: each part reads the whole table`,
      "key-not-indexed-downstream": (columns) => `the downstream has no index on ${columns}: each part reads its whole table`,
      "only-upstream": (columns) => `only upstream, not compared: ${columns}`,
      "only-downstream": (columns) => `only downstream, not compared: ${columns}`,
      "filled-by-dm": (columns) => `filled by DM itself, not compared: ${columns}`,
      "mapped-by-dm": (columns) => `changed by DM's column mapping, not compared: ${columns}`,
      generated: (columns) => `generated, not compared: ${columns}`,
      "types-differ": (columns) => `declared with different types, compared as text: ${columns}`,
      "json-read": (columns) => `JSON, read and compared by value: ${columns}`,
    },
    copyHeadline: (task) => `Bringing back missing rows of ${task}`,
    copyState: {
      "to-do": "still to do",
      inserting: "being inserted",
      inserted: "inserted, not checked yet",
      proven: "brought back and the same as upstream",
      "changed-since": "brought back, changed by somebody else since",
      "there-already": "were there meanwhile, left alone",
      "gone-upstream": "gone upstream too",
      "taken-back": "taken back: the upstream deleted them meanwhile",
      "in-several-tables": "in several upstream tables, left alone",
      refused: "refused by the downstream",
      "whose-not-known": "there after an interruption; whose they are is not known",
      "kept-changing": "changed upstream at every look, left alone",
      undone: "undone",
      "gone-since": "not there any more when they were to be undone",
      "not-undone": "changed since, not undone",
    },
  },
  zh: {
    headline: {
      equal: (task) => `${task} 的数据：上下游一致`,
      different: (task) => `${task} 的数据上下游不一致`,
      "not-comparable": (task) => `${task} 的数据：部分表无法比较`,
      incomplete: (task) => `${task} 的数据：未比较完`,
      "under-way": (task) => `正在比较 ${task} 的数据`,
    },
    rows: "已读行数（上游 / 下游）",
    sqlFile: "发我 SQL 文件",
    csvFile: "发我 CSV 文件",
    rate: "行/秒",
    tables: "表",
    atLeast: "至少",
    difference: { missing: "下游缺失", differing: "内容不同", extra: "仅下游存在" },
    whole: (upstream, downstream) => `整表不一致：上游 ${upstream} 行，下游 ${downstream} 行；没有键，无法指出具体行`,
    equal: "一致",
    unsettled: "每次查看都在变化，无法判断",
    unconfirmed: "个区间不一致，尚未复查完",
    notListed: "另有已计数但未列出",
    columns: "列",
    expected: (rule, event) => `任务自身的规则 ${rule} 忽略 ${event}，出现此类行属预期`,
    notComparable: {
      "not-downstream": "下游没有该表",
      "no-common-column": "两侧没有共同的列",
      "other-sources": "还有其他数据源写入该表，未读取",
      "too-slow": "即使很小的一段也超过语句时限",
      "changed-meanwhile": "比较期间表结构发生变化",
      refused: "数据库拒绝了查询",
    },
    incomplete: {
      finished: "已完成",
      stopped: "被人停止",
      "time-over": "时间已到",
      "gave-up": "无法继续",
      "still-moving": "部分行每次查看都在变化",
      "under-way": "仍在进行",
    },
    gaveUp: {
      "upstream-silent": "上游没有应答",
      "downstream-silent": "下游没有应答",
      "syncer-stands-still": "DM 没有同步到所等待的位置",
      "position-not-known": "上游没有返回 binlog 位置",
    },
    note: {
      "no-key": () => "两侧没有共同的主键或唯一键：整表比较",
      scans: (columns) => `两侧对该文本的排序不同，按 ${columns} 的字节排序：每一段都要读全表`,
      "key-not-indexed-downstream": (columns) => `下游在 ${columns} 上没有索引：每一段都要读全表`,
      "only-upstream": (columns) => `仅上游存在，未比较：${columns}`,
      "only-downstream": (columns) => `仅下游存在，未比较：${columns}`,
      "filled-by-dm": (columns) => `由 DM 填写，未比较：${columns}`,
      "mapped-by-dm": (columns) => `被 DM 的列映射改写，未比较：${columns}`,
      generated: (columns) => `生成列，未比较：${columns}`,
      "types-differ": (columns) => `两侧类型不同，按文本比较：${columns}`,
      "json-read": (columns) => `JSON，读取后按值比较：${columns}`,
    },
    copyHeadline: (task) => `正在补回 ${task} 缺失的行`,
    copyState: {
      "to-do": "待处理",
      inserting: "正在插入",
      inserted: "已插入，尚未检查",
      proven: "已补回且与上游一致",
      "changed-since": "已补回，之后被他人改动",
      "there-already": "期间已出现，保持不动",
      "gone-upstream": "上游也已删除",
      "taken-back": "已撤回：上游期间删除了这些行",
      "in-several-tables": "存在于多个上游表，保持不动",
      refused: "被下游拒绝",
      "whose-not-known": "中断后存在，无法确定由谁写入",
      "kept-changing": "上游每次查看都在变化，保持不动",
      undone: "已撤销",
      "gone-since": "撤销时已不存在",
      "not-undone": "之后已变化，未撤销",
    },
  },
};
