import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, type WebClient } from "@slack/web-api";
import type { Clock } from "../../app/ports/clock.ts";
import type { Log } from "../../app/ports/log.ts";
import type { Metrics } from "../../app/ports/metrics.ts";
import type { OutboxMessage, Store } from "../../app/ports/store.ts";
import { drawMessage } from "./draw-blocks.ts";

export interface SenderParts {
  /** Without retries of its own: Slack has no idempotency key, so what was lost is our decision. */
  readonly client: WebClient;
  readonly store: Store;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly defaultChannel: string;
  readonly isActive: () => boolean;
}

/** Slack: one new message a second and channel; updates share a budget of 50 a minute, so one each 1.2 s. */
const POST_EVERY_MS = 1_000;
const UPDATE_EVERY_MS = 1_200;
const AGAIN_AFTER_MS = 2_000;
const AGAIN_AT_MOST_MS = 60_000;
const GONE_CHANNEL: ReadonlySet<string> = new Set(["not_in_channel", "channel_not_found", "is_archived"]);
const GONE_MESSAGE: ReadonlySet<string> = new Set(["message_not_found", "cant_update_message", "edit_window_closed"]);
const TOO_MUCH: ReadonlySet<string> = new Set(["invalid_blocks", "msg_too_long", "msg_blocks_too_long", "invalid_blocks_format"]);

/** Sends the stored wishes; a call while one is under way joins it. */
export function createSender(parts: SenderParts): { sendDue(): Promise<void> } {
  const nextPost = new Map<string, number>();
  let nextUpdate = 0;
  let underWay: Promise<void> | null = null;

  const mayGo = (message: OutboxMessage, now: number): boolean =>
    message.ts === null ? (nextPost.get(message.channel) ?? 0) <= now : nextUpdate <= now;

  async function round(): Promise<void> {
    const due = await parts.store.outbox.due(parts.clock.now(), 50);
    const waiting = await parts.store.outbox.waiting();
    parts.metrics.set("dm_medic_outbox_waiting", waiting.count);
    parts.metrics.set(
      "dm_medic_outbox_oldest_age_seconds",
      waiting.oldestAt === null ? 0 : (parts.clock.now() - waiting.oldestAt) / 1000,
    );
    for (const message of due) {
      const now = parts.clock.monotonic();
      if (!parts.isActive() || !mayGo(message, now)) continue;
      if (message.ts === null) nextPost.set(message.channel, now + POST_EVERY_MS);
      else nextUpdate = now + UPDATE_EVERY_MS;
      const stop = await sendOne(parts, await afterCrash(parts, message));
      if (stop) return;
    }
  }

  return {
    sendDue() {
      underWay ??= round().finally(() => {
        underWay = null;
      });
      return underWay;
    },
  };
}

/** A message found in `sending` was being posted when a process died: it may be there already. */
async function afterCrash({ store, clock }: SenderParts, message: OutboxMessage): Promise<OutboxMessage> {
  if (message.state !== "sending" || message.ts !== null) return message;
  await store.outbox.retry(message.key, clock.now(), "the process ended while it was being posted", true);
  return { ...message, uncertain: true, repeated: true };
}

/** true when Slack told us to wait: the rest of the round waits too. */
async function sendOne(parts: SenderParts, message: OutboxMessage): Promise<boolean> {
  const { store, clock, metrics } = parts;
  const kind = message.ts === null ? "post" : "update";
  if (message.uncertain && !(await slackAnswers(parts.client))) {
    // The one repeat that is allowed must not be spent on an outage that still lasts.
    await store.outbox.retry(message.key, clock.now() + AGAIN_AFTER_MS, "Slack does not answer; the repeat waits", false);
    return true;
  }
  await store.outbox.sending(message.key, clock.now());
  try {
    const { channel, ts } = await call(parts, message, message.channel);
    await store.outbox.sent(message.key, message.wish, channel, ts, clock.now());
    metrics.count("dm_medic_slack_sends_total", { kind, outcome: "sent" });
    return false;
  } catch (error) {
    metrics.count("dm_medic_slack_sends_total", { kind, outcome: outcomeOf(error) });
    return afterFailure(parts, message, error);
  }
}

