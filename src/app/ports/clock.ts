/** `now`: milliseconds since the epoch, may jump. `monotonic`: milliseconds that only go forward, for time-outs and leases. */
export interface Clock {
  now(): number;
  monotonic(): number;
  /** Resolves after so long; rejects at once with the signal's reason when aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}
