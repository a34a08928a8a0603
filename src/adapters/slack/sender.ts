import type { WebClient } from "@slack/web-api";
import type { Clock } from "../../app/ports/clock.ts";
import type { Log } from "../../app/ports/log.ts";
import type { Metrics } from "../../app/ports/metrics.ts";
import type { OutboxMessage, Store } from "../../app/ports/store.ts";
import type { Language } from "../../domain/wording/language.ts";
import { drawForm, type MessageForm, nextForm } from "./message-form.ts";
import { createPace, type Pace, type SendKind } from "./pace.ts";
import { readFailure, type SendFailure } from "./send-failure.ts";

export interface SenderParts {
  /** Without retries of its own: Slack has no idempotency key, so what was lost is our decision. */
  readonly client: WebClient;
  readonly store: Store;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly defaultChannel: string;
  readonly languageOf: (channel: string) => Language;
  readonly isActive: () => boolean;
}

const AT_ONCE = 200;
const AGAIN_AFTER_MS = 2_000;
const AGAIN_AT_MOST_MS = 60_000;
/** Nobody but a person can mend these; everything is kept until then. */
const TOKEN_WRONG: ReadonlySet<string> = new Set([
  "invalid_auth",
  "not_authed",
  "token_revoked",
  "token_expired",
  "account_inactive",
  "missing_scope",
]);

/** Sends the stored wishes; a call while one is under way joins it. */
export function createSender(parts: SenderParts): { sendDue(): Promise<void> } {
  const pace = createPace(() => parts.clock.monotonic());
  let underWay: Promise<void> | null = null;
  return {
    sendDue() {
      underWay ??= sendRound(parts, pace).finally(() => {
        underWay = null;
      });
      return underWay;
    },
  };
}

const kindOf = ({ ts }: { readonly ts: string | null }): SendKind => (ts === null ? "post" : "update");

async function sendRound(parts: SenderParts, pace: Pace): Promise<void> {
  const { store, clock, metrics } = parts;
  const due = await store.outbox.due(clock.now(), AT_ONCE);
  const waiting = await store.outbox.waiting();
  const oldestAge = waiting.oldestAt === null ? 0 : (clock.now() - waiting.oldestAt) / 1000;
  metrics.set("dm_medic_outbox_waiting", waiting.count);
  metrics.set("dm_medic_outbox_oldest_age_seconds", oldestAge);
  for (const message of due) {
    if (!parts.isActive()) return;
    if (!pace.mayGo(kindOf(message), message.channel)) continue;
    const ready = await afterCrash(parts, message);
    if (ready && (await sendOne(parts, pace, ready)) === "slack-is-away") return;
  }
}

/** A message found in `sending` was being posted when a process died: it may be there already. null: given up. */
async function afterCrash(parts: SenderParts, message: OutboxMessage): Promise<OutboxMessage | null> {
  if (message.state !== "sending" || message.ts !== null) return message;
  const why = "the process ended while it was being posted";
  if (message.uncertain) {
    await giveUp(parts, message, why);
    return null;
  }
  await parts.store.outbox.retry(message.key, parts.clock.now(), why, true);
  return { ...message, uncertain: true, repeated: true };
}

type Sent = "go-on" | "slack-is-away";

