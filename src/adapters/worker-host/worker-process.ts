import { setTimeout as wait } from "node:timers/promises";
import type { HostAnswer, HostOutcome, WorkerState } from "../../app/ports/worker-host.ts";
import { type Known, known, notKnown } from "../../domain/observation/known.ts";
import { relayPhrase } from "../../domain/relay/relay-phrases.ts";
import { asOutcome, notConfigured, type Problem, wordsOf } from "./answers.ts";
import type { HostCommand, WorkerHostOptions } from "./options.ts";
import { effectOf, printed, type Shell } from "./shell.ts";

/** `systemctl is-active` ends with 3 when the unit is not active, and with 4 when there is no such unit, printing `inactive` both times. */
const ANSWERS = new Set([0, 3]);
const POLL_MS = 500;

/** Which of the configured words the status command prints; any other (`activating`, `deactivating`) is not known yet. */
export async function readWorkerState(options: WorkerHostOptions, shell: Shell): Promise<WorkerState | Problem> {
  const { status } = options;
  if (!status) return { kind: "cannot-know", why: "no status command is configured" };
  const outcome = await shell.configured("small", status);
  const answered = outcome.kind === "ended" && ANSWERS.has(outcome.code) ? outcome.output : printed(outcome);
  if (typeof answered !== "string") return answered;
  const word = answered.trim();
  if (status.running.includes(word)) return "running";
  if (status.stopped.includes(word)) return "stopped";
  return { kind: "cannot-know", why: `its status is ${JSON.stringify(word.slice(0, 80))}` };
}

export async function workerStateOf(options: WorkerHostOptions, shell: Shell): Promise<Known<WorkerState>> {
  const state = await readWorkerState(options, shell);
  if (typeof state === "string") return known(state);
  return notKnown(wordsOf(state));
}

/** Files of a worker are only touched while it is stopped: it writes relay.meta by itself. null: it is. */
export async function whileStopped(options: WorkerHostOptions, shell: Shell): Promise<Problem | null> {
  const state = await readWorkerState(options, shell);
  if (typeof state !== "string") return state;
  return state === "stopped" ? null : { kind: "refused", reason: relayPhrase("relay-worker-runs", {}) };
}

export async function askProcess(options: WorkerHostOptions, shell: Shell, wanted: WorkerState): Promise<HostAnswer> {
  const state = await readWorkerState(options, shell);
  if (typeof state !== "string") return state;
  return state === wanted ? { kind: "already", proof: proofOf(wanted) } : { kind: "not-yet" };
}

/**
 * Gives the order and waits until the process is as wanted. Still waiting at the end of the call is `unknown`, never `failed`: the
 * order was given and may yet take effect.
 */
export async function changeProcess(options: WorkerHostOptions, shell: Shell, wanted: WorkerState): Promise<HostOutcome> {
  const command: HostCommand | null = wanted === "stopped" ? options.stop : options.start;
  if (!command) return notConfigured(options, wanted === "stopped" ? "stop" : "start");
  const before = await readWorkerState(options, shell);
  if (typeof before !== "string") return asOutcome(before);
  if (before === wanted) return { kind: "already", proof: proofOf(wanted) };
  const effect = effectOf(await shell.configured("long", command));
  if (effect?.kind === "unknown" || effect?.kind === "refused") return effect;
  for (;;) {
    const answer = await askProcess(options, shell, wanted);
    if (answer.kind === "already") return { kind: "done", proof: answer.proof };
    if (effect && answer.kind === "not-yet") return effect;
    if (shell.leftMs() < POLL_MS || shell.signal.aborted) {
      const saw = answer.kind === "cannot-know" ? answer.why : `it is not ${wanted} yet`;
      return { kind: "unknown", why: effect ? `${effect.why}; then ${saw}` : `the order was given; ${saw}` };
    }
    await wait(POLL_MS, undefined, { signal: shell.signal }).catch(() => {});
  }
}

const proofOf = (state: WorkerState): string =>
  state === "stopped" ? "the worker's process is gone" : "the worker's process runs";
