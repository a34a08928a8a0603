import type { App, RespondFn } from "@slack/bolt";
import type { WebClient } from "@slack/web-api";
import type { Clicks } from "../../app/clicks/handle-click.ts";
import { languageOf } from "../../app/commands/asking.ts";
import type { Commands } from "../../app/commands/handle-command.ts";
import type { Clock } from "../../app/ports/clock.ts";
import type { Log } from "../../app/ports/log.ts";
import type { Metrics } from "../../app/ports/metrics.ts";
import type { Settings } from "../../app/ports/settings.ts";
import type { Store, StoredClick } from "../../app/ports/store.ts";
import { type ButtonAction, type Document, paragraph, strong } from "../../domain/wording/document.ts";
import { COMMAND_NAMES } from "./command-name.ts";
import { drawBlocks, SMALL_LIMITS, VIEW_LIMITS } from "./draw-blocks.ts";
import { documentModal, loadingModal, modalTitle, REASON_CALLBACK, reasonModal } from "./draw-modal.ts";
import { drawPages } from "./draw-pages.ts";
import { unescapeMrkdwn } from "./escape.ts";
import { ActionPayload, ReasonMetadata } from "./payloads.ts";

export interface ListenerParts {
  readonly store: Store;
  readonly clicks: Clicks;
  readonly commands: Commands;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly isActive: () => boolean;
  readonly signal: AbortSignal;
  /** Ids of the clicks that this copy is working on: whatever else waits in the store was another's. */
  readonly underWay: Set<string>;
}

const READ_ONLY: ReadonlySet<string> = new Set<ButtonAction>(["details", "plan-details", "show-audit"]);
/** Slack waits three seconds for the acknowledgement; the store gets most of it. */
const STORE_WITHIN_MS = 1_500;
const REASON_WITHIN_MS = 1_000;

/** Every listener of the app. The order is always: store what changes something, acknowledge, then work. */
export function registerListeners(app: App, parts: ListenerParts): void {
  for (const name of COMMAND_NAMES) {
    app.command(name, async ({ command, ack, respond, client }) => {
      await ack();
      const asked = {
        // Whether Slack escapes `&`, `<` and `>` here is documented nowhere; a DDL holds `<` far more often than the text `&lt;`.
        text: unescapeMrkdwn(command.text),
        person: personOf(parts, command.user_id, command.user_name),
        channel: command.channel_id,
      };
      await answer(
        parts,
        client,
        { respond, channel: command.channel_id, user: command.user_id, thread: null },
        await guarded(parts, () => parts.commands.handle(asked, parts.signal)),
      );
    });
  }
  app.event("app_mention", async ({ event, client }) => {
    if (!event.user) return;
    const text = unescapeMrkdwn(event.text.replace(/<@[^>]*>/g, "")).trim();
    const asked = { text, person: personOf(parts, event.user, null), channel: event.channel };
    await answer(
      parts,
      client,
      { respond: null, channel: event.channel, user: event.user, thread: event.thread_ts ?? null },
      await guarded(parts, () => parts.commands.handle(asked, parts.signal)),
    );
  });
  app.event("app_home_opened", async ({ event, client }) => {
    const home = await guarded(parts, () => homeOf(parts, event.user));
    await client.views.publish({ user_id: event.user, view: { type: "home", blocks: drawBlocks(home, "home", VIEW_LIMITS) } });
  });
  app.action(/.*/, async ({ body, ack, respond, client }) => onAction(parts, body, () => ack(), respond, client));
  app.view(REASON_CALLBACK, async ({ body, view, ack, client }) => {
    const { threadTs = null, ...metadata } = ReasonMetadata.parse(JSON.parse(view.private_metadata));
    const reason = view.state.values.reason?.text?.value ?? "";
    const person = personOf(parts, body.user.id, body.user.name ?? null);
    const click: StoredClick = {
      id: `view:${view.id}:${view.hash}`,
      person,
      at: parts.clock.now(),
      responseUrl: null,
      reason,
      ...metadata,
    };
    const kept = await keep(parts, click);
    await ack();
    await work(parts, client, click, kept, { respond: null, thread: threadTs }).finally(() => parts.underWay.delete(click.id));
  });
}

