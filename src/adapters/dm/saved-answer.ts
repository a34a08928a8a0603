import { type BrokenJson, findJson } from "./find-json.ts";
import { cleanText } from "./read-error.ts";
import { type NotAnAnswer, type RecognisedAnswer, recogniseAnswers, refusal } from "./recognise-answer.ts";

/** What a saved text turned out to be: the answers of DM in it, oldest first, or why there is none to rely on. */
export type SavedAnswers =
  | { readonly kind: "answers"; readonly answers: readonly RecognisedAnswer[] }
  | { readonly kind: "unreadable"; readonly expected: string; readonly broke: string };

const EXPECTED =
  "an answer of DM: `dmctl query-status <task>` (v1.0 with `workers`, v2 and later with `sources`), `query-error` of v1.0, the gateway's /apis/v1alpha1/status/, or OpenAPI's task status or task list with status";

/**
 * Reads a saved answer of any surface and version; prompt and log lines around the JSON do not matter. Every whole answer counts, but
 * when the newest one broke off, none does: what is missing may be what is wrong. `at` is when it was saved, in milliseconds since
 * the epoch. Never throws; linear in the text.
 */
export function readSavedAnswers(text: string, at: number): SavedAnswers {
  const { values, broken } = findJson(text.replace(/^\uFEFF/, ""));
  const answers: RecognisedAnswer[] = [];
  let newest = -1;
  let other: { at: number; what: NotAnAnswer } | null = null;
  for (const piece of values) {
    const recognised = recogniseAnswers(piece.value, at);
    if ("kind" in recognised) other = { at: piece.at, what: recognised };
    else {
      answers.push(...recognised);
      newest = piece.at;
    }
  }
  const words = answers.length === 0 ? DMCTL_FOUND_NO_MASTER.exec(text) : null;
  if (words) return { kind: "answers", answers: [refusal(words[0])] };
  if (broken && broken.at > newest && broken.at > (other?.at ?? -1)) return unreadable(whereItBroke(broken));
  if (answers.length > 0) return { kind: "answers", answers: withoutSuperseded(answers) };
  return unreadable(other ? `this is JSON, but ${other.what.what}` : whatStandsThere(text));
}

/** dmctl says this in plain words, without JSON (dm-facts §1.1). */
const DMCTL_FOUND_NO_MASTER = /\[code=48001:[^\n]*/;

/** A refusal that a better answer followed is over, except that it may name another task. An empty answer beside others says nothing. */
function withoutSuperseded(answers: readonly RecognisedAnswer[]): RecognisedAnswer[] {
  const lastGood = answers.findLastIndex((answer) => answer.kind !== "refused");
  const kept = answers.filter((answer, index) => answer.kind !== "refused" || index > lastGood || /^task /.test(answer.said));
  const telling = kept.filter((answer) => !isEmpty(answer));
  return telling.length > 0 ? telling : kept.slice(-1);
}

function isEmpty(answer: RecognisedAnswer): boolean {
  if (answer.kind === "observation") return answer.observation.sources.length === 0;
  return answer.kind === "summary" && answer.tasks.length === 0;
}

function unreadable(broke: string): SavedAnswers {
  return { kind: "unreadable", expected: EXPECTED, broke };
}

function whereItBroke({ line, column, expected, excerpt, cut }: BrokenJson): string {
  const where = `line ${line}, column ${column}`;
  return cut
    ? `the JSON ends in the middle, at ${where}, behind «${cleanText(excerpt)}»: the answer was cut, and what is missing may be what is wrong`
    : `the JSON breaks at ${where}: expected ${expected}, near «${cleanText(excerpt)}»`;
}

function whatStandsThere(text: string): string {
  const start = text.trimStart().slice(0, 200);
  if (start === "") return "there is nothing in it";
  if (/^<(?:!doctype|html|\?xml)/i.test(start))
    return "this is a web page (HTML), as a proxy or a login page sends it; DM answers JSON";
  return `there is no JSON in it; it begins with «${cleanText(start.slice(0, 60)).replace(/\s+/g, " ")}»`;
}
