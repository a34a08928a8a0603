import { goDurationSeconds } from "./go-duration.ts";
import { isObject, meaningOf, type SourceMeaning } from "./task-meaning.ts";

/** Secrets, what says where a task began instead of how it runs, what DM does not act on any more, and what is handled by itself. */
const NOT_COMPARED: ReadonlySet<string> = new Set([
  "password",
  "meta",
  "remove-meta",
  "is-sharding",
  "shard-mode",
  "enable-heartbeat",
  "heartbeat-update-interval",
  "heartbeat-report-interval",
  "online-ddl-scheme",
]);
/** What holds where a file names nothing, of the settings that decide which rows arrive and how. */
const OWN_DEFAULTS = { "case-sensitive": false, "strict-optimistic-shard-mode": false } as const;
const UNIT_DEFAULTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  syncer: { "safe-mode": false, compact: false, "multiple-rows": false, "disable-detect": false },
};
/** DM v6 and later write the old names of the import mode as what they mean. */
const MEANS: Readonly<Record<string, string>> = { sql: "logical", loader: "logical" };

/**
 * Paths in which a file says something that DM's copy says differently. DM builds its copy anew from what each source runs: defaults
 * are written out, shared settings renamed, lists sorted, threads moved to their unit. So both are compared by what they mean for
 * each source that runs. Rules and sharding are held against each other in both directions: what a file no longer names would be lost.
 */
export function driftBetween(file: unknown, copy: unknown): string[] {
  if (!isObject(file) || !isObject(copy)) return ["(no YAML mapping)"];
  const exact = file["case-sensitive"] === true;
  const [ours, theirs] = [meaningOf(file), meaningOf(copy)];
  const found: string[] = [];
  compareOneWay({ ...OWN_DEFAULTS, ...ours.own }, theirs.own, "", exact, found);
  if (shardModeOf(file) !== shardModeOf(copy)) found.push("shard-mode");
  if (file["online-ddl-scheme"] && copy["online-ddl"] !== true && copy["online-ddl-scheme"] !== file["online-ddl-scheme"])
    found.push("online-ddl-scheme");
  for (const [source, runs] of theirs.bySource) {
    const written = ours.bySource.get(source);
    if (written) compareSource(written, runs, `mysql-instances[${source}]`, exact, found);
    else found.push(`mysql-instances[${source}]`);
  }
  return found;
}

function shardModeOf(task: Readonly<Record<string, unknown>>): string {
  return String(task["shard-mode"] || (task["is-sharding"] === true ? "pessimistic" : ""));
}

function compareSource(written: SourceMeaning, runs: SourceMeaning, path: string, exact: boolean, found: string[]): void {
  for (const name of written.undefinedNames) found.push(`${path}: ${name} is not defined`);
  for (const [rule, list] of Object.entries(written.rules))
    if (!isSame(list, runs.rules[rule] ?? [], exact)) found.push(`${path}.${rule}`);
  for (const [unit, settings] of Object.entries(written.units))
    compareOneWay({ ...UNIT_DEFAULTS[unit], ...settings }, runs.units[unit] ?? {}, `${path}.${unit}`, exact, found);
}

/** Only what the first names; a default that the second does not know either is none. */
function compareOneWay(
  named: Readonly<Record<string, unknown>>,
  all: Readonly<Record<string, unknown>>,
  path: string,
  exact: boolean,
  found: string[],
): void {
  for (const [key, value] of Object.entries(named)) {
    if (NOT_COMPARED.has(key) || isEmpty(value)) continue;
    const here = path === "" ? key : `${path}.${key}`;
    const other = all[key];
    if (isObject(value) && isObject(other)) compareOneWay(value, other, here, exact, found);
    else if (!(value === false && isEmpty(other)) && !isSame(value, other, exact)) found.push(here);
  }
}

/** Equal in what they say: empty is absent, a list is a bag, a number may stand as text, a duration in any of Go's ways. */
function isSame(a: unknown, b: unknown, exact: boolean): boolean {
  if (isEmpty(a) || isEmpty(b)) return isEmpty(a) && isEmpty(b);
  if (Array.isArray(a)) return Array.isArray(b) && isSameBag(a, b, exact);
  if (isObject(a)) {
    if (!isObject(b)) return false;
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => isSame(a[key], b[key], exact));
  }
  return !isObject(b) && !Array.isArray(b) && isSameScalar(a, b, exact);
}

function isSameBag(a: readonly unknown[], b: readonly unknown[], exact: boolean): boolean {
  const left = [...b];
  for (const one of a) {
    const at = left.findIndex((other) => isSame(one, other, exact));
    if (at === -1) return false;
    left.splice(at, 1);
  }
  return left.every(isEmpty);
}

function isSameScalar(a: unknown, b: unknown, exact: boolean): boolean {
  const [one, other] = [textOf(a, b), textOf(b, a)];
  if (one === other || (!exact && one.toLowerCase() === other.toLowerCase())) return true;
  if ((MEANS[one] ?? one) === (MEANS[other] ?? other)) return true;
  const [seconds, others] = [goDurationSeconds(one), goDurationSeconds(other)];
  return seconds !== null && seconds === others;
}

/** DM reads YAML 1.1, where `yes` and `on` are true where a truth value is expected. */
function textOf(value: unknown, other: unknown): string {
  const text = String(value);
  if (typeof other !== "boolean") return text;
  if (/^(?:yes|on|true)$/i.test(text)) return "true";
  return /^(?:no|off|false)$/i.test(text) ? "false" : text;
}

/** Nothing, or made of nothing. */
function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === "") return true;
  return typeof value === "object" && Object.values(value).every(isEmpty);
}
