/** One figure: a ratio of two measurements of the same run, and what it should be. */
export interface Figure {
  readonly name: string;
  readonly ratio: number;
  readonly bound: number;
  readonly unit: "at most" | "at least";
  readonly detail: string;
}

/** Milliseconds, the median of so many runs after a tenth of them as warm-up. */
export function medianMs(runs: number, work: () => unknown): number {
  for (let index = 0; index < Math.max(5, runs / 5); index++) work();
  const times = Array.from({ length: runs }, () => {
    const begun = performance.now();
    work();
    return performance.now() - begun;
  });
  return times.sort((a, b) => a - b)[Math.floor(runs / 2)]!;
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
