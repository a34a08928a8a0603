import type { HostCall } from "../../app/ports/worker-host.ts";
import { isHostWord } from "../../domain/relay/host-word.ts";
import { relayPhrase } from "../../domain/relay/relay-phrases.ts";
import type { Bad, Problem } from "./answers.ts";
import type { HostCommand, WorkerHostOptions } from "./options.ts";
import type { CommandOutcome, runCommand } from "./run-command.ts";

/** Runs commands for one call of the port; `small` ones are held to `commandSeconds`, `long` ones to what is left of the call. */
export interface Shell {
  readonly signal: AbortSignal;
  leftMs(): number;
  /** On the host, through the `run` list. */
  onHost(length: "small" | "long", words: readonly string[], input?: string): Promise<CommandOutcome>;
  /** A list of the configuration, its placeholders filled in. */
  configured(length: "small" | "long", command: HostCommand, values?: Readonly<Record<string, string>>): Promise<CommandOutcome>;
}

export type RunCommand = typeof runCommand;

export function openShell(
  options: WorkerHostOptions,
  { timeoutMs, signal, isOurs = () => true }: HostCall,
  runOne: RunCommand,
): Shell {
  const endsAt = performance.now() + timeoutMs;
  const leftMs = (): number => Math.floor(endsAt - performance.now());
  const run = (length: "small" | "long", words: readonly string[], input?: string): Promise<CommandOutcome> => {
    if (!isOurs()) return Promise.resolve({ kind: "not-reached", why: "another copy of the bot has taken over", refusal: null });
    const limitMs = length === "small" ? Math.min(options.commandSeconds * 1_000, leftMs()) : leftMs();
    const { environment } = options;
    return runOne({ words, timeoutMs: limitMs, signal, environment, ...(input === undefined ? {} : { input }) });
  };
  const onHost: Shell["onHost"] = async (length, words, input) => {
    // The names were checked before; this is the last door before somebody's login shell.
    const odd = words.find((word) => !isHostWord(word));
    if (odd !== undefined) return { kind: "not-reached", why: `${JSON.stringify(odd)} is not sent to a host`, refusal: null };
    return run(length, [...options.run, ...words], input);
  };
  return {
    signal,
    leftMs,
    onHost,
    configured(length, command, values = {}) {
      const words = fillIn(command.words, values);
      return command.where === "here" ? run(length, words) : onHost(length, words);
    },
  };
}

/** Puts values in place of `{name}`; braces that name nothing stay, because lists that run here may hold them. */
export const fillIn = (words: readonly string[], values: Readonly<Record<string, string>>): readonly string[] =>
  words.map((word) => word.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole));

/** What a reading command printed, or why that is not known. */
export function printed(outcome: CommandOutcome): string | Problem {
  if (outcome.kind === "ended" && outcome.code === 0) return outcome.output;
  const effect = effectOf(outcome);
  if (effect?.kind === "refused") return effect;
  return { kind: "cannot-know", why: effect?.why ?? "" };
}

/** What a changing command's end means; null: it ended well. */
export function effectOf(outcome: CommandOutcome): Bad | null {
  switch (outcome.kind) {
    case "ended":
      return outcome.code === 0 ? null : { kind: "failed", why: outcome.said || `exit code ${outcome.code}` };
    case "not-reached":
      if (outcome.refusal === null) return { kind: "failed", why: outcome.why };
      return {
        kind: "refused",
        reason: relayPhrase(outcome.refusal === "host-key" ? "relay-host-key" : "relay-login-refused", { said: outcome.why }),
      };
    case "cut-off":
      return { kind: "unknown", why: outcome.why };
    default:
      return outcome satisfies never;
  }
}
