export type FaultKind =
  | { readonly kind: "429"; readonly retryAfterSeconds: number }
  | { readonly kind: "http"; readonly status: number }
  | { readonly kind: "error"; readonly error: string }
  | { readonly kind: "lost-reply" }
  | { readonly kind: "time-out" };

/** Switches for what can go wrong with Slack; each `next` holds for one call. */
export class Faults {
  isDown = false;
  /** Slack's own limit: one new message a second and channel, short bursts allowed. */
  limitsRates = true;
  readonly #next: { readonly method: string | null; readonly fault: FaultKind }[] = [];
  readonly #posts = new Map<string, number[]>();

  next(fault: FaultKind, method: string | null = null): void {
    this.#next.push({ method, fault });
  }
  take(method: string): FaultKind | null {
    const index = this.#next.findIndex((wanted) => wanted.method === null || wanted.method === method);
    return index === -1 ? null : this.#next.splice(index, 1)[0]!.fault;
  }
  /** Seconds to wait, or 0: more than three posts to a channel within three seconds are too many. */
  tooFast(channel: string, now: number): number {
    if (!this.limitsRates) return 0;
    const recent = (this.#posts.get(channel) ?? []).filter((at) => now - at < 3_000);
    if (recent.length >= 4) return 1;
    this.#posts.set(channel, [...recent, now]);
    return 0;
  }
}
