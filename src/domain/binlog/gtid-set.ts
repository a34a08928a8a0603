/**
 * A set of GTIDs as intervals by source of transactions. MySQL: `uuid:1-5:7`, from 8.4 on with tags (`uuid:tag:1-3`). MariaDB names
 * the last one of each domain and server (`0-101-58`) and means everything before it in that domain.
 */
export interface GtidSet {
  readonly flavor: "mysql" | "mariadb" | "either";
  /** By `uuid`, `uuid:tag` or domain; intervals sorted, apart from each other, both ends included. */
  readonly intervals: ReadonlyMap<string, readonly Interval[]>;
  readonly text: string;
}
export type Interval = readonly [first: number, last: number];

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TAG = /^[a-z_][a-z0-9_]{0,31}$/;
const INTERVAL = /^(\d+)(?:-(\d+))?$/;
const MARIADB = /^(\d+)-(\d+)-(\d+)$/;

/** null: the text is no GTID set of either flavour. An empty text is the empty set of either. */
export function parseGtidSet(text: string): GtidSet | null {
  const whole = text.replace(/\s+/g, "").toLowerCase();
  if (whole === "") return { flavor: "either", intervals: new Map(), text: "" };
  const parts = whole.split(",").filter((part) => part !== "");
  const flavor = parts.every((part) => MARIADB.test(part)) ? "mariadb" : "mysql";
  const intervals = new Map<string, readonly Interval[]>();
  for (const part of parts) {
    const read = flavor === "mariadb" ? readMariadb(part) : readMysql(part);
    if (!read) return null;
    for (const [name, found] of read) intervals.set(name, merged([...(intervals.get(name) ?? []), ...found]));
  }
  return { flavor, intervals, text: whole };
}

function readMariadb(part: string): [string, Interval[]][] | null {
  const [, domain, , sequence] = MARIADB.exec(part) ?? [];
  const last = Number(sequence);
  if (domain === undefined || !Number.isSafeInteger(last)) return null;
  return [[domain, last === 0 ? [] : [[1, last]]]];
}

function readMysql(part: string): [string, Interval[]][] | null {
  const [uuid = "", ...rest] = part.split(":");
  if (!UUID.test(uuid) || rest.length === 0) return null;
  const found: [string, Interval[]][] = [];
  let name = uuid;
  for (const word of rest) {
    const [, first, last] = INTERVAL.exec(word) ?? [];
    if (first !== undefined) {
      const interval: Interval = [Number(first), Number(last ?? first)];
      if (interval[0] < 1 || interval[1] < interval[0] || !Number.isSafeInteger(interval[1])) return null;
      found.push([name, [interval]]);
    } else if (TAG.test(word)) name = `${uuid}:${word}`;
    else return null;
  }
  return found.length > 0 ? found : null;
}

function merged(intervals: readonly Interval[]): readonly Interval[] {
  const sorted = intervals.toSorted(([a], [b]) => a - b);
  const result: Interval[] = [];
  for (const [first, last] of sorted) {
    const before = result.at(-1);
    if (before && first <= before[1] + 1) result[result.length - 1] = [before[0], Math.max(before[1], last)];
    else result.push([first, last]);
  }
  return result;
}

export const isEmptySet = ({ intervals }: GtidSet): boolean => [...intervals.values()].every((list) => list.length === 0);

/** Every GTID of `b` is in `a`. Sets of different flavours contain each other only where one is empty. */
export function containsSet(a: GtidSet, b: GtidSet): boolean {
  if (isEmptySet(b)) return true;
  if (a.flavor !== b.flavor) return false;
  return [...b.intervals].every(([name, wanted]) => {
    const held = a.intervals.get(name) ?? [];
    return wanted.every(([first, last]) => held.some((interval) => interval[0] <= first && last <= interval[1]));
  });
}

/**
 * The set with which a stream begins after a file's head. MariaDB lists there every server that ever wrote to a domain, the newest
 * last; a stream takes one GTID a domain and is refused otherwise ("duplicate domain id", seen on 10.11). Any other text comes back
 * without its breaks.
 */
export function asStreamStart(list: string): string {
  const parts = list.replace(/\s+/g, "").split(",");
  if (!parts.every((part) => MARIADB.test(part))) return parts.join(",");
  const byDomain = new Map(parts.map((part) => [part.slice(0, part.indexOf("-")), part]));
  return [...byDomain.values()].join(",");
}
