/** One line per fact: a fixed message, values as fields. No secrets, no whole payloads above `debug`. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
