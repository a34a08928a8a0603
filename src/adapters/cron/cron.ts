import { setTimeout as wait } from "node:timers/promises";
import { type ScheduledTask, schedule } from "node-cron";
import type { Log } from "../../app/ports/log.ts";

export interface Cron {
  /** Runs the work by a cron expression (seconds allowed), each time after a random wait of at most `jitterMs`; never beside itself. */
  every(name: string, expression: string, jitterMs: number, work: (signal: AbortSignal) => Promise<void>): void;
  /** Starts nothing more and waits for what is under way. */
  stop(): Promise<void>;
}

export function createCron(log: Log): Cron {
  const stopping = new AbortController();
  const tasks: ScheduledTask[] = [];
  const underWay = new Set<Promise<void>>();

  function run(name: string, jitterMs: number, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const waited = wait(Math.random() * jitterMs, undefined, { signal: stopping.signal }).catch(() => {});
    return waited
      .then(() => (stopping.signal.aborted ? undefined : work(stopping.signal)))
      .catch((error: unknown) => log.error({ err: error, job: name }, "a scheduled job failed"));
  }

  const logger = (job: string) => ({
    info: () => {},
    debug: () => {},
    warn: (words: string) => log.warn({ job, words }, "the scheduler warns"),
    error: (words: string | Error) => log.error({ job, err: words }, "the scheduler reports an error"),
  });

  return {
    every(name, expression, jitterMs, work) {
      let busy = false;
      const tick = () => {
        if (busy || stopping.signal.aborted) return;
        busy = true;
        const done = run(name, jitterMs, work).finally(() => {
          busy = false;
          underWay.delete(done);
        });
        underWay.add(done);
      };
      // A frozen or busy process misses ticks; the next one does all that is due.
      tasks.push(schedule(expression, tick, { suppressMissedWarning: true, logger: logger(name) }));
    },
    async stop() {
      stopping.abort();
      await Promise.all(tasks.map((task) => task.destroy()));
      await Promise.all(underWay);
    },
  };
}

/** A cron expression for "every n seconds", n from 1 to 3600; whole minutes above 59 s. */
export function everySeconds(seconds: number): string {
  if (seconds < 60) return `*/${Math.max(1, Math.round(seconds))} * * * * *`;
  return `0 */${Math.min(59, Math.round(seconds / 60))} * * * *`;
}
