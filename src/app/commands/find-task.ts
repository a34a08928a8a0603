import { type Document, document, paragraph, plain } from "../../domain/wording/document.ts";
import type { Language } from "../../domain/wording/language.ts";
import type { ClusterView } from "../../domain/wording/status.ts";

export type FoundTask =
  | { readonly kind: "one"; readonly cluster: string; readonly task: string }
  | { readonly kind: "answer"; readonly document: Document };

/** A command as it is typed again once a task was chosen. */
export interface TypedCommand {
  readonly word: string;
  /** What stood behind the task's name. */
  readonly rest: string;
}

/** `cluster/task` or `task`; a name in several clusters gets a choice, an unknown one the nearest. */
export function findTask(views: readonly ClusterView[], typed: string, command: TypedCommand, language: Language): FoundTask {
  const [before, after] = typed.includes("/")
    ? [typed.slice(0, typed.indexOf("/")), typed.slice(typed.indexOf("/") + 1)]
    : [null, typed];
  const all = views.flatMap(({ cluster, findings }) =>
    [...new Set(findings.flatMap((finding) => (finding.task === null ? [] : [finding.task])))].map((task) => ({ cluster, task })),
  );
  // A task's own name may hold a slash.
  const exact = all.filter(({ cluster, task }) => task === typed || (task === after && cluster === before));
  if (exact.length === 1) return { kind: "one", ...exact[0]! };
  if (exact.length > 1) return { kind: "answer", document: choice(exact, command, language) };
  const near = [...new Set(all.map(({ task }) => task))].toSorted((a, b) => distance(a, after) - distance(b, after));
  const names = near.slice(0, 3).join(", ");
  const hint = names === "" ? "" : language === "en" ? `Did you mean ${names}?` : `是不是 ${names}？`;
  return {
    kind: "answer",
    document: document(
      language === "en" ? `I see no task ${typed.slice(0, 60)}` : `没有看到任务 ${typed.slice(0, 60)}`,
      "warning",
      hint ? [paragraph(plain(hint))] : [],
    ),
  };
}

/** A button holds so many letters of what was typed; more would be cut. */
const REST_AT_MOST = 1_500;

function choice(found: readonly { cluster: string; task: string }[], { word, rest }: TypedCommand, language: Language): Document {
  const headline = language === "en" ? "Which one?" : "是哪一个？";
  const names = found.slice(0, 10).map(({ cluster, task }) => `${cluster}/${task}`);
  if (rest.length > REST_AT_MOST) return document(`${headline} ${names.join(" · ")}`, "info", []);
  const buttons = names.map((name) => ({
    action: "choose-task" as const,
    label: name,
    value: `${word}|${name} ${rest.trim()}`.trimEnd(),
    style: "default" as const,
    confirm: null,
    choices: null,
  }));
  return document(headline, "info", [], buttons);
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
