/** What a process meets that has ended: nothing works any more. */
export class Dead extends Error {}

/**
 * One process that may end at any of its points, as if by kill -9: from then on it gets no answer and nothing that it asks for is done.
 * A point is named by what happens there: `before 5 stop-task done`, `after COMMIT`.
 */
export interface Life {
  isDead(): boolean;
  /** Throws where the process has ended. */
  alive(): void;
  /** Ends the process here, if it is to end here. */
  reach(point: string): void;
  /** As `reach`, for what may be done several times: the point is named by the step that is under way and how often it was reached in it. */
  reachAgain(when: "before" | "after", words: string): void;
  /** Called once, at its end. */
  atEnd(work: () => void): void;
}

export function createLife(endsAt: (point: string) => boolean): Life {
  const works: (() => void)[] = [];
  let times = new Map<string, number>();
  let step = "";
  let dead = false;
  const alive = (): void => {
    if (dead) throw new Dead("the process has ended");
  };
  function reach(point: string): void {
    alive();
    const begun = /^after (\d+ \S+) started$/.exec(point)?.[1];
    if (begun !== undefined && begun !== step) {
      step = begun;
      times = new Map();
    }
    if (!endsAt(point)) return;
    dead = true;
    for (const work of works) work();
    alive();
  }
  return {
    isDead: () => dead,
    alive,
    reach,
    reachAgain(when, words) {
      const point = `${when} ${step}: ${words}`;
      times.set(point, (times.get(point) ?? 0) + 1);
      reach(`${point} (${times.get(point)})`);
    },
    atEnd: (work) => void works.push(work),
  };
}

/** Everything that can be asked of `target`, as long as the process lives; `after` is told of each call that was answered. */
export function livingIn<T extends object>(
  target: T,
  life: Life,
  answered: (call: string, given: unknown[]) => void = () => {},
): T {
  const guard = (value: unknown): unknown => (hasCalls(value) ? livingIn(value, life, answered) : value);
  return new Proxy(target, {
    get(of, name) {
      const member = Reflect.get(of, name) as unknown;
      if (typeof member !== "function") return guard(member);
      return (...given: unknown[]) => {
        life.alive();
        const value = (member as (...all: unknown[]) => unknown).apply(of, given);
        if (!(value instanceof Promise)) return guard(value);
        return value.then(
          (settled: unknown) => {
            life.alive();
            answered(String(name), given);
            return guard(settled);
          },
          (error: unknown) => {
            life.alive();
            throw error;
          },
        );
      };
    },
  });
}

const hasCalls = (value: unknown): value is object =>
  typeof value === "object" &&
  value !== null &&
  (value instanceof Map || Object.values(value).some((member) => typeof member === "function" || member instanceof Map));
