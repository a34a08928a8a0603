import type { HandledStatement } from "../statement/handled-statement.ts";
import { type Block, code, type Document, document, note, paragraph, plain, strong, time } from "./document.ts";
import type { Language } from "./language.ts";

const TEXTS = {
  en: {
    title: "Statements that were skipped or replaced",
    none: "None.",
    skip: "skipped",
    replace: "replaced",
    open: "open: what the downstream misses has not been made up for",
    reverted: "taken back",
    done: "made up for",
  },
  zh: {
    title: "被跳过或替换的语句",
    none: "没有。",
    skip: "已跳过",
    replace: "已替换",
    open: "未关闭：下游缺少的内容尚未补上",
    reverted: "已撤回",
    done: "已补上",
  },
} as const;
const SHOWN = 15;

/** The ledger: open lines first, newest first. */
export function ledgerDocument(lines: readonly HandledStatement[], language: Language): Document {
  const texts = TEXTS[language];
  const sorted = lines.toSorted((a, b) => Number(b.followUp.kind === "open") - Number(a.followUp.kind === "open") || b.at - a.at);
  const open = lines.filter(({ followUp }) => followUp.kind === "open").length;
  const blocks = sorted
    .slice(0, SHOWN)
    .flatMap((line): Block[] => [
      paragraph(strong(`${line.task} @ ${line.source}`), plain(` · ${texts[line.how]} · ${line.run} · `), time(line.at)),
      { kind: "code", title: null, text: [line.statement, ...line.instead.map((sql) => `→ ${sql}`)].join("\n") },
      note(plain(texts[line.followUp.kind]), ...(line.followUp.kind === "done" ? [plain(": "), code(line.followUp.note)] : [])),
    ]);
  return document(
    `${texts.title}: ${lines.length}`,
    open > 0 ? "warning" : "info",
    blocks.length > 0 ? blocks : [paragraph(plain(texts.none))],
  );
}
