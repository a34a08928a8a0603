/** Where one JSON value ends (the offset behind it), or where and why it stops being JSON. */
export type ScannedJson =
  | { readonly kind: "ended"; readonly end: number }
  | { readonly kind: "broken"; readonly at: number; readonly expected: string };

const BLANK = /[ \t\r\n]*/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these inside a text
const PLAIN_TEXT = /[^"\\\u0000-\u001f]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;

/**
 * Walks over the value that begins at `start` (`{` or `[`) with JSON's own grammar. JSON.parse would do, but it tells a position only
 * for some of its errors, and a person who pasted a cut answer needs to know where. Linear; never throws.
 */
export function scanJson(text: string, start: number): ScannedJson {
  const open: string[] = [];
  let at = start;
  let wanted: "value" | "value or end" | "name" | "name or end" | "comma or end" = "value";
  for (;;) {
    at = past(BLANK, text, at);
    const next = text[at];
    const closing = open.at(-1) === "{" ? "}" : "]";
    if (next === closing && wanted.endsWith("or end") && open.length > 0) {
      open.pop();
      at++;
    } else if (wanted === "comma or end") {
      if (next !== ",") return broken(at, `a comma or ${closing}`);
      at++;
      wanted = open.at(-1) === "{" ? "name" : "value";
      continue;
    } else if (wanted.startsWith("name")) {
      if (next !== '"') return broken(at, "a name in double quotes");
      const end = endOfText(text, at);
      if (typeof end !== "number") return end;
      at = past(BLANK, text, end);
      if (text[at] !== ":") return broken(at, "a colon after the name");
      at++;
      wanted = "value";
      continue;
    } else if (next === "{" || next === "[") {
      open.push(next);
      at++;
      wanted = next === "{" ? "name or end" : "value or end";
      continue;
    } else if (next === '"') {
      const end = endOfText(text, at);
      if (typeof end !== "number") return end;
      at = end;
    } else {
      const end = Math.max(past(NUMBER, text, at), past(WORD, text, at));
      if (end === at) return broken(at, "a value");
      at = end;
    }
    if (open.length === 0) return { kind: "ended", end: at };
    wanted = "comma or end";
  }
}

function endOfText(text: string, start: number): number | ScannedJson {
  let at = start + 1;
  for (;;) {
    at = past(PLAIN_TEXT, text, at);
    if (text[at] === '"') return at + 1;
    const end = past(ESCAPE, text, at);
    if (end === at) return broken(at, text[at] === "\\" ? "a known escape" : "the end of a text");
    at = end;
  }
}

/** The offset behind what the sticky pattern matches at `at`; `at` itself where it matches nothing. */
function past(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

const broken = (at: number, expected: string): ScannedJson => ({ kind: "broken", at, expected });
