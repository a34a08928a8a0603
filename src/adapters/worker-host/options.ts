/** A command as an argument list: `here` runs where the bot runs, `on-host` goes through the host's `run` list. */
export interface HostCommand {
  readonly where: "here" | "on-host";
  readonly words: readonly string[];
}

/** As src/config hands it over, checked: words for a host are made of characters that no shell reads. */
export interface WorkerHostOptions {
  readonly worker: string;
  readonly form: "command" | "by-hand";
  /** Comes before every command for the host; empty: the bot runs on it. */
  readonly run: readonly string[];
  /** Holds server-uuid.index. */
  readonly relayDirectory: string;
  readonly stop: HostCommand | null;
  readonly start: HostCommand | null;
  /** Prints one word; which words mean what. */
  readonly status: (HostCommand & { readonly running: readonly string[]; readonly stopped: readonly string[] }) | null;
  /** `{file}` and `{target}` are filled in. */
  readonly fetch: HostCommand | null;
  /** Prints the upstream file's sha256 first; `{file}` is filled in. */
  readonly sha256: HostCommand | null;
  /** For one command that only looks or renames. */
  readonly commandSeconds: number;
  /** The environment of local processes, and nothing else of the bot's: its own holds secrets. */
  readonly environment: Readonly<Record<string, string>>;
}
