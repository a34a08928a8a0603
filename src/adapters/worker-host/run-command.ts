import { execa } from "execa";

export interface Command {
  readonly words: readonly string[];
  /** Goes to standard input; without it there is none. */
  readonly input?: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly environment: Readonly<Record<string, string>>;
}

export type CommandOutcome =
  | { readonly kind: "ended"; readonly code: number; readonly output: string; readonly said: string }
  /** The command cannot have begun on the host. `refusal`: what ssh holds against the host or the host against us. */
  | { readonly kind: "not-reached"; readonly why: string; readonly refusal: "host-key" | "login" | null }
  /** It may have begun, may have ended, may still run there. */
  | { readonly kind: "cut-off"; readonly why: string };

const OUTPUT_AT_MOST_BYTES = 8 * 1024 * 1024;
const SAID_AT_MOST = 400;
/** OpenSSH's own exit code for everything that is not the command's (ssh(1), EXIT STATUS); none of our programs ends with it. */
const SSH_FAILED = 255;
const KUBECTL_PASSED_ON = /command terminated with (?:non-zero )?exit code/;

/** Runs one local process without a shell, bounded in time and output; what it says comes back in one line. Never throws. */
export async function runCommand({ words, input, timeoutMs, signal, environment }: Command): Promise<CommandOutcome> {
  const [program, ...parameters] = words;
  if (program === undefined) return { kind: "not-reached", why: "no command is configured", refusal: null };
  if (signal.aborted) return { kind: "not-reached", why: "called off before it began", refusal: null };
  if (timeoutMs <= 0) return { kind: "not-reached", why: "no time was left for it", refusal: null };
  const result = await execa(program, parameters, {
    ...(input === undefined ? { stdin: "ignore" as const } : { input }),
    encoding: "buffer",
    env: { ...environment, LC_ALL: "C" },
    extendEnv: false,
    timeout: timeoutMs,
    cancelSignal: signal,
    forceKillAfterDelay: 1_000,
    maxBuffer: OUTPUT_AT_MOST_BYTES,
    stripFinalNewline: false,
    reject: false,
  });
  const said = oneLine(result.stderr);
  if (result.timedOut) return { kind: "cut-off", why: `no end within ${timeoutMs} ms${said && `: ${said}`}` };
  if (result.isCanceled) return { kind: "cut-off", why: "called off while it ran" };
  if (result.isMaxBuffer) return { kind: "cut-off", why: `it printed more than ${OUTPUT_AT_MOST_BYTES} bytes` };
  if (result.exitCode === undefined && result.signal === undefined)
    return { kind: "not-reached", why: `${program} cannot be started (${result.code ?? "failed"})`, refusal: null };
  if (result.exitCode === undefined) return { kind: "cut-off", why: `${program} was ended by ${result.signal}` };
  if (!isOwnCode(program, result.exitCode, said)) return transportFailed(said || `${program} ended with ${result.exitCode}`);
  const output = decode(result.stdout);
  if (output === null) return { kind: "cut-off", why: "it printed what is no UTF-8" };
  return { kind: "ended", code: result.exitCode, output, said };
}

/** kubectl ends with 1 for its own troubles too, and says so when the code is the command's. */
function isOwnCode(program: string, code: number, said: string): boolean {
  if (code === SSH_FAILED) return false;
  return code === 0 || !/(?:^|\/)kubectl$/.test(program) || KUBECTL_PASSED_ON.test(said);
}

/** ssh has one code for all, so only its words (never translated) tell whether it got as far as the command. What they do not tell is `cut-off`. */
function transportFailed(said: string): CommandOutcome {
  if (/host key verification failed|remote host identification has changed/i.test(said))
    return { kind: "not-reached", why: said, refusal: "host-key" };
  if (/permission denied \(|too many authentication failures|no supported authentication/i.test(said))
    return { kind: "not-reached", why: said, refusal: "login" };
  // Only words from before the login: "Connection timed out" alone also ends a session that was under way.
  if (
    /connect to (?:host|address) \S+ port \d+:|could not resolve hostname|banner exchange|kex_exchange_identification/i.test(said)
  )
    return { kind: "not-reached", why: said, refusal: null };
  return { kind: "cut-off", why: said };
}

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** The last words matter most: ssh prints its warnings first. */
function oneLine(bytes: Uint8Array): string {
  const text = new TextDecoder()
    .decode(bytes)
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();
  return text.length <= SAID_AT_MOST ? text : `…${text.slice(-SAID_AT_MOST)}`;
}