async function sendOne(parts: SenderParts, pace: Pace, message: OutboxMessage): Promise<Sent> {
  const { store, clock, metrics, log } = parts;
  if (message.uncertain && message.ts === null && !(await slackAnswers(parts.client))) {
    // The one repeat that is allowed must not be spent on an outage that still lasts.
    await store.outbox.retry(message.key, clock.now() + AGAIN_AFTER_MS, "Slack does not answer; the repeat waits", false);
    return "slack-is-away";
  }
  await store.outbox.sending(message.key, clock.now());
  let form: MessageForm = { channel: message.channel, ts: message.ts, threaded: true, size: "full" };
  for (;;) {
    const kind = kindOf(form);
    pace.took(kind, form.channel);
    try {
      const { channel, ts } = await call(parts, message, form);
      await store.outbox.sent(message.key, message.wish, channel, ts, clock.now());
      metrics.count("dm_medic_slack_sends_total", { kind, outcome: "sent" });
      return "go-on";
    } catch (error) {
      const failure = readFailure(error);
      metrics.count("dm_medic_slack_sends_total", { kind, outcome: failure.kind });
      const next = failure.kind === "refused" ? nextForm(form, failure.why, parts.defaultChannel) : null;
      if (!next) return afterFailure(parts, pace, message, form, failure);
      log.warn(
        { key: message.key, channel: form.channel, error: failure.kind === "refused" && failure.why, other: next.because },
        "Slack refused a message; it goes in another form",
      );
      metrics.count("dm_medic_slack_sends_total", { kind, outcome: `other-${next.because}` });
      form = next.form;
    }
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

async function call(
  { client, store, clock, languageOf }: SenderParts,
  message: OutboxMessage,
  form: MessageForm,
): Promise<{ readonly channel: string; readonly ts: string }> {
  const { channel, ts } = form;
  const drawn = drawForm(message, form, clock.now(), languageOf(message.channel));
  if (ts !== null) {
    await client.chat.update({ channel, ts, ...drawn });
    return { channel, ts };
  }
  const parent = message.threadOf === null || !form.threaded ? null : await store.outbox.get(message.threadOf);
  const thread = parent?.ts && parent.channel === channel ? { thread_ts: parent.ts } : {};
  const posted = await client.chat.postMessage({ channel, ...drawn, ...thread, unfurl_links: false, unfurl_media: false });
  if (!posted.ts) throw new Error("Slack gave no timestamp");
  return { channel: posted.channel ?? channel, ts: posted.ts };
}

async function afterFailure(
  parts: SenderParts,
  pace: Pace,
  message: OutboxMessage,
  form: MessageForm,
  failure: SendFailure,
): Promise<Sent> {
  const { store, clock, metrics, log } = parts;
  const { key } = message;
  const again = clock.now() + Math.min(AGAIN_AT_MOST_MS, AGAIN_AFTER_MS * 2 ** Math.min(message.attempts, 10));
  switch (failure.kind) {
    case "rate-limited":
      metrics.count("dm_medic_slack_rate_limited_total");
      pace.hold(kindOf(form), failure.waitMs);
      await store.outbox.retry(key, clock.now() + failure.waitMs, "Slack said to wait", false);
      return "go-on";
    case "refused": {
      const isToken = TOKEN_WRONG.has(failure.why);
      if (isToken) log.error({ error: failure.why }, "Slack does not accept the bot's token; messages wait until it does");
      else log.warn({ key, error: failure.why }, "Slack refused a message");
      await store.outbox.retry(key, isToken ? clock.now() + AGAIN_AT_MOST_MS : again, failure.why, false);
      return isToken ? "slack-is-away" : "go-on";
    }
    case "not-reached":
      log.warn({ key, error: failure.why }, "Slack could not be reached");
      await store.outbox.retry(key, again, failure.why, false);
      return "slack-is-away";
    case "lost": {
      const isPost = form.ts === null;
      log.warn({ key, error: failure.why }, "Slack's reply was lost");
      // Sent again once, marked; after that not a third time.
      if (isPost && message.uncertain) await giveUp(parts, message, `the reply was lost twice: ${failure.why}`);
      else await store.outbox.retry(key, again, failure.why, isPost);
      return "slack-is-away";
    }
    default:
      return failure satisfies never;
  }
}

async function giveUp({ store, metrics, log }: SenderParts, message: OutboxMessage, why: string): Promise<void> {
  log.error({ key: message.key, error: why }, "a message is given up: it has most likely arrived twice");
  metrics.count("dm_medic_slack_sends_total", { kind: "post", outcome: "given-up" });
  await store.outbox.failed(message.key, why);
}
