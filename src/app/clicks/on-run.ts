import { RULES } from "../../domain/approval/judge-vote.ts";
import { phrase } from "../../domain/wording/phrases.ts";
import { answerDocument, refusalDocument } from "../../domain/wording/refusal.ts";
import type { RunAnswer } from "../execute/executor.ts";
import { type Handler, roleRefusal } from "./click-handler.ts";

const SAID: Readonly<Record<RunAnswer, { readonly en: string; readonly zh: string }>> = {
  "go-on": { en: "goes on.", zh: "继续执行。" },
  "put-back": { en: "puts back what is away.", zh: "正在放回。" },
  stop: { en: "stops; what was compared so far is told.", zh: "停止；会说明已对比的部分。" },
};

export function answerRun(what: RunAnswer): Handler {
  return async (parts, click, person, language) => {
    const run = await parts.store.runs.get(click.value);
    if (!run) return refusalDocument(phrase("run-not-waiting", { run: click.value }), language);
    // Bringing the task back and stopping a comparison are open to an operator; trying an approved step again needs who may approve it.
    const needed = what === "go-on" ? RULES[run.plan.risk].role : "operator";
    // As with a vote: who may go on with what changes data is asked for anew, and nobody may where Slack does not answer.
    const isVote = what === "go-on" && run.plan.risk === "data";
    const refusal = await roleRefusal(parts, click, run.plan.cluster, needed, isVote);
    if (refusal) return refusalDocument(refusal, language);
    const outcome = await parts.executor.byPerson(click.value, person, what);
    return outcome.kind === "refused"
      ? refusalDocument(outcome.why, language)
      : answerDocument(`${click.value} ${SAID[what][language]}`);
  };
}
