import type { HostOutcome } from "../../app/ports/worker-host.ts";
import type { Phrase } from "../../domain/plan/plan.ts";
import { relayPhrase } from "../../domain/relay/relay-phrases.ts";
import type { WorkerHostOptions } from "./options.ts";

/** A question that has no answer, or one that forbids to go on. */
export type Problem =
  | { readonly kind: "refused"; readonly reason: Phrase }
  | { readonly kind: "cannot-know"; readonly why: string };

/** How a command that should change something went wrong. */
export type Bad = HostOutcome & { readonly kind: "refused" | "failed" | "unknown" };

export type Already = { readonly kind: "already"; readonly proof: string };

/** Before anything was done, a question without an answer means that nothing was done. */
export const asOutcome = (answer: Problem | Already): HostOutcome =>
  answer.kind === "cannot-know" ? { kind: "failed", why: answer.why } : answer;

export const changedMeanwhile = (what: string, seen: string, now: string): Problem => ({
  kind: "refused",
  reason: relayPhrase("relay-changed-meanwhile", { what, seen, now }),
});

export const notConfigured = ({ worker }: WorkerHostOptions, setting: string): Bad => ({
  kind: "refused",
  reason: relayPhrase("relay-not-configured", { worker, setting }),
});

/** One line for a log or inside another sentence. */
export const wordsOf = (bad: Bad | Problem): string =>
  bad.kind === "refused" ? (bad.reason.values.said ?? bad.reason.key) : bad.why;
