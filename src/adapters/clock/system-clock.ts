import { setTimeout as wait } from "node:timers/promises";
import type { Clock } from "../../app/ports/clock.ts";

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async (milliseconds, signal) => {
    await wait(milliseconds, undefined, signal ? { signal } : undefined);
  },
};
