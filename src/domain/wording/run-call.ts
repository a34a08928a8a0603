import { targetKey } from "../plan/target-key.ts";
import type { Run } from "../run/run.ts";
import { type Document, document, type Inline, paragraph, plain } from "./document.ts";
import type { Language } from "./language.ts";
import { LEFT } from "./run-message.ts";

const TEXTS = {
  en: {
    needs: "needs a person",
    still: "still needs a person, and nobody has answered",
    byHand: "The next step is for a person's hands: its commands and the button Done are in the run's message.",
    how: "What it did so far, why it stands still, and the buttons are in the run's message above.",
  },
  zh: {
    needs: "需要人工处理",
    still: "仍需人工处理，尚无人回应",
    byHand: "下一步需要人工执行：命令和“完成”按钮在运行消息中。",
    how: "已完成的步骤、停止原因和按钮在上面的运行消息中。",
  },
} as const;

/** A message of its own for a run that stands still: edits of the run's message notify nobody. */
export function runCall(run: Run, mentions: readonly Inline[], isAgain: boolean, language: Language): Document {
  const texts = TEXTS[language];
  const left = run.state.kind === "needs-person" ? LEFT[language][run.state.left] : "";
  const name = [...new Set(run.plan.targets.map(targetKey))].join(", ");
  const isByHand = run.steps.some(({ state }) => state.kind === "by-hand");
  const words = [...mentions, plain(`${mentions.length > 0 ? " " : ""}${isByHand ? texts.byHand : texts.how}`)];
  return document(`${run.id} ${isAgain ? texts.still : texts.needs}: ${name}. ${left}`, "critical", [paragraph(...words)]);
}
