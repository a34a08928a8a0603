import { setTimeout as wait } from "node:timers/promises";

const BUSY = 5;
const GIVE_UP_AFTER_MS = 10_000;

/**
 * Tries again while another process (or handle) writes. SQLite's own busy time-out would wait with the whole process, and with it
 * every acknowledgement that Slack is waiting for. Throws SQLite's own error after ten seconds.
 */
export async function whileBusy<T>(work: () => Promise<T>): Promise<T> {
  const until = performance.now() + GIVE_UP_AFTER_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isBusy(error) || performance.now() > until) throw error;
      await wait(5 + Math.random() * 20);
    }
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && (Number(error.errcode) & 0xff) === BUSY;
}

/** Every method of every part, tried again while busy: each is one statement or one transaction, so that it can be repeated whole. */
export function partsWhileBusy<Parts extends object>(parts: Parts): Parts {
  return Object.fromEntries(
    Object.entries(parts).map(([name, part]) => [
      name,
      typeof part === "function" ? again(part as Method) : methodsAgain(part as object),
    ]),
  ) as Parts;
}

type Method = (...given: unknown[]) => Promise<unknown>;
const again =
  (method: Method): Method =>
  (...given) =>
    whileBusy(() => method(...given));
const methodsAgain = (part: object): object =>
  Object.fromEntries(Object.entries(part).map(([name, method]) => [name, again(method as Method)]));
