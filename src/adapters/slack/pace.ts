export type SendKind = "post" | "update";

export interface Pace {
  mayGo(kind: SendKind, channel: string): boolean;
  took(kind: SendKind, channel: string): void;
  /** Slack said to wait: nothing of this kind goes before. */
  hold(kind: SendKind, milliseconds: number): void;
}

/** Slack: one new message a second and channel. */
const POST_EVERY_MS = 1_000;
/** Updates have 50 a minute over all channels; a few are left for what we do not count, such as a restart. */
const UPDATES_AT_MOST = 45;
const UPDATES_WITHIN_MS = 60_000;

/** Keeps within Slack's rates, so that being told to wait stays the exception. */
export function createPace(monotonic: () => number): Pace {
  const nextPost = new Map<string, number>();
  const heldUntil = new Map<SendKind, number>();
  let updates: number[] = [];
  return {
    mayGo(kind, channel) {
      const now = monotonic();
      if ((heldUntil.get(kind) ?? 0) > now) return false;
      if (kind === "post") return (nextPost.get(channel) ?? 0) <= now;
      updates = updates.filter((at) => at > now - UPDATES_WITHIN_MS);
      return updates.length < UPDATES_AT_MOST;
    },
    took(kind, channel) {
      if (kind === "post") nextPost.set(channel, monotonic() + POST_EVERY_MS);
      else updates.push(monotonic());
    },
    hold(kind, milliseconds) {
      heldUntil.set(kind, monotonic() + milliseconds);
    },
  };
}
