import type { Alert } from "../alert/alert.ts";
import { code, type Document, document, fact, paragraph, plain } from "./document.ts";
import type { Language } from "./language.ts";

const TEXTS = {
  en: {
    unmapped: "An alert that belongs to no configured cluster",
    quiet: "DM's status shows nothing wrong for it",
    labels: "Labels",
    why: "Add one of its labels to `alertLabels` of its cluster, or stop sending it here.",
    calm: "DM's status counts. If it stays well, nothing has to be done.",
  },
  zh: {
    unmapped: "不属于任何已配置集群的告警",
    quiet: "DM 的状态没有显示异常",
    labels: "标签",
    why: "请把它的某个标签加入对应集群的 alertLabels，或不再发送到这里。",
    calm: "以 DM 的状态为准；若保持正常则无需处理。",
  },
} as const;

/** An alert that no incident holds: one that maps to nothing, or one that DM's own status does not bear out. */
export function alertNotice(alert: Alert, mapped: boolean, language: Language): Document {
  const texts = TEXTS[language];
  const labels = Object.entries(alert.labels)
    .slice(0, 25)
    .map(([name, value]) => fact(name, code(value)));
  const headline = `${alert.name} · ${mapped ? texts.quiet : texts.unmapped}`;
  return document(headline, mapped ? "info" : "warning", [
    { kind: "facts", facts: labels },
    paragraph(plain(mapped ? texts.calm : texts.why)),
  ]);
}
