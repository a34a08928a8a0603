import type { Phrase } from "../plan/plan.ts";
import { type Document, document, paragraph, plain } from "./document.ts";
import type { Language } from "./language.ts";
import { say } from "./phrases.ts";

/** A click or command that did nothing, and what would lift that. */
export function refusalDocument(why: Phrase, language: Language): Document {
  return document(language === "en" ? "Not done" : "未执行", "warning", [paragraph(plain(say(why, language)))]);
}

export function answerDocument(headline: string, tone: Document["tone"] = "good"): Document {
  return document(headline, tone, []);
}

/** Several reasons as one answer. */
export function refusals(why: readonly Phrase[], language: Language): Document {
  const all = why.map((one) => refusalDocument(one, language));
  return { ...all[0]!, blocks: all.flatMap((one) => one.blocks) };
}
