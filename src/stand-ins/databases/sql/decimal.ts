/** Decimals as MySQL prints them: digits are added and rounded in the text, so that nothing of a binary fraction shows. */
export function decimalText(value: string | number | bigint, scale: number): string {
  const [, sign = "", whole = "0", fraction = "", exponent = "0"] =
    /^\s*([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?/i.exec(String(value)) ?? [];
  const shift = Number(exponent);
  const digits = whole + fraction;
  const point = whole.length + shift;
  const padded = point < 0 ? "0".repeat(-point) + digits : digits.padEnd(Math.max(point, 0), "0");
  const at = Math.max(point, 0);
  const kept = `${padded.slice(0, at)}${padded.slice(at, at + scale).padEnd(scale, "0")}`;
  const up = (padded[at + scale] ?? "0") >= "5" ? 1n : 0n;
  const number = String(BigInt(kept || "0") + up).padStart(scale + 1, "0");
  const text = scale === 0 ? number : `${number.slice(0, -scale)}.${number.slice(-scale)}`;
  return sign === "-" && /[1-9]/.test(text) ? `-${text}` : text;
}

/** A time with so many digits behind its seconds; a date gets a midnight. */
export function timeText(value: string, digits: number, isDateTime: boolean): string {
  const [, plain = value, fraction = ""] = /^(.*?)(?:\.(\d+))?$/.exec(value) ?? [];
  const full = isDateTime && /^\d{4}-\d{2}-\d{2}$/.test(plain) ? `${plain} 00:00:00` : plain;
  return digits === 0 ? full : `${full}.${fraction.slice(0, digits).padEnd(digits, "0")}`;
}
