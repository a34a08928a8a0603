import { systemClock } from "../../src/adapters/clock/system-clock.ts";
import type { Clock } from "../../src/app/ports/clock.ts";

export interface MovedClock extends Clock {
  /** The wall clock jumps; what measures time-outs goes on evenly. */
  jump(milliseconds: number): void;
}

export function movedClock(): MovedClock {
  let by = 0;
  return {
    ...systemClock,
    now: () => systemClock.now() + by,
    jump(milliseconds) {
      by += milliseconds;
    },
  };
}
