import { plainName } from "../binlog/binlog-name.ts";
import type { DmError } from "../observation/observation.ts";
import { troubleFile } from "../signals/trouble-file.ts";
import { wordsOf } from "./error-words.ts";

const CODES: ReadonlySet<number> = new Set([30029, 11106, 11038]);
const TEXTS = /binlog checksum mismatch|error 1236|diff from passed-in event|of meta config is too big|between event's start pos/;

/** What a binlog file over 4 GiB looks like from DM. Purged and corrupted files look the same: only the file's size decides. */
export function looksLikeOver4gib(error: DmError): boolean {
  if (error.code !== null && CODES.has(error.code)) return true;
  return TEXTS.test(wordsOf(error));
}

/** The binlog file that the error names, e.g. `mysql-bin.000003`; null where it names none. */
export function fileNamedBy(error: DmError): string | null {
  const name = troubleFile([error], null);
  return name === null ? null : plainName(name);
}
