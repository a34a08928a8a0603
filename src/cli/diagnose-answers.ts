import type { RecognisedAnswer } from "../adapters/dm/recognise-answer.ts";
import { answerRefused } from "../domain/diagnosis/answer-refused.ts";
import { diagnose } from "../domain/diagnosis/diagnose.ts";
import { type Finding, subjectKey } from "../domain/diagnosis/finding.ts";
import { findingsOfSummary } from "../domain/wording/summary.ts";

/**
 * One finding a subject over all the answers, oldest first: of what was asked twice the newer answer holds, and a summary says
 * nothing of a task that another answer tells in full.
 */
export function diagnoseAnswers(answers: readonly RecognisedAnswer[]): Finding[] {
  const found = new Map<string, Finding>();
  for (const finding of answers.flatMap(findingsOf)) found.set(subjectKey(finding.subject), finding);
  const told = new Set([...found.values()].filter(isInFull).map((finding) => finding.task));
  return [...found.values()].filter((finding) => finding.task === null || isInFull(finding) || !told.has(finding.task));
}

function findingsOf(answer: RecognisedAnswer): Finding[] {
  switch (answer.kind) {
    case "observation":
      return diagnose(answer.observation, { checkerOf: () => null, firstFailedAt: () => null });
    case "summary":
      return findingsOfSummary(answer.tasks);
    case "refused":
      return [answerRefused(answer.said, answer.codes)];
    default:
      return answer satisfies never;
  }
}

const isInFull = ({ task, subject }: Finding) => task !== null && subject.kind === "subtask" && subject.source !== "";
