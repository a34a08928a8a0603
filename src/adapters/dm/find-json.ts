import { stripVTControlCharacters } from "node:util";
import { scanJson } from "./scan-json.ts";

/** JSON values that stand in a text among prompts and log lines, and the last place where one broke off. */
export interface FoundJson {
  readonly values: readonly { readonly at: number; readonly value: unknown }[];
  readonly broken: BrokenJson | null;
}

export interface BrokenJson {
  /** Offset of the break, to tell whether a whole answer came after it. */
  readonly at: number;
  readonly line: number;
  readonly column: number;
  readonly expected: string;
  readonly excerpt: string;
  /** The text ended before the value did: it was cut. */
  readonly cut: boolean;
}

/** What is quoted as a name: DM's answers begin so, `{not json}` in a log line does not. */
const BEGINS_LIKE_JSON = /\{\s{0,100}"[^"\n]{0,100}"\s{0,100}:|\[\s{0,100}\{/y;
const NAMES_OF_ANSWERS = /"(?:result|sources|workers|tasks|data|msg|subTaskStatus|status_list)"\s*:/;

/**
 * Finds every value, in order. Inside an answer that broke nothing is taken: half of an answer may look healthy while the other half
 * was not; the search goes on where a line begins with a brace. Linear in the text, never throws.
 */
export function findJson(painted: string): FoundJson {
  const text = stripVTControlCharacters(painted);
  const values: { at: number; value: unknown }[] = [];
  let broken: { at: number; expected: string } | null = null;
  for (let start = nextStart(text, 0); start !== -1; ) {
    const scanned = scanJson(text, start);
    if (scanned.kind === "ended") {
      values.push({ at: start, value: JSON.parse(text.slice(start, scanned.end)) as unknown });
      start = nextStart(text, scanned.end);
    } else if (beginsLikeJson(text, start)) {
      if (values.length === 0 || mayBeAnAnswer(text, start, scanned.at)) broken = scanned;
      start = nextLineWithBrace(text, scanned.at);
    } else {
      if (values.length === 0) broken ??= scanned;
      start = nextStart(text, Math.max(scanned.at, start + 1));
    }
  }
  return { values, broken: broken && describe(text, broken) };
}

/** The next `{`, or a `[` that opens a list of objects (log lines begin with `[` too). */
function nextStart(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === 0x7b) return at;
    if (character === 0x5b && /^\[\s{0,200}\{/.test(text.slice(at, at + 210))) return at;
  }
  return -1;
}

function nextLineWithBrace(text: string, from: number): number {
  const line = /\n[{[]/g;
  line.lastIndex = Math.max(from - 1, 0);
  const found = line.exec(text);
  return found ? nextStart(text, found.index + 1) : -1;
}

function beginsLikeJson(text: string, start: number): boolean {
  BEGINS_LIKE_JSON.lastIndex = start;
  return BEGINS_LIKE_JSON.test(text);
}

/** Logs hold JSON too: beside whole answers only what has an answer's names, or begins a line and is cut with it, is taken for one. */
function mayBeAnAnswer(text: string, start: number, end: number): boolean {
  const beginsALine = start === 0 || text[start - 1] === "\n";
  return NAMES_OF_ANSWERS.test(text.slice(start, end)) || (beginsALine && end === text.length);
}

function describe(text: string, { at, expected }: { at: number; expected: string }): BrokenJson {
  const before = text.slice(0, at);
  return {
    at,
    line: before.split("\n").length,
    column: at - before.lastIndexOf("\n"),
    expected,
    excerpt: text.slice(Math.max(0, at - 40), at + 20).replace(/\s+/g, " "),
    cut: text.slice(at).trim() === "",
  };
}
