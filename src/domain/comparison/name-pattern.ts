/** A pattern made ready: tells whether a name fits. */
export type NameTest = (name: string) => boolean;

export class BrokenPattern extends Error {}

const STAR = 42;
const QUESTION = 63;
const OPEN = 91;
const CLOSE = 93;
const NOT = 33;
const DASH = 45;

type Token =
  | { readonly kind: "byte"; readonly byte: number }
  | { readonly kind: "any-byte" }
  | { readonly kind: "rest" }
  | { readonly kind: "range"; readonly not: boolean; readonly ranges: readonly (readonly [number, number])[] };

/**
 * DM's wildcards: `*` for the rest (only as the last character), `?` for one byte, `[a-z]` and `[!a-z]` for one byte of a range. A
 * `[` without its `]` stands for itself. Works on bytes as DM does: a letter of three bytes needs three `?`. Throws `BrokenPattern`
 * where DM would refuse the rule.
 */
export function wildcard(pattern: string): NameTest {
  const tokens = tokensOf(bytesOf(pattern), pattern);
  return (name) => fits(tokens, bytesOf(name));
}

function tokensOf(pattern: Uint8Array, text: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const byte = pattern[at]!;
    const close = byte === OPEN ? pattern.indexOf(CLOSE, at) : -1;
    if (byte === STAR) {
      if (at !== pattern.length - 1) throw new BrokenPattern(`${text}: * may only stand at the end`);
      tokens.push({ kind: "rest" });
    } else if (byte === QUESTION) tokens.push({ kind: "any-byte" });
    else if (close === -1) tokens.push({ kind: "byte", byte });
    else {
      tokens.push(rangeOf(pattern.subarray(at + 1, close)));
      at = close;
    }
  }
  return tokens;
}

function rangeOf(inside: Uint8Array): Token {
  const not = inside[0] === NOT;
  const ranges: (readonly [number, number])[] = [];
  for (let at = not ? 1 : 0; at < inside.length; at++) {
    if (inside[at + 1] === DASH && at + 2 < inside.length) {
      ranges.push([inside[at]!, inside[at + 2]!]);
      at += 2;
    } else ranges.push([inside[at]!, inside[at]!]);
  }
  return not && ranges.length === 0 ? { kind: "range", not: false, ranges: [[NOT, NOT]] } : { kind: "range", not, ranges };
}

function fits(tokens: readonly Token[], name: Uint8Array): boolean {
  if (tokens.at(-1)?.kind === "rest" ? name.length < tokens.length - 1 : name.length !== tokens.length) return false;
  return tokens.every((token, at) => {
    switch (token.kind) {
      case "rest":
      case "any-byte":
        return true;
      case "byte":
        return name[at] === token.byte;
      case "range":
        return token.ranges.some(([from, to]) => from <= name[at]! && name[at]! <= to) !== token.not;
      default:
        return token satisfies never;
    }
  });
}

/**
 * A pattern behind `~`: Go's regular expression, found anywhere in the name. What Go writes otherwise than JavaScript (`(?i)` at the
 * front, `(?P<name>`, `\A`, `\z`) is turned; `BrokenPattern` for what cannot be read.
 */
export function regularExpression(pattern: string): NameTest {
  const flags = /^\(\?([a-z]+)\)/.exec(pattern);
  const body = pattern
    .slice(flags?.[0].length ?? 0)
    .replaceAll("(?P<", "(?<")
    .replaceAll("\\A", "^")
    .replaceAll("\\z", "$");
  try {
    const expression = new RegExp(body, flags?.[1]?.replace(/[^ims]/g, "") ?? "");
    return (name) => expression.test(name);
  } catch (cause) {
    throw new BrokenPattern(`${pattern}: not a regular expression that can be read`, { cause });
  }
}

/** `~` in front makes it a regular expression, else wildcards (block-allow-list). */
export function namePattern(pattern: string): NameTest {
  return isExpression(pattern) ? regularExpression(pattern.slice(1)) : wildcard(pattern);
}

export const isExpression = (pattern: string): boolean => pattern.startsWith("~");

/** DM lowers patterns as a whole where names do not count their case, expressions (`\D`) too. */
export const lowered = (text: string, caseSensitive: boolean): string => (caseSensitive ? text : text.toLowerCase());

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
