import rows from "./error-codes.json" with { type: "json" };

/** The facts of one of DM's 593 error codes (`dm/pkg/terror`); codes are stable across versions and never reused. */
export interface ErrorCode {
  readonly code: number;
  readonly name: string;
  readonly class: string;
  /** The default; at run time `database` errors get `upstream` or `downstream`. */
  readonly scope: string;
  /** DM's own word: most codes are "high", so it is no severity. */
  readonly level: string;
}

const byCode = new Map<number, ErrorCode>(
  (rows as [number, string, string, string, string][]).map(([code, name, klass, scope, level]) => [
    code,
    { code, name, class: klass, scope, level },
  ]),
);

export function errorCode(code: number): ErrorCode | null {
  return byCode.get(code) ?? null;
}

export function allErrorCodes(): readonly ErrorCode[] {
  return [...byCode.values()];
}

/** The known codes nearest to a mistyped one, for "did you mean". */
export function nearestCodes(code: number, atMost: number): readonly ErrorCode[] {
  return allErrorCodes()
    .toSorted((a, b) => Math.abs(a.code - code) - Math.abs(b.code - code))
    .slice(0, atMost);
}