async function slackAnswers(client: WebClient): Promise<boolean> {
  try {
    await client.api.test();
    return true;
  } catch {
    return false;
  }
}

function outcomeOf(error: unknown): string {
  if (error instanceof WebAPIRateLimitedError) return "rate-limited";
  return error instanceof WebAPIPlatformError ? "refused" : "no-answer";
}

async function call(
  { client, store }: SenderParts,
  message: OutboxMessage,
  channel: string,
): Promise<{ channel: string; ts: string }> {
  const drawn = drawMessage(message.document, `${message.key}:${message.wish}`);
  if (message.ts !== null) {
    await client.chat.update({ channel, ts: message.ts, ...drawn });
    return { channel, ts: message.ts };
  }
  const parent = message.threadOf === null ? null : await store.outbox.get(message.threadOf);
  const thread = parent?.ts && parent.channel === channel ? { thread_ts: parent.ts } : {};
  const repeat = message.uncertain ? "(repeat: the first may have arrived) " : "";
  const posted = await client.chat.postMessage({
    channel,
    ...drawn,
    text: `${repeat}${drawn.text}`,
    ...thread,
    unfurl_links: false,
  });
  if (!posted.ts) throw new Error("Slack gave no timestamp");
  return { channel: posted.channel ?? channel, ts: posted.ts };
}

async function afterFailure(parts: SenderParts, message: OutboxMessage, error: unknown): Promise<boolean> {
  const { store, clock, metrics, log } = parts;
  if (error instanceof WebAPIRateLimitedError) {
    metrics.count("dm_medic_slack_rate_limited_total");
    await store.outbox.retry(message.key, clock.now() + error.retryAfter * 1000, "rate limited", false);
    return true;
  }
  if (error instanceof WebAPIPlatformError) return afterRefusal(parts, message, String(error.data.error));
  const why = error instanceof Error ? error.message : String(error);
  log.warn({ key: message.key, err: error }, "a message could not be sent");
  // Only a call that left may have had an effect; it is sent again once, marked, and after that not a third time.
  const left = error instanceof WebAPIHTTPError || !neverLeft(error);
  const uncertain = left && message.ts === null;
  if (uncertain && message.repeated) {
    await store.outbox.failed(message.key, `the reply was lost twice: ${why}`);
    return true;
  }
  await store.outbox.retry(message.key, clock.now() + backoff(message.attempts), why, uncertain);
  return true;
}

function neverLeft(error: unknown): boolean {
  const cause = (error as { cause?: { code?: string; cause?: { code?: string } } }).cause;
  const codes = [cause?.code, cause?.cause?.code];
  return codes.some((code) => code === "ECONNREFUSED" || code === "ENOTFOUND" || code === "EAI_AGAIN");
}

function backoff(attempts: number): number {
  return Math.min(AGAIN_AT_MOST_MS, AGAIN_AFTER_MS * 2 ** Math.min(attempts, 10));
}

async function afterRefusal(parts: SenderParts, message: OutboxMessage, why: string): Promise<boolean> {
  const { store, clock, log } = parts;
  log.warn({ key: message.key, error: why }, "Slack refused a message");
  if (GONE_CHANNEL.has(why) && message.channel !== parts.defaultChannel) return resend(parts, message, parts.defaultChannel);
  if (GONE_MESSAGE.has(why)) return resend(parts, { ...message, ts: null }, message.channel);
  if (TOO_MUCH.has(why))
    return resend(
      parts,
      { ...message, document: { ...message.document, blocks: [], buttons: message.document.buttons.slice(0, 5) } },
      message.channel,
    );
  await store.outbox.retry(message.key, clock.now() + backoff(message.attempts), why, false);
  return false;
}

/** Another channel, a new message in place of one that is gone, or a plainer form: rather that than nothing. */
async function resend(parts: SenderParts, message: OutboxMessage, channel: string): Promise<boolean> {
  const { store, clock } = parts;
  try {
    const sent = await call(parts, message, channel);
    await store.outbox.sent(message.key, message.wish, sent.channel, sent.ts, clock.now());
  } catch (error) {
    await store.outbox.retry(
      message.key,
      clock.now() + backoff(message.attempts),
      error instanceof Error ? error.message : String(error),
      false,
    );
  }
  return false;
}
