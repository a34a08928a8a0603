import type { Assumption } from "../diagnosis/finding.ts";
import type { Language, Texts } from "./language.ts";

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
  "the downstream's checkpoint table": "下游的断点表",
  "relayBinlog over the last samples": "最近几次采样的 relayBinlog",
  "the upstream": "上游",
};

/** Our own names of what was seen or counted; DM's field names stay as they are. */
const NAMES_ZH: Readonly<Record<string, string>> = {
  "rows missing downstream": "下游缺失的行",
  "rows that differ": "不同的行",
  "rows only downstream": "仅下游存在的行",
  "steps back": "回退次数",
  "last step back": "最近一次回退",
  "oldest file": "最旧的文件",
  "not measured": "未测得大小",
  "file to measure": "需要测量的文件",
  "the syncer": "syncer",
  "global row": "全局行",
  "global checkpoint row": "全局断点行",
  "end of the upstream": "上游末尾",
  "not listed by DM since": "DM 不再列出的时间",
  "GTIDs on the upstream": "上游的 GTID",
};

export const nameText = (name: string, language: Language): string => (language === "zh" ? (NAMES_ZH[name] ?? name) : name);

export function placeText(from: string, language: Language): string {
  return language === "zh" ? (PLACES_ZH[from] ?? from) : from;
}
