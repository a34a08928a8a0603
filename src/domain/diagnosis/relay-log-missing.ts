const MISSING = /no such file or directory|relay log .*not (?:exist|found)|UUID suffix .*not found|no valid relay sub directory/i;
const RELAY = /relay|\.meta/i;
/** 22001: the sub-directory's number is not in the relay's index (dm-facts §4); 30003: the relay cannot load its own meta. */
const MISSING_CODES: ReadonlySet<number> = new Set([22001, 30003]);

/** A file of the relay log that the syncer or the relay needs is not on the worker's disk. */
export function saysRelayLogMissing(error: {
  readonly code: number | null;
  readonly message: string;
  readonly rawCause: string;
}): boolean {
  if (error.code !== null && MISSING_CODES.has(error.code)) return true;
  const { message, rawCause } = error;
  return (RELAY.test(message) || RELAY.test(rawCause)) && MISSING.test(`${message} ${rawCause}`);
}
