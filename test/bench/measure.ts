/** One figure: a ratio of two measurements of the same run, and what it should be. */
export interface Figure {
  readonly name: string;
  readonly ratio: number;
  readonly bound: number;
  readonly unit: "at most" | "at least";
  readonly detail: string;
}

/**
 * Milliseconds a run, the mean of so many after a warm-up: what one run leaves behind is cleared away in a later one, so only all of
 * them together tell what a run costs.
 */
export function meanMs(runs: number, work: () => unknown): number {
  for (let index = 0; index < Math.max(5, runs / 5); index++) work();
  const begun = performance.now();
  for (let index = 0; index < runs; index++) work();
  return (performance.now() - begun) / runs;
}

export const percentile = (times: readonly number[], share: number): number =>
  times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * share))]!;

/** Calls `one` so often, with so many at once; calls a second. */
export async function ratePerSecond(calls: number, atOnce: number, one: (index: number) => Promise<unknown>): Promise<number> {
  let next = 0;
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (next < calls) await one(next++);
    }),
  );
  return (calls * 1000) / (performance.now() - begun);
}
