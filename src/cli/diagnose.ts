import { createReadStream } from "node:fs";
import { text as readAll } from "node:stream/consumers";
import { codesIn } from "../adapters/dm/read-error.ts";
import { readSavedAnswer, type SavedAnswer } from "../adapters/dm/saved-answer.ts";
import { CONFIDENCE } from "../domain/diagnosis/confidence.ts";
import { diagnose } from "../domain/diagnosis/diagnose.ts";
import { advise, said } from "../domain/diagnosis/evidence.ts";
import type { Finding } from "../domain/diagnosis/finding.ts";
import { masterUnreachable } from "../domain/diagnosis/master-unreachable.ts";
import type { Document } from "../domain/wording/document.ts";
import { findingAsJson, findingsDocument } from "../domain/wording/finding.ts";
import type { Language } from "../domain/wording/language.ts";
import { findingsOfSummary, summaryDocument } from "../domain/wording/summary.ts";
import { drawDocument } from "./draw/terminal.ts";

export interface DiagnoseOptions {
  /** A path, or `-` for standard input. */
  readonly file: string;
  readonly json: boolean;
  readonly lang: Language;
  readonly colour: boolean;
  readonly input: NodeJS.ReadableStream;
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Exit code: 0 nothing wrong, 1 an incident, 2 the input could not be read as an answer of DM. */
export async function runDiagnose(options: DiagnoseOptions): Promise<0 | 1 | 2> {
  const text = await readInput(options);
  if (text.kind === "failed") return unreadable(options, "a file that can be read, or - for standard input", text.why);
  const answer = readSavedAnswer(text.text, options.now);
  if (answer.kind === "unreadable") return unreadable(options, answer.expected, answer.broke);
  const { findings, document } = conclude(answer, options.lang);
  if (options.json)
    options.print(`${JSON.stringify({ findings: findings.map((finding) => findingAsJson(finding, options.lang)) }, null, 2)}\n`);
  else options.print(drawDocument(document, options));
  return findings.some((finding) => finding.incident) ? 1 : 0;
}

async function readInput(options: DiagnoseOptions): Promise<{ kind: "read"; text: string } | { kind: "failed"; why: string }> {
  try {
    return { kind: "read", text: await readAll(options.file === "-" ? options.input : createReadStream(options.file)) };
  } catch (error) {
    return { kind: "failed", why: error instanceof Error ? error.message : String(error) };
  }
}

function conclude(
  answer: Exclude<SavedAnswer, { kind: "unreadable" }>,
  language: Language,
): { findings: Finding[]; document: Document } {
  switch (answer.kind) {
    case "observation": {
      const findings = diagnose(answer.observation, { checkerOf: () => null, firstFailedAt: () => null });
      return { findings, document: findingsDocument(findings, language) };
    }
    case "summary":
      return { findings: findingsOfSummary(answer.tasks), document: summaryDocument(answer.tasks, language) };
    case "refused": {
      const findings = [refusal(answer.said)];
      return { findings, document: findingsDocument(findings, language) };
    }
    default:
      return answer satisfies never;
  }
}

/** DM answered, but with a refusal. 38043 is a master that has no leader to ask. */
function refusal(words: string): Finding {
  const finding = masterUnreachable(null, [{ master: "msg", why: words }]);
  if (codesIn(words).includes(38043)) return finding;
  return {
    ...finding,
    kind: "unknown",
    confidence: CONFIDENCE.none,
    evidence: [said(words, "msg")],
    codes: codesIn(words),
    advice: advise("ask-a-person"),
  };
}

function unreadable(options: DiagnoseOptions, expected: string, broke: string): 2 {
  if (options.json) options.print(`${JSON.stringify({ error: { expected, broke } }, null, 2)}\n`);
  options.complain(`Not an answer of DM that I can read: ${broke}.\nExpected: ${expected}.\n`);
  return 2;
}
