/** Where one value stands in the text: `text.slice(start, end)` is the value as it is written, quotes included. */
export interface ValuePlace {
  readonly start: number;
  readonly end: number;
}

export type FoundValues =
  | { readonly kind: "found"; readonly values: ReadonlyMap<string, ValuePlace> }
  | { readonly kind: "unreadable"; readonly why: string };

const QUOTES = ['"""', "'''", '"', "'"] as const;
const BARE_KEY = /[A-Za-z0-9_-]+/y;

/**
 * Finds the values of the top-level keys of a TOML text, so that one of them can be replaced and every other byte kept. It reads just
 * as much TOML as that takes; tables, which come after the top-level keys, are not looked into.
 */
export function findValues(text: string): FoundValues {
  const values = new Map<string, ValuePlace>();
  let at = text.startsWith("\uFEFF") ? 1 : 0;
  for (;;) {
    at = skipBlankLines(text, at);
    if (at >= text.length || text[at] === "[") return { kind: "found", values };
    const key = readKey(text, at);
    if (!key) return unreadable(text, at, "a key was expected");
    const start = skipSpaces(text, key.end + 1);
    const end = skipValue(text, start);
    if (end === null || end === start) return unreadable(text, start, "a value was expected");
    if (!/^[ \t]*(?:#[^\n]*)?(?:\r?\n|$)/.test(text.slice(end))) return unreadable(text, end, "something stands after the value");
    if (values.has(key.name)) return unreadable(text, at, `${key.name} stands there twice`);
    values.set(key.name, { start, end });
    at = end;
  }
}

/** The text of a string in any of TOML's four quotings; null for what is none. */
export function decodeString(raw: string): string | null {
  const quote = QUOTES.find((mark) => raw.startsWith(mark) && raw.endsWith(mark) && raw.length >= 2 * mark.length);
  if (!quote) return null;
  const inner = raw.slice(quote.length, -quote.length);
  const body = quote.length === 3 ? inner.replace(/^\r?\n/, "") : inner;
  if (quote[0] === "'") return body;
  // A line that ends with a backslash goes on in the next one; no relay.meta does that, so it is not read rather than read wrongly.
  return /\\(?![btnfr"\\]|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8})/.test(body.replaceAll("\\\\", "")) ? null : decodeEscapes(body);
}

/** Puts another text into the quotes that are there. The text must not need escaping. */
export function quoteLike(raw: string, text: string): string {
  const quote = QUOTES.find((mark) => raw.startsWith(mark)) ?? '"';
  return `${quote}${text}${quote}`;
}

/** A whole number in any of TOML's notations; null for what is none, or too large to be exact. */
export function decodeInteger(raw: string): number | null {
  if (!/^(?:[+-]?(?:0|[1-9](?:_?\d)*)|0x[\dA-Fa-f](?:_?[\dA-Fa-f])*|0o[0-7](?:_?[0-7])*|0b[01](?:_?[01])*)$/.test(raw))
    return null;
  const value = Number(raw.replaceAll("_", ""));
  return Number.isSafeInteger(value) ? value : null;
}

function readKey(text: string, at: number): { readonly name: string; readonly end: number } | null {
  const parts: string[] = [];
  let end = at;
  for (;;) {
    const part = readKeyPart(text, end);
    if (!part) return null;
    parts.push(part.name);
    end = skipSpaces(text, part.end);
    if (text[end] === "=") return { name: parts.length === 1 ? part.name : JSON.stringify(parts), end };
    if (text[end] !== ".") return null;
    end = skipSpaces(text, end + 1);
  }
}

function readKeyPart(text: string, at: number): { readonly name: string; readonly end: number } | null {
  if (text[at] === '"' || text[at] === "'") {
    const end = skipString(text, at, text[at]!);
    const name = end === null ? null : decodeString(text.slice(at, end));
    return end === null || name === null ? null : { name, end };
  }
  BARE_KEY.lastIndex = at;
  const found = BARE_KEY.exec(text);
  return found ? { name: found[0], end: at + found[0].length } : null;
}

function skipValue(text: string, at: number): number | null {
  const quote = QUOTES.find((mark) => text.startsWith(mark, at));
  if (quote) return skipString(text, at, quote);
  if (text[at] === "[" || text[at] === "{") return skipBrackets(text, at);
  const line = /[^#\r\n]*/y;
  line.lastIndex = at;
  return at + (line.exec(text)?.[0].trimEnd().length ?? 0);
}

function skipString(text: string, at: number, quote: string): number | null {
  for (let here = at + quote.length; here < text.length; here++) {
    if (text[here] === "\\" && quote[0] === '"') here++;
    else if (quote.length === 1 && text[here] === "\n") return null;
    else if (text.startsWith(quote, here)) {
      let end = here + quote.length;
      // One or two quotes may stand right before the closing three.
      for (let more = 0; quote.length === 3 && more < 2 && text[end] === quote[0]; more++) end++;
      return end;
    }
  }
  return null;
}

function skipBrackets(text: string, at: number): number | null {
  let depth = 0;
  for (let here = at; here < text.length; ) {
    const quote = QUOTES.find((mark) => text.startsWith(mark, here));
    if (quote) {
      const end = skipString(text, here, quote);
      if (end === null) return null;
      here = end;
      continue;
    }
    const sign = text[here]!;
    if (sign === "#") here = skipBlankLines(text, here) - 1;
    if (sign === "[" || sign === "{") depth++;
    if (sign === "]" || sign === "}") depth--;
    here++;
    if (depth === 0) return here;
  }
  return null;
}

function skipBlankLines(text: string, at: number): number {
  const blank = /(?:[ \t\r\n]|#[^\n]*)*/y;
  blank.lastIndex = at;
  return at + (blank.exec(text)?.[0].length ?? 0);
}

function skipSpaces(text: string, at: number): number {
  let here = at;
  while (text[here] === " " || text[here] === "\t") here++;
  return here;
}

const ESCAPES: Readonly<Record<string, string>> = { b: "\b", t: "\t", n: "\n", f: "\f", r: "\r" };

const decodeEscapes = (body: string): string =>
  body.replace(/\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))/gs, (_, short?: string, long?: string, sign?: string) => {
    const code = Number.parseInt(short ?? long ?? "", 16);
    if (sign !== undefined) return ESCAPES[sign] ?? sign;
    return code <= 0x10_ffff ? String.fromCodePoint(code) : "\uFFFD";
  });

function unreadable(text: string, at: number, why: string): FoundValues {
  return { kind: "unreadable", why: `line ${text.slice(0, at).split("\n").length}: ${why}` };
}
