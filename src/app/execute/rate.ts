import type { Clock } from "../ports/clock.ts";

const OVER_MS = 120_000;

/** How fast a number grows, per second, over the last two minutes; null until it has grown. */
export function createRate(clock: Clock): { after(value: number): number | null } {
  const seen: { readonly at: number; readonly value: number }[] = [];
  return {
    after(value) {
      const at = clock.monotonic();
      seen.push({ at, value });
      while (seen.length > 2 && at - seen[0]!.at > OVER_MS) seen.shift();
      const first = seen[0]!;
      const seconds = (at - first.at) / 1000;
      return seconds > 0 && value > first.value ? (value - first.value) / seconds : null;
    },
  };
}
