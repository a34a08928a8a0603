import { errorCode } from "../../domain/error-codes/error-code.ts";
import type { DmError, ProcessResult } from "../../domain/observation/observation.ts";

/** More than any person reads; a text of megabytes must not travel through incidents, audit and Slack. */
const KEPT_CHARACTERS = 16_384;
const KEPT_AT_THE_END = 4_096;
const PLAIN = /^(?:[!-~](?:[ -~]*[!-~])?)?$/;
const HEAD = /\[code=(\d+):class=([\w-]+):scope=([\w-]+):level=(\w+)\]/;
const CODES = /\[code=(\d+)/g;
const SCOPES = ["not-set", "upstream", "downstream", "internal"] as const;
const LEVELS = ["", "low", "medium", "high"] as const;
// biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the point
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** DM's words without control and direction characters, Go stack trace cut off, bounded. Never throws. */
export function cleanText(text: unknown): string {
  if (typeof text !== "string") return "";
  // Nearly every text of a status is short and plain; a poll of 1,000 subtasks cleans some 20,000 of them.
  if (text.length < KEPT_CHARACTERS && PLAIN.test(text)) return text;
  return bounded(withoutStackTrace(text)).replace(CONTROL, "").trim();
}

/** The cause stands behind the statement that failed, which may be megabytes long: of such a text both ends are kept. */
function bounded(text: string): string {
  if (text.length <= KEPT_CHARACTERS) return text;
  return `${text.slice(0, KEPT_CHARACTERS - KEPT_AT_THE_END)} … ${text.slice(-KEPT_AT_THE_END)}`;
}

/** v1.0 puts `\nfunction\n\t/path/file.go:123` pairs behind the message. */
function withoutStackTrace(text: string): string {
  for (let tab = text.indexOf("\n\t"); tab !== -1; tab = text.indexOf("\n\t", tab + 2)) {
    if (!/^\n\t\S+\.(?:go|s):\d+/.test(text.slice(tab, tab + 512))) continue;
    const lineStart = text.lastIndexOf("\n", tab - 1);
    return text.slice(0, Math.max(lineStart, 0));
  }
  return text;
}

/** Every code that stands in a text, in order, without doubles. */
export function codesIn(text: string): number[] {
  return [...new Set(Array.from(text.matchAll(CODES), (match) => Number(match[1])))];
}

/**
 * Reads one error that is only text: `[code=…], Message: …, RawCause: …, Workaround: …` (v2+) or `[code=…] words` (v1.0), or bare words.
 * Words before the code (v1.0 puts some there) stay in the message.
 */
export function readErrorText(raw: unknown): DmError {
  const text = cleanText(raw);
  const head = HEAD.exec(text);
  if (!head) return { code: null, class: "", scope: "", level: "", message: text, rawCause: "", workaround: "" };
  const rest = text.slice(head.index + head[0].length).replace(/^,?\s*/, "");
  const before = text.slice(0, head.index).trim();
  const words = wordsOf(rest);
  const message = before === "" ? words.message : `${before} ${words.message}`;
  return { ...words, code: Number(head[1]), class: head[2]!, scope: head[3]!, level: head[4]!, message };
}

function wordsOf(rest: string): Pick<DmError, "message" | "rawCause" | "workaround"> {
  const workaroundAt = rest.lastIndexOf(", Workaround: ");
  const workaround = workaroundAt === -1 ? "" : rest.slice(workaroundAt + 14);
  const before = workaroundAt === -1 ? rest : rest.slice(0, workaroundAt);
  const causeAt = before.indexOf(", RawCause: ");
  const rawCause = causeAt === -1 ? (before.startsWith("RawCause: ") ? before.slice(10) : "") : before.slice(causeAt + 12);
  const message = (causeAt === -1 ? (rawCause ? "" : before) : before.slice(0, causeAt)).replace(/^Message: /, "");
  return { message, rawCause, workaround: workaround.trim() };
}

/** OpenAPI and messages hold several errors as lines; each begins with its code. */
export function readErrorLines(raw: unknown): DmError[] {
  const text = cleanText(raw);
  if (text === "") return [];
  return text
    .split(/\n(?=\[code=)/)
    .map((line) => readErrorText(line))
    .slice(0, 100);
}

interface RawError {
  readonly ErrCode?: unknown;
  readonly ErrClass?: unknown;
  readonly ErrScope?: unknown;
  readonly ErrLevel?: unknown;
  readonly Message?: unknown;
  readonly RawCause?: unknown;
  readonly Workaround?: unknown;
  /** v1.0: the structured part, when there is one. */
  readonly error?: RawError | null;
  readonly msg?: unknown;
}

function readError(raw: RawError): DmError {
  const inner = raw.error && typeof raw.error === "object" ? raw.error : raw;
  const code = Number(inner.ErrCode ?? Number.NaN);
  if (!Number.isInteger(code) || code === 0) {
    const fromText = readErrorText(raw.msg ?? inner.Message);
    return fromText.rawCause === "" && inner.RawCause ? { ...fromText, rawCause: cleanText(inner.RawCause) } : fromText;
  }
  return {
    code,
    // v1.0 says class, scope and level as numbers; the code's class is the same in every version.
    class: typeof inner.ErrClass === "string" ? inner.ErrClass : (errorCode(code)?.class ?? ""),
    scope: word(inner.ErrScope, SCOPES),
    level: word(inner.ErrLevel, LEVELS),
    message: cleanText(inner.Message ?? raw.msg),
    rawCause: cleanText(inner.RawCause),
    workaround: cleanText(inner.Workaround),
  };
}

function word(value: unknown, names: readonly string[]): string {
  if (typeof value === "string") return value;
  return names[typeof value === "number" ? value : 0] ?? "";
}

/** A `ProcessResult` of the gateway. null and undefined: nothing ended. v1.0 leaves out `isCanceled: false`. */
export function readResult(raw: unknown): ProcessResult | null {
  if (raw === null || raw === undefined) return null;
  if (typeof raw !== "object" || Array.isArray(raw)) return { isCanceled: false, errors: [garbled(raw)] };
  const { isCanceled, errors } = raw as { isCanceled?: unknown; errors?: unknown };
  const list = Array.isArray(errors) ? errors : errors === null || errors === undefined ? [] : [errors];
  return { isCanceled: isCanceled === true, errors: list.slice(0, 100).map(readListed) };
}

function readListed(raw: unknown): DmError {
  if (typeof raw === "string" && raw !== "") return readErrorText(raw);
  return raw !== null && typeof raw === "object" && !Array.isArray(raw) ? readError(raw) : garbled(raw);
}

/** Something stands where an error is told, and no DM is known to say it so: it is shown, because dropping it would look healthy. */
function garbled(raw: unknown): DmError {
  return readErrorText(`DM's result cannot be read: ${JSON.stringify(raw)?.slice(0, 500)}`);
}
