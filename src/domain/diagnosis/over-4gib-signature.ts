import { plainName } from "../binlog/binlog-name.ts";
import type { DmError } from "../observation/observation.ts";
import { troubleFile } from "../signals/trouble-file.ts";
import { wordsOf } from "./error-words.ts";
import { saysRelayLogMissing } from "./relay-log-missing.ts";

const CODES: ReadonlySet<number> = new Set([30029, 11106, 11038]);
const TEXTS = /binlog checksum mismatch|error 1236|diff from passed-in event|of meta config is too big|between event's start pos/;

/** Of the upstream's many 1236 those that are about something else than a file, and a relay file that is not on the disk. */
const ANOTHER_TROUBLE =
  /same server_uuid|same server_id|exceeded max_allowed_packet|misconfigured master|more gtids than the master/;

/** What a binlog file over 4 GiB looks like from DM. Purged and corrupted files look the same: only the file's size decides. */
export function looksLikeOver4gib(error: DmError): boolean {
  const looksSo = (error.code !== null && CODES.has(error.code)) || TEXTS.test(wordsOf(error));
  return looksSo && !ANOTHER_TROUBLE.test(wordsOf(error)) && !saysRelayLogMissing(error);
}

/** The binlog file that the error names, e.g. `mysql-bin.000003`; null where it names none. */
export function fileNamedBy(error: DmError): string | null {
  const name = troubleFile([error], null);
  return name === null ? null : plainName(name);
}