/** The Home tab: how everything is, and what may be asked. */
async function homeOf(parts: ListenerParts, user: string): Promise<Document> {
  const ask = (text: string) => parts.commands.handle({ text, person: personOf(parts, user, null), channel: "" }, parts.signal);
  const [status, help] = [await ask("status"), await ask("help")];
  return { ...status, blocks: [...status.blocks, { kind: "divider" }, paragraph(strong(help.headline)), ...help.blocks] };
}

async function onAction(
  parts: ListenerParts,
  body: unknown,
  ack: () => Promise<void>,
  respond: RespondFn,
  client: WebClient,
): Promise<void> {
  const begun = parts.clock.monotonic();
  const payload = ActionPayload.safeParse(body);
  if (!payload.success) {
    parts.log.warn({ issues: payload.error.issues.length }, "a button press of an unknown shape");
    parts.metrics.count("dm_medic_clicks_total", { action: "unknown", outcome: "refused" });
    return ack();
  }
  const click = clickOf(parts, payload.data);
  const thread = payload.data.message?.thread_ts ?? null;
  const trigger = payload.data.trigger_id ?? "";
  if (READ_ONLY.has(click.action)) {
    await ack();
    return showModal(parts, client, trigger, click);
  }
  if (await asksReason(parts, click)) {
    await ack();
    const { action, value, channel, messageTs } = click;
    const asked = { action, value, channel, messageTs, threadTs: thread };
    const language = languageOf(parts.settings, channel);
    await client.views.open({
      trigger_id: trigger,
      view: reasonModal(modalTitle(click, language), asked, language),
    });
    return;
  }
  const kept = await keep(parts, click);
  await ack();
  parts.metrics.observe("dm_medic_click_ack_seconds", (parts.clock.monotonic() - begun) / 1000);
  await work(parts, client, click, kept, { respond, thread }).finally(() => parts.underWay.delete(click.id));
}

function clickOf(parts: ListenerParts, payload: ActionPayload): StoredClick {
  const action = payload.actions[0]!;
  const channel = payload.channel?.id ?? payload.container?.channel_id ?? null;
  const messageTs = payload.message?.ts ?? payload.container?.message_ts ?? null;
  return {
    id: `action:${[messageTs ?? "", action.action_id, payload.user.id, action.action_ts].join(":")}`,
    action: action.action_id.split(":")[0]!,
    value: action.selected_option?.value ?? action.value ?? "",
    person: personOf(parts, payload.user.id, payload.user.name ?? payload.user.username ?? null),
    channel,
    messageTs,
    responseUrl: payload.response_url ?? null,
    at: parts.clock.now(),
    reason: "",
  };
}

function personOf({ settings }: ListenerParts, id: string, name: string | null) {
  return { id, name, identity: settings.identity };
}

/** A store that hangs must not cost the acknowledgement; the verdict is then refused for want of a reason. */
function asksReason({ clicks }: ListenerParts, { action, value }: StoredClick): Promise<boolean> {
  const late = new Promise<boolean>((resolve) => setTimeout(resolve, REASON_WITHIN_MS, false).unref());
  return Promise.race([clicks.asksReason(action as ButtonAction, value), late]).catch(() => false);
}

type Kept = "stored" | "double" | "not-stored";

/** A store that hangs must not cost the acknowledgement: then the person is told that nothing was noted. */
async function keep({ store, clock, log, underWay }: ListenerParts, click: StoredClick): Promise<Kept> {
  underWay.add(click.id);
  let tooLate = false;
  const late = new Promise<Kept>((resolve) =>
    setTimeout(() => {
      tooLate = true;
      resolve("not-stored");
    }, STORE_WITHIN_MS).unref(),
  );
  const stored = store.clicks.put(click).then(async (fresh): Promise<Kept> => {
    // The person was told that nothing was noted, so it must not be worked on behind their back.
    if (tooLate && fresh)
      await store.clicks.answered(click.id, clock.now(), "stored too late; the person was told to press again");
    return fresh ? "stored" : "double";
  });
  return Promise.race([stored, late]).catch((error: unknown): Kept => {
    log.error({ err: error, click: click.id }, "a click could not be stored");
    return "not-stored";
  });
}

