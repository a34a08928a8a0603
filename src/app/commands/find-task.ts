import { type Document, document, paragraph, plain } from "../../domain/wording/document.ts";
import type { Language } from "../../domain/wording/language.ts";
import type { ClusterView } from "../../domain/wording/status.ts";

export type FoundTask =
  | { readonly kind: "one"; readonly cluster: string; readonly task: string }
  | { readonly kind: "answer"; readonly document: Document };

/** `cluster/task` or `task`; a name in several clusters gets a choice, an unknown one the nearest. `command`: typed again with the choice. */
export function findTask(views: readonly ClusterView[], typed: string, command: string, language: Language): FoundTask {
  const [before, after] = typed.includes("/")
    ? [typed.slice(0, typed.indexOf("/")), typed.slice(typed.indexOf("/") + 1)]
    : [null, typed];
  const all = views.flatMap(({ cluster, findings }) =>
    [...new Set(findings.flatMap((finding) => (finding.task === null ? [] : [finding.task])))].map((task) => ({ cluster, task })),
  );
  const exact = all.filter(({ cluster, task }) => task === after && (before === null || cluster === before));
  if (exact.length === 1) return { kind: "one", ...exact[0]! };
  if (exact.length > 1) return { kind: "answer", document: choice(exact, command, language) };
  const near = all
    .map(({ task }) => task)
    .toSorted((a, b) => distance(a, after) - distance(b, after))
    .slice(0, 3);
  const hint = near.length > 0 ? `${language === "en" ? "Did you mean" : "是不是"} ${near.join(", ")}?` : "";
  return {
    kind: "answer",
    document: document(
      language === "en" ? `I see no task ${after.slice(0, 60)}` : `没有看到任务 ${after.slice(0, 60)}`,
      "warning",
      hint ? [paragraph(plain(hint))] : [],
    ),
  };
}

function choice(found: readonly { cluster: string; task: string }[], command: string, language: Language): Document {
  const buttons = found.slice(0, 10).map(({ cluster, task }) => ({
    action: "choose-task" as const,
    label: `${cluster}/${task}`,
    value: `${command}|${cluster}/${task}`,
    style: "default" as const,
    confirm: null,
    choices: null,
  }));
  return document(language === "en" ? "Which one?" : "是哪一个？", "info", [], buttons);
}

/** Steps of one letter between two names (Levenshtein), bounded by their lengths. */
export function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
