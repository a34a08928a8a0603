import { binlogNameText, parseBinlogName } from "../binlog/binlog-name.ts";
import type { DmError, RelayObservation } from "../observation/observation.ts";

/**
 * Names in DM's own words: `position: (mysql-bin|000001.000004, 894)`, or behind the relay's sub-directory, which is none itself:
 * `event from 4203966 in …/0-101.000001/mysql-bin.000002 diff from`.
 */
const NAMED = /(?:\.(\d{6})\/)?([\w.$-]+(?:\|\d{6})?\.\d{6,})(?![\w/])/g;
/** A sub-directory of the relay: named after a server, MySQL's or MariaDB's way. */
const SUB_DIRECTORY = /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\d+-\d+)\.\d{6}$/i;

/**
 * The binlog file that a failing unit is about: the last one that its errors name, else the one where it stands; with the relay's
 * suffix where that is told, because it says whose file it is.
 */
export function troubleFile(errors: readonly DmError[], standsIn: string | null): string | null {
  for (const { message, rawCause } of errors) {
    const names = Array.from(`${message} ${rawCause}`.matchAll(NAMED), ([, suffix, name]) => withSuffix(name!, suffix));
    const last = names.filter((name) => parseBinlogName(name) !== null && !SUB_DIRECTORY.test(name)).at(-1);
    if (last) return last;
  }
  return standsIn;
}

function withSuffix(name: string, suffix: string | undefined): string {
  const parsed = parseBinlogName(name);
  return parsed && suffix !== undefined && parsed.suffix === null ? binlogNameText({ ...parsed, suffix }) : name;
}

export const relayFile = ({ relayPosition }: RelayObservation): string | null => relayPosition?.file ?? null;
