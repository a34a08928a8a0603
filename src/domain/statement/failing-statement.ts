import type { DmError } from "../observation/observation.ts";

export interface FailingStatement {
  /** As it stands in the upstream's binlog. */
  readonly statement: string;
  /** `mysql-bin|000001.000003:3270`, where it begins: the form that DM's `-b` takes; null: DM did not tell. */
  readonly position: string | null;
}

/**
 * DM tells it as `origin SQL: [ALTER …]`, or quotes it after `statement`/`sql`, with `startLocation: [position: (file, pos), …]`
 * before. v1.0 puts the server's answer behind it; a colon inside of it (a comment, a default) does not end it.
 */
const ORIGIN = /origin SQL: \[([\s\S]*?)\](?=:|,|$|\s*RawCause)/;
const QUOTED =
  /(?:[Ee]xecute statement failed|parse statement|statement|ddls?|sql):? [`"[]?((?:alter|create|drop|rename|truncate|insert|update|delete|replace)\b[\s\S]*?)[`"\]]?(?=: (?:Error \d|\[\w[\w-]*[:=]|driver: |invalid connection)|, RawCause|$)/i;
const START = /startLocation: \[position: \(([^,()]+), (\d+)\)/;

/** The statement that a subtask fails on, in full, as its errors tell it; null: they do not tell. */
export function failingStatement(errors: readonly DmError[]): FailingStatement | null {
  for (const { message } of errors) {
    const [, statement] = ORIGIN.exec(message) ?? QUOTED.exec(message) ?? [];
    if (statement === undefined || statement.trim() === "") continue;
    const [, file, position] = START.exec(message) ?? [];
    return { statement: statement.trim(), position: file === undefined ? null : `${file}:${position}` };
  }
  return null;
}

const DDL = /^(?:alter|create|drop|rename|truncate)\s/i;

/** Leading comments do not count; a statement that only looks like one behind them is none. */
export function isDdl(statement: string): boolean {
  return DDL.test(statement.replace(/^(?:\s+|\/\*[\s\S]*?\*\/|--[^\n]*\n|#[^\n]*\n)+/, "").concat(" "));
}
