import type { OutboxMessage } from "../../app/ports/store.ts";
import { code, type Document, note, plain } from "../../domain/wording/document.ts";
import type { Language } from "../../domain/wording/language.ts";
import { type DrawnMessage, drawMessage, MESSAGE_LIMITS, SMALL_LIMITS } from "./draw-blocks.ts";

/** How one message is tried; each refusal of Slack leads to a plainer form, never back. */
export interface MessageForm {
  readonly channel: string;
  /** null: a new message. */
  readonly ts: string | null;
  readonly threaded: boolean;
  readonly size: "full" | "small" | "headline";
}

const GONE_CHANNEL: ReadonlySet<string> = new Set(["not_in_channel", "channel_not_found", "is_archived"]);
const GONE_MESSAGE: ReadonlySet<string> = new Set(["message_not_found", "cant_update_message", "edit_window_closed"]);
const GONE_THREAD: ReadonlySet<string> = new Set([
  "thread_not_found",
  "cannot_reply_to_message",
  "restricted_action_thread_locked",
]);
const TOO_MUCH: ReadonlySet<string> = new Set([
  "invalid_blocks",
  "invalid_blocks_format",
  "invalid_arguments",
  "msg_too_long",
  "msg_blocks_too_long",
]);

/** The next form to try after a refusal, and why; null: only time can help. */
export function nextForm(
  form: MessageForm,
  why: string,
  defaultChannel: string,
): { readonly form: MessageForm; readonly because: "channel" | "message" | "thread" | "size" } | null {
  if (GONE_CHANNEL.has(why) && form.channel !== defaultChannel)
    return { form: { ...form, channel: defaultChannel, ts: null }, because: "channel" };
  if (GONE_MESSAGE.has(why) && form.ts !== null) return { form: { ...form, ts: null }, because: "message" };
  if (GONE_THREAD.has(why) && form.threaded) return { form: { ...form, threaded: false }, because: "thread" };
  if (TOO_MUCH.has(why) && form.size !== "headline")
    return { form: { ...form, size: form.size === "full" ? "small" : "headline" }, because: "size" };
  return null;
}

const LATE_MS = 30_000;

const TEXTS = {
  en: {
    repeat: "Sent again: no reply came to the first, which may have arrived.",
    moved: "Meant for another channel, which does not take my messages: ",
    late: (seconds: number) => `Delayed ${seconds} s by Slack's limits or an outage.`,
  },
  zh: {
    repeat: "重发：上一条没有得到应答，可能已经送达。",
    moved: "本应发到另一个频道，但它不接受我的消息：",
    late: (seconds: number) => `因 Slack 的限速或中断，延迟了 ${seconds} 秒。`,
  },
} as const;

/** Draws the message in that form, with what the reader has to know about its way. */
export function drawForm(message: OutboxMessage, form: MessageForm, now: number, language: Language): DrawnMessage {
  const texts = TEXTS[language];
  const isNew = form.ts === null;
  const lateMs = now - message.at;
  const notes = [
    ...(isNew && message.uncertain ? [note(plain(texts.repeat))] : []),
    ...(form.channel !== message.channel ? [note(plain(texts.moved), code(message.channel))] : []),
    ...(isNew && lateMs > LATE_MS ? [note(plain(texts.late(Math.round(lateMs / 1000))))] : []),
  ];
  const { document } = message;
  const shown: Document =
    form.size === "headline"
      ? { ...document, blocks: notes, buttons: [] }
      : { ...document, blocks: [...notes, ...document.blocks] };
  // Slack advises new block ids with every update.
  const drawn = drawMessage(shown, `w${message.wish}`, form.size === "full" ? MESSAGE_LIMITS : SMALL_LIMITS);
  return isNew && message.uncertain ? { ...drawn, text: `(${texts.repeat}) ${drawn.text}` } : drawn;
}
