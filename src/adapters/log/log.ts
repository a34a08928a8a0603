import { pino } from "pino";
import type { Log } from "../../app/ports/log.ts";

export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** JSON lines on standard error. Fields that could hold a secret are cut out whatever their depth below the first. */
export function createLog(level: LogLevel): Log {
  const names = ["password", "token", "secret", "authorization", "yaml", "botToken", "appToken", "signingSecret"];
  const redact = { paths: names.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: "(secret)" };
  return pino(
    { level, base: { service: "dm-medic" }, redact, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: 2, sync: true }),
  );
}
