export type FaultKind =
  | { readonly kind: "429"; readonly retryAfterSeconds: number }
  | { readonly kind: "http"; readonly status: number }
  | { readonly kind: "error"; readonly error: string }
  | { readonly kind: "lost-reply" }
  | { readonly kind: "time-out" };

const MINUTE_MS = 60_000;
/** Slack's tiers, at the least that it documents ("20+", "50+", "100+"); new messages have a limit of their own. */
const PER_MINUTE: Readonly<Record<string, number>> = {
  "chat.update": 50,
  "chat.postEphemeral": 100,
  "conversations.info": 50,
  "conversations.open": 50,
  "files.completeUploadExternal": 100,
  "files.getUploadURLExternal": 100,
  "usergroups.list": 20,
  "usergroups.users.list": 20,
  "users.info": 100,
  "views.open": 100,
  "views.push": 100,
  "views.update": 100,
  "views.publish": 100,
};

/** Switches for what can go wrong with Slack; each `next` holds for one call. */
export class Faults {
  isDown = false;
  /** Slack's own limit: one new message a second and channel, short bursts allowed. */
  limitsRates = true;
  readonly #next: { readonly method: string | null; readonly fault: FaultKind }[] = [];
  readonly #posts = new Map<string, number[]>();
  readonly #calls = new Map<string, number[]>();

  next(fault: FaultKind, method: string | null = null): void {
    this.#next.push({ method, fault });
  }
  take(method: string): FaultKind | null {
    const index = this.#next.findIndex((wanted) => wanted.method === null || wanted.method === method);
    return index === -1 ? null : this.#next.splice(index, 1)[0]!.fault;
  }
  /** Seconds to wait, or 0: each method has its tier's calls a minute. */
  overRate(method: string, now: number): number {
    const most = PER_MINUTE[method];
    if (!this.limitsRates || most === undefined) return 0;
    const recent = (this.#calls.get(method) ?? []).filter((at) => now - at < MINUTE_MS);
    const oldest = recent[recent.length - most];
    if (oldest !== undefined) return Math.max(1, Math.ceil((oldest + MINUTE_MS - now) / 1000));
    this.#calls.set(method, [...recent, now]);
    return 0;
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
