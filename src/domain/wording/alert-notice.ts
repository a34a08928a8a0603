import type { Alert } from "../alert/alert.ts";
import { code, type Document, document, fact, paragraph, plain } from "./document.ts";
import type { Language } from "./language.ts";

const TEXTS = {
  en: {
    unmapped: "An alert that belongs to no configured cluster",
    quiet: "DM's status shows nothing wrong for it",
    why: "Add one of its labels to `alertLabels` of its cluster, or stop sending it here.",
    more: (count: number) => `and ${count} more of the same name`,
    calm: "DM's status counts. If it stays well, nothing has to be done.",
  },
  zh: {
    unmapped: "不属于任何已配置集群的告警",
    quiet: "DM 的状态没有显示异常",
    why: "请把它的某个标签加入对应集群的 alertLabels，或不再发送到这里。",
    more: (count: number) => `另有 ${count} 条同名告警`,
    calm: "以 DM 的状态为准；若保持正常则无需处理。",
  },
} as const;

const SHOWN_AT_MOST = 8;

/** Alerts of one name that no incident holds: they map to nothing, or DM's own status does not bear them out. The labels of each are told. */
export function alertNotice(alerts: readonly Alert[], mapped: boolean, language: Language): Document {
  const texts = TEXTS[language];
  const first = alerts[0]!;
  const shown = alerts.slice(0, SHOWN_AT_MOST);
  const many = alerts.length > 1 ? ` × ${alerts.length}` : "";
  const headline = `${first.name}${many} · ${mapped ? texts.quiet : texts.unmapped}`;
  const left = alerts.length - shown.length;
  return document(headline, mapped ? "info" : "warning", [
    ...shown.map(({ labels }) => ({ kind: "facts" as const, facts: factsOf(labels) })),
    ...(left > 0 ? [paragraph(plain(texts.more(left)))] : []),
    paragraph(plain(mapped ? texts.calm : texts.why)),
  ]);
}

function factsOf(labels: Alert["labels"]) {
  return Object.entries(labels)
    .slice(0, 25)
    .map(([name, value]) => fact(name, code(value)));
}
