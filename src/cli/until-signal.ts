/** Resolves with the first SIGINT or SIGTERM; a second one ends the process at once. */
export function untilSignal(): Promise<string> {
  return new Promise((resolve) => {
    let asked = false;
    const on = (signal: string): void => {
      if (asked) process.exit(130);
      asked = true;
      resolve(signal);
    };
    process.on("SIGINT", () => on("SIGINT"));
    process.on("SIGTERM", () => on("SIGTERM"));
  });
}

/** What a failed start says to a person, or null: it is a mistake of ours and worth its stack. */
export function startFailure(error: unknown, port: number | undefined): string | null {
  const { code } = error as { readonly code?: unknown };
  if (code === "EADDRINUSE") return `Port ${port} is taken. Give another one, or leave --port out: any free one is found then.\n`;
  if (code === "EACCES") return `Port ${port} may not be opened by this user. Give one above 1024, or leave --port out.\n`;
  return null;
}

/** @slack/socket-mode 3.1.0 rejects with nothing when it is stopped while it reconnects; anything else is a mistake of ours. */
export function guardRejections(complain: (text: string) => void): void {
  process.on("unhandledRejection", (reason) => {
    if (reason === undefined) return;
    complain(`unhandled rejection: ${reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)}\n`);
    process.exit(1);
  });
}
