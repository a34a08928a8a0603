import type { Clock } from "../ports/clock.ts";
import { Halt, pause } from "./ask.ts";

/** Keeps the work at so many rows a second, and within its time. */
export interface Pace {
  /** After so many rows of a side were read: waits until the next ones may be. */
  took(rows: number): Promise<void>;
  /** Milliseconds of work so far, earlier processes' included. */
  spentMs(): number;
  /** Ends the work when its time is over. */
  checkTime(): void;
}

export interface PaceOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly rowsPerSecond: number | null;
  readonly atMostSeconds: number;
  readonly spentBeforeMs: number;
}

export function createPace({ clock, signal, rowsPerSecond, atMostSeconds, spentBeforeMs }: PaceOptions): Pace {
  const begun = clock.monotonic();
  /** When the rows taken so far may have been taken at that rate. */
  let due = begun;
  const spentMs = (): number => spentBeforeMs + clock.monotonic() - begun;
  const checkTime = (): void => {
    if (signal.aborted) throw new Halt({ kind: "aborted" });
    if (spentMs() > atMostSeconds * 1000) throw new Halt({ kind: "time-over" });
  };
  return {
    async took(rows) {
      if (rowsPerSecond !== null) {
        // Time not used is not saved up: after a slow statement the next ones are no faster for it.
        due = Math.max(due, clock.monotonic() - 1_000) + (rows * 1000) / rowsPerSecond;
        while (due > clock.monotonic()) {
          checkTime();
          await pause(clock, Math.min(1_000, due - clock.monotonic()), signal);
        }
      }
      checkTime();
    },
    spentMs,
    checkTime,
  };
}
