import type { ComparisonEnd } from "../../domain/comparison/comparison.ts";
import type { Clock } from "../ports/clock.ts";
import type { Rows } from "../ports/rows.ts";

/** Ends the work under way from any depth; `runComparison` and `copyMissingRows` turn it into their outcome. Nobody else catches it. */
export class Halt extends Error {
  readonly reason: HaltReason;
  constructor(reason: HaltReason) {
    super(reason.kind);
    this.reason = reason;
  }
}

export type HaltReason =
  /** From outside: the state stays as it was kept. */
  | { readonly kind: "aborted" }
  | { readonly kind: "time-over" }
  | (Omit<Extract<ComparisonEnd, { kind: "gave-up" }>, "at"> & { readonly kind: "gave-up" });

/** A question that could not be answered for a reason that trying again does not mend. */
export type Refused = Extract<Rows<never>, { kind: "failed" }>;

const TRIES = 5;
const FIRST_WAIT_MS = 500;

/** Asks again, with growing waits, while only the connection fails. After the last try the comparison ends. */
export async function ask<T>(
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
  side: "upstream" | "downstream",
  question: (signal: AbortSignal) => Promise<Rows<T>>,
): Promise<{ readonly kind: "answered"; readonly value: T } | Refused> {
  for (let attempt = 1; ; attempt++) {
    if (signal.aborted) throw new Halt({ kind: "aborted" });
    const answer = await question(signal);
    if (signal.aborted) throw new Halt({ kind: "aborted" });
    if (answer.kind === "answered" || answer.why !== "connection") return answer;
    if (attempt === TRIES)
      throw new Halt({
        kind: "gave-up",
        why: side === "upstream" ? "upstream-silent" : "downstream-silent",
        detail: answer.detail,
      });
    await pause(clock, FIRST_WAIT_MS * 2 ** (attempt - 1), signal);
  }
}

export async function pause(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  await clock.sleep(milliseconds, signal).catch(() => {
    throw new Halt({ kind: "aborted" });
  });
}
