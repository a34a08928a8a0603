import { phrase } from "../../domain/wording/phrases.ts";
import { answerDocument, refusalDocument } from "../../domain/wording/refusal.ts";
import { type DifferencesFormat, makeDifferencesFile } from "../give-differences.ts";
import { type Handler, roleRefusal } from "./click-handler.ts";

/** The file goes to the one who pressed, in their conversation with the bot: it holds rows of production. */
export function giveDifferences(format: DifferencesFormat): Handler {
  return async (parts, click, person, language, signal) => {
    const { store, facts, clock, chat } = parts;
    const stored = await store.records.get("comparison", click.value);
    if (!stored) return refusalDocument(phrase("no-such-comparison", { comparison: click.value }), language);
    const refusal = await roleRefusal(parts, click, stored.cluster, "operator");
    if (refusal) return refusalDocument(refusal, language);
    const made = await makeDifferencesFile({ facts, store, clock }, click.value, format, person, signal);
    if (made.kind === "refused") return refusalDocument(made.why, language);
    const { name, text, rows, notListed } = made.file;
    const counted =
      language === "en"
        ? `${rows === 1 ? "1 row" : `${rows} rows`} of ${click.value} as ${rows === 1 ? "it is" : "they are"} now${notListed > 0 ? `; ${notListed} more are counted and not listed` : ""}.`
        : `${click.value} 的 ${rows} 行（当前值）${notListed > 0 ? `；另有 ${notListed} 行已计数但未列出` : ""}。`;
    const sent = await chat.sendFile(person.id, { name, text }, counted);
    if (sent.kind === "not-sent") {
      const command = `medic differences ${click.value} --format ${format}`;
      return refusalDocument(phrase("file-not-sent", { why: sent.why, command }), language);
    }
    return answerDocument(language === "en" ? `${name} is sent to you alone: ${counted}` : `${name} 已单独发给你：${counted}`);
  };
}
