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

/** @slack/socket-mode 3.1.0 rejects with nothing when it is stopped while it reconnects; anything else is a mistake of ours. */
export function guardRejections(complain: (text: string) => void): void {
  process.on("unhandledRejection", (reason) => {
    if (reason === undefined) return;
    complain(`unhandled rejection: ${reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)}\n`);
    process.exit(1);
  });
}
