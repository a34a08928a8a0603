/** `mysql-bin|000001.004451` or `mysql-bin.004451`, taken apart. */
export interface BinlogName {
  readonly base: string;
  /** The relay sub-directory's suffix; null: the plain form. */
  readonly suffix: string | null;
  readonly number: number;
  /** How many digits the number is written with at least. */
  readonly digits: number;
}

/** Base names may hold dots and pipes themselves; only the last parts count (dm-facts §4). */
const NAME = /^(.+?)(?:\|(\d{6}))?\.(\d+)$/;

/** null: the name is none of a binlog file. */
export function parseBinlogName(name: string): BinlogName | null {
  const [, base, suffix, digits] = NAME.exec(name) ?? [];
  if (base === undefined || digits === undefined) return null;
  return { base, suffix: suffix ?? null, number: Number(digits), digits: digits.length };
}

export function binlogNameText({ base, suffix, number, digits }: BinlogName): string {
  return `${base}${suffix === null ? "" : `|${suffix}`}.${String(number).padStart(digits, "0")}`;
}

/** The number at the end of the name; NaN for what is none, so that no comparison with it holds. */
export function fileNumberOf(name: string): number {
  return parseBinlogName(name)?.number ?? Number.NaN;
}

/** Without the relay's suffix, as the upstream calls it. */
export function plainName(name: string): string {
  const parsed = parseBinlogName(name);
  return parsed ? binlogNameText({ ...parsed, suffix: null }) : name;
}

/** The same file, whichever form each name has. */
export function isSameFile(a: string, b: string): boolean {
  const [one, other] = [parseBinlogName(a), parseBinlogName(b)];
  return one !== null && other !== null && one.base === other.base && one.number === other.number;
}

/**
 * `file` in the form that `row` is written in: with its relay suffix or without. The number stays as the server writes it (six digits
 * at least, more when it outgrows them). null: one of them is no name of a binlog file, or they are not of one series.
 */
export function inFormOf(row: string, file: string): string | null {
  const [form, wanted] = [parseBinlogName(row), parseBinlogName(file)];
  if (!form || !wanted || form.base !== wanted.base) return null;
  return binlogNameText({ ...wanted, suffix: form.suffix });
}

/** The file that the server writes after this one. */
export function nextFileOf(name: string): string | null {
  const parsed = parseBinlogName(name);
  return parsed ? binlogNameText({ ...parsed, number: parsed.number + 1 }) : null;
}