async function work(
  parts: ListenerParts,
  client: WebClient,
  click: StoredClick,
  kept: Kept,
  way: Pick<Addressee, "respond" | "thread">,
): Promise<void> {
  const to = { ...way, channel: click.channel ?? "", user: click.person.id };
  const en = languageOf(parts.settings, click.channel) === "en";
  const say = (headline: string): Document => ({ headline, tone: "warning", blocks: [], buttons: [] });
  if (kept === "double") return answer(parts, client, to, say(en ? "That press arrived already." : "这次点击已经收到。"));
  if (kept === "not-stored")
    return answer(
      parts,
      client,
      to,
      say(
        en
          ? "My store does not answer, so nothing was noted. Please press again in a minute."
          : "存储没有应答，点击没有被记录，请一分钟后再试。",
      ),
    );
  if (!parts.isActive())
    return answer(parts, client, to, {
      ...say(en ? "Noted; the active copy of me works on it." : "已记录，由处于活动状态的副本处理。"),
      tone: "info",
    });
  await answer(parts, client, to, await guarded(parts, () => parts.clicks.handle(click, parts.signal)));
}

/** Clicks that were stored but not worked on, by a copy that stands by or died: done by whoever is active. */
export async function workWaitingClicks(parts: ListenerParts, client: WebClient): Promise<void> {
  for (const click of await parts.store.clicks.waiting(20)) {
    if (parts.underWay.has(click.id)) continue;
    await answer(
      parts,
      client,
      { respond: null, channel: click.channel ?? "", user: click.person.id, thread: null },
      await guarded(parts, () => parts.clicks.handle(click, parts.signal)),
    );
  }
}

async function showModal(parts: ListenerParts, client: WebClient, trigger: string, click: StoredClick): Promise<void> {
  const language = languageOf(parts.settings, click.channel);
  const title = modalTitle(click, language);
  const opened = await client.views.open({ trigger_id: trigger, view: loadingModal(title, language) });
  const words = await guarded(parts, () => parts.clicks.show(click.action as ButtonAction, click.value, click.channel));
  const id = opened.view?.id;
  if (!id) return;
  try {
    await client.views.update({ view_id: id, view: documentModal(title, words, language) });
  } catch (error) {
    // Slack's own measure of "too large" is not known; half a page is better than one that says "One moment" for ever.
    parts.log.warn({ err: error }, "Slack refused a modal; it goes in a shorter form");
    await client.views.update({ view_id: id, view: documentModal(title, words, language, SMALL_LIMITS) });
  }
}

/** Whatever fails inside becomes an answer: a click is never silent. */
async function guarded({ log }: ListenerParts, make: () => Promise<Document>): Promise<Document> {
  try {
    return await make();
  } catch (error) {
    log.error({ err: error }, "a click or command failed");
    const why = error instanceof Error ? error.message : String(error);
    return {
      headline: "That failed inside me; nothing more was done.",
      tone: "warning",
      blocks: [{ kind: "quote", from: "error", text: why }],
      buttons: [],
    };
  }
}

interface Addressee {
  readonly respond: RespondFn | null;
  readonly channel: string;
  readonly user: string;
  /** Where they pressed; without it Slack shows the answer in the channel, where nobody in the thread looks. */
  readonly thread: string | null;
}

/** Only the person sees it: by the response URL, else as an ephemeral post. */
async function answer(
  { log }: ListenerParts,
  client: WebClient,
  { respond, channel, user, thread }: Addressee,
  words: Document,
): Promise<void> {
  const inThread = thread === null ? {} : { thread_ts: thread };
  for (const drawn of drawPages(words, `answer:${Math.random().toString(36).slice(2)}`)) {
    try {
      if (respond) {
        await respond({ response_type: "ephemeral", replace_original: false, ...inThread, ...drawn });
        continue;
      }
    } catch (error) {
      log.warn({ err: error }, "the response URL did not take an answer");
    }
    try {
      await client.chat.postEphemeral({ channel, user, ...inThread, ...drawn });
    } catch (error) {
      log.warn({ err: error, channel }, "an answer could not be shown");
    }
  }
}
