/** JSON values that stand in a text among prompts and log lines; where none does, where the first one broke. */
export type FoundJson =
  | { readonly kind: "found"; readonly values: readonly unknown[] }
  | { readonly kind: "broken"; readonly line: number; readonly column: number; readonly why: string; readonly excerpt: string }
  | { readonly kind: "none" };

/** An opening brace that never closes costs one more pass over the rest; this bounds how often, so that the whole stays linear. */
const PASSES_AT_MOST = 20;

export function findJson(text: string): FoundJson {
  const values: unknown[] = [];
  let firstBreak: { at: number; why: string } | null = null;
  let passes = 0;
  for (let at = nextStart(text, 0); at !== -1; ) {
    const end = endOfValue(text, at);
    if (end === -1 && ++passes > PASSES_AT_MOST) break;
    const parsed = parse(text.slice(at, end === -1 ? undefined : end), at);
    if (parsed.ok) values.push(parsed.value);
    else firstBreak ??= parsed;
    at = nextStart(text, parsed.ok && end !== -1 ? end : end === -1 ? at + 1 : end);
  }
  if (values.length > 0) return { kind: "found", values };
  return firstBreak ? describeBreak(text, firstBreak) : { kind: "none" };
}

/** The next `{`, or a `[` that opens a list of objects (log lines begin with `[` too). */
function nextStart(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === 0x7b) return at;
    if (character === 0x5b && /^\[\s{0,200}[{\]]/.test(text.slice(at, at + 210))) return at;
  }
  return -1;
}

function endOfValue(text: string, start: number): number {
  let depth = 0;
  let inString = false;
  for (let at = start; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (inString) {
      if (character === 0x5c) at++;
      else if (character === 0x22) inString = false;
    } else if (character === 0x22) inString = true;
    else if (character === 0x7b || character === 0x5b) depth++;
    else if ((character === 0x7d || character === 0x5d) && --depth === 0) return at + 1;
  }
  return -1;
}

function parse(piece: string, offset: number): { ok: true; value: unknown } | { ok: false; at: number; why: string } {
  try {
    return { ok: true, value: JSON.parse(piece) as unknown };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const position = /position (\d+)/.exec(why);
    return {
      ok: false,
      at: offset + (position ? Number(position[1]) : piece.length),
      why: why.split(/ in JSON| at position/)[0]!.slice(0, 200),
    };
  }
}

function describeBreak(text: string, { at, why }: { at: number; why: string }): FoundJson {
  const before = text.slice(0, at);
  const line = before.split("\n").length;
  const column = at - before.lastIndexOf("\n");
  return { kind: "broken", line, column, why, excerpt: text.slice(Math.max(0, at - 40), at + 20).replace(/\s+/g, " ") };
}
