import { createReadStream } from "node:fs";
import { buffer } from "node:stream/consumers";
import { decodeText } from "../adapters/dm/decode-text.ts";
import type { RecognisedAnswer } from "../adapters/dm/recognise-answer.ts";
import { readSavedAnswers } from "../adapters/dm/saved-answer.ts";
import type { Finding } from "../domain/diagnosis/finding.ts";
import type { Document } from "../domain/wording/document.ts";
import { diagnosisAsJson, findingsDocument } from "../domain/wording/finding.ts";
import type { Language } from "../domain/wording/language.ts";
import { commandsOfFindings } from "../domain/wording/person-commands.ts";
import { summaryDocument } from "../domain/wording/summary.ts";
import { diagnoseAnswers } from "./diagnose-answers.ts";
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
  const saved = readSavedAnswers(text.text, options.now);
  if (saved.kind === "unreadable") return unreadable(options, saved.expected, saved.broke);
  const findings = diagnoseAnswers(saved.answers);
  if (options.json)
    options.print(
      `${JSON.stringify({ findings: findings.map((finding) => diagnosisAsJson(finding, options.lang)) }, null, 2)}\n`,
    );
  else options.print(drawDocument(documentOf(saved.answers, findings, options.lang), options));
  return findings.some((finding) => finding.incident) ? 1 : 0;
}

async function readInput(options: DiagnoseOptions): Promise<{ kind: "read"; text: string } | { kind: "failed"; why: string }> {
  try {
    return {
      kind: "read",
      text: decodeText(await buffer(options.file === "-" ? options.input : createReadStream(options.file))),
    };
  } catch (error) {
    return { kind: "failed", why: error instanceof Error ? error.message : String(error) };
  }
}

function documentOf(answers: readonly RecognisedAnswer[], findings: readonly Finding[], language: Language): Document {
  const [only, ...others] = answers;
  return only?.kind === "summary" && others.length === 0
    ? summaryDocument(only.tasks, language)
    : withCommands(findings, language);
}

function withCommands(findings: readonly Finding[], language: Language): Document {
  const document = findingsDocument(findings, language);
  const commands = commandsOfFindings(findings, language);
  return commands === null ? document : { ...document, blocks: [...document.blocks, { kind: "divider" }, commands] };
}

function unreadable(options: DiagnoseOptions, expected: string, broke: string): 2 {
  if (options.json) options.print(`${JSON.stringify({ error: { expected, broke } }, null, 2)}\n`);
  options.complain(`Not an answer of DM that I can read: ${broke}.\nExpected: ${expected}.\n`);
  return 2;
}
