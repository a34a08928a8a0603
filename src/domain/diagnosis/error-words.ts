import type { DmError, Unit } from "../observation/observation.ts";

let lastError: DmError | null = null;
let lastWords = "";

/**
 * Lower-cased words of an error where a text may stand: the raw cause leads, v1.0 keeps all in the message. Every kind asks for the
 * same error's words in turn, so the last answer is kept.
 */
export function wordsOf(error: DmError): string {
  if (error === lastError) return lastWords;
  lastError = error;
  lastWords = `${error.rawCause}\n${error.message}`.toLowerCase();
  return lastWords;
}

/**
 * What the server answered, as it stands: the raw cause, or all of the text where DM gives none (v1.0). A statement that DM quotes in
 * its message is not the server's word: a row may hold any words at all.
 */
export const answerIn = ({ rawCause, message }: DmError): string => (rawCause === "" ? message : rawCause);

/** go-sql-driver's ErrInvalidConn: part of the data may have been sent. */
export function saysInvalidConnection(error: DmError): boolean {
  return mayBeAConnectionCode(error.code) && wordsOf(error).includes("invalid connection");
}

/** database/sql's ErrBadConn: nothing was sent. */
export function saysBadConnection(error: DmError): boolean {
  return mayBeAConnectionCode(error.code) && wordsOf(error).includes("driver: bad connection");
}

/** The words reach status under 10001, 10002, 10003, 10005 or 10006 (the lab saw 10006), wrapped by a unit's code, or without any. */
function mayBeAConnectionCode(code: number | null): boolean {
  return code === null || code === 50000 || (code >= 10001 && code <= 10006) || (code >= 32000 && code < 37000) || code >= 40000;
}

const NETWORK =
  /connect: connection refused|connection reset by peer|connect: connection timed out|no route to host|network is unreachable|no such host|i\/o timeout|broken pipe|connection was bad/;

/** One of the FAQ's two connection errors. */
export function saysConnectionBroke(error: DmError): boolean {
  return saysInvalidConnection(error) || saysBadConnection(error);
}

const NOBODY_THERE =
  /connect: connection refused|connect: connection timed out|no route to host|network is unreachable|no such host/;

/** Nothing takes connections there: beside it a broken connection is only a consequence. */
export function saysNobodyThere(error: DmError): boolean {
  return NOBODY_THERE.test(wordsOf(error));
}

export function saysNetworkFailed(error: DmError): boolean {
  return NETWORK.test(wordsOf(error));
}

export type Side = { readonly side: "upstream" | "downstream"; readonly sure: "said" | "from-unit" | "guessed" };

const READS_BINLOG: ReadonlySet<number> = new Set([36069, 36053, 30015, 30018, 30019]);

/** Which database an error is about: DM's scope where it is one, else the unit (Dump reads, Load writes, Sync does both). */
export function sideOf(error: DmError, unit: Unit | "Relay"): Side {
  if (error.scope === "upstream" || error.scope === "downstream") return { side: error.scope, sure: "said" };
  if (unit === "Relay" || unit === "Dump") return { side: "upstream", sure: "from-unit" };
  if (unit === "Load") return { side: "downstream", sure: "from-unit" };
  if (error.code !== null && READS_BINLOG.has(error.code)) return { side: "upstream", sure: "from-unit" };
  const words = wordsOf(error);
  if (words.includes("execute statement failed") || words.includes("checkpoint"))
    return { side: "downstream", sure: "from-unit" };
  return { side: "downstream", sure: "guessed" };
}
