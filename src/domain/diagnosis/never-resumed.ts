import type { DmError } from "../observation/observation.ts";
import { wordsOf } from "./error-words.ts";

/**
 * What DM's own task checker never resumes (dm-facts §3: `dm/pkg/retry/errors.go`). Compared without regard to case, in the raw
 * cause; v1 and v2 spell some with their text ("Error 1062: Duplicate"), newer ones with the SQL state ("Error 1062 (23000)").
 */
const CAUSES = [
  "can't drop column with index",
  "with tidb_enable_change_multi_schema is disable",
  "unsupported add column",
  "unsupported modify column",
  "unsupported modify charset",
  "unsupported modify collate",
  "unsupported drop integer primary key",
  "unsupported collation",
  "invalid default value for",
  "unsupported drop primary key",
  "error 1059",
  "error 1117",
  "error 1069",
  "error 1062",
  "error 1406",
  "error 1366",
  "error 8025",
  "could not find first log file name in binary log index file",
  "master has purged binary logs containing gtids that the slave requires",
] as const;

const CODES: ReadonlySet<number> = new Set([36008, 32004, 32001, 36027, 11129, 34020, 34021]);
const RELAY_CODES: ReadonlySet<number> = new Set([30001, 30002, 30004, 30005, 30008]);
const BROKEN_EVENTS = ["binlog checksum mismatch, data may be corrupted", "get event err eof"] as const;

const ANY_CAUSE = new RegExp(CAUSES.map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|"));

/** Whether DM leaves this error of a subtask alone for good. The relay has a list of its own. */
export function neverResumed(error: DmError): boolean {
  return causeNeverResumed(error) || codeNeverResumed(error);
}

let lastError: DmError | null = null;
let lastAnswer = false;

/** By its cause: then it is that trouble, whatever else the text says. Asked of one error several times in turn, so the last answer is kept. */
export function causeNeverResumed(error: DmError): boolean {
  if (error === lastError) return lastAnswer;
  lastAnswer = ANY_CAUSE.test(causeOf(error));
  lastError = error;
  return lastAnswer;
}

/** By its code alone, e.g. 32001, which every failed dump has: what went wrong is told by the words. */
function codeNeverResumed(error: DmError): boolean {
  if (error.code === null) return false;
  if (error.code === 34019) {
    const cause = causeOf(error);
    return !cause.includes("doesn't exist") && !cause.includes("is in mode import");
  }
  if (error.code === 11038) return BROKEN_EVENTS.some((text) => wordsOf(error).includes(text));
  return CODES.has(error.code);
}

/** v1.0 gave up on a conflict of sharding DDLs too (dm-facts §3). */
export function neverResumedByV1(error: DmError): boolean {
  return error.code === 36062 || neverResumed(error);
}

function causeOf(error: DmError): string {
  const words = wordsOf(error);
  // The raw cause stands first in the words, up to the line that begins with the message.
  return error.rawCause === "" ? words : words.slice(0, error.rawCause.length);
}

export function relayNeverResumed(error: DmError): boolean {
  return error.code !== null && RELAY_CODES.has(error.code);
}
