import type { Faults } from "./faults.ts";
import { completed, newUpload } from "./files.ts";
import { pingsOf } from "./pings.ts";
import { isTooMuch, validateBlocks, validateView } from "./validate-blocks.ts";
import type { Json, Message, View, Workspace } from "./workspace.ts";

export interface ApiContext {
  readonly workspace: Workspace;
  readonly faults: Faults;
  /** Opens a view for the holder of a trigger; null: expired or used. */
  readonly takeTrigger: (id: string) => { readonly person: string } | "expired_trigger_id" | "exchanged_trigger_id";
  readonly socketUrl: () => string;
  readonly port: () => number;
}

export type ApiAnswer = Json & { readonly ok: boolean };
const refuse = (error: string, messages: readonly string[] = []): ApiAnswer => ({
  ok: false,
  error,
  ...(messages.length > 0 ? { response_metadata: { messages } } : {}),
});

type Method = (args: Json, context: ApiContext) => ApiAnswer;

/** The methods that the bot uses, with Slack's own refusals. */
export const METHODS: Readonly<Record<string, Method>> = {
  "api.test": () => ({ ok: true }),
  "auth.test": (_, { workspace: { bot, team } }) => ({
    ok: true,
    url: "https://stand-in.invalid/",
    team: team.name,
    team_id: team.id,
    user: bot.name,
    user_id: bot.userId,
    bot_id: bot.botId,
  }),
  "apps.connections.open": (_, { socketUrl }) => ({ ok: true, url: socketUrl() }),
  "chat.postMessage": (args, context) => post(args, context, null),
  "chat.postEphemeral": (args, context) => post(args, context, String(args.user)),
  "chat.update": update,
  "chat.getPermalink": (args, { workspace }) => {
    const channel = workspace.channel(String(args.channel));
    if (!channel) return refuse("channel_not_found");
    const message = workspace.message(channel.id, String(args.message_ts));
    if (!message || message.ephemeralTo !== null) return refuse("message_not_found");
    return { ok: true, channel: channel.id, permalink: `https://stand-in.invalid/${channel.id}/${message.ts}` };
  },
  "conversations.info": (args, { workspace }) => {
    const channel = workspace.channel(String(args.channel));
    return channel
      ? {
          ok: true,
          channel: {
            id: channel.id,
            name: channel.name,
            is_member: channel.isMember !== false,
            is_archived: channel.isArchived === true,
          },
        }
      : refuse("channel_not_found");
  },
  "conversations.open": (args, { workspace }) => {
    const person = workspace.person(String(args.users));
    return person ? { ok: true, channel: { id: workspace.direct(person.id).id } } : refuse("user_not_found");
  },
  "files.getUploadURLExternal": (args, { workspace, port }) => newUpload(workspace, args, port()),
  "files.completeUploadExternal": (args, { workspace }) => {
    const files = completed(workspace, args.files);
    if (files === null) return refuse("file_not_found");
    const channel = workspace.channel(String(args.channel_id));
    if (!channel) return refuse("channel_not_found");
    const text = typeof args.initial_comment === "string" ? args.initial_comment : "";
    const parts = { channel: channel.id, threadTs: null, user: workspace.bot.userId, text, blocks: [], ephemeralTo: null };
    addMessage(workspace, { ...parts, files });
    return { ok: true, files: files.map(({ id, title }) => ({ id, title })) };
  },
  "users.info": (args, { workspace }) => {
    const person = workspace.person(String(args.user));
    return person
      ? {
          ok: true,
          user: {
            id: person.id,
            name: person.name,
            real_name: person.realName,
            profile: { display_name: person.realName, title: person.title },
          },
        }
      : refuse("user_not_found");
  },
  "usergroups.list": (_, { workspace }) => ({
    ok: true,
    usergroups: workspace.groups.map(({ id, handle, name }) => ({ id, handle, name })),
  }),
  "usergroups.users.list": (args, { workspace }) => {
    const group = workspace.groups.find(({ id }) => id === args.usergroup);
    return group ? { ok: true, users: group.users } : refuse("no_such_subteam");
  },
  "views.open": openView,
  "views.push": openView,
  "views.update": updateView,
  "views.publish": (args, { workspace }) => {
    const view = asObject(args.view);
    const problems = validateView(view, "home");
    if (problems.length > 0) return refuse("invalid_arguments", problems);
    if (!workspace.person(String(args.user_id))) return refuse("user_not_found");
    workspace.homes.set(String(args.user_id), view);
    workspace.changed();
    return { ok: true, view: { id: `V${String(args.user_id)}`, ...view } };
  },
};

/** Form bodies carry lists and objects as JSON texts; what is none is an empty object, and then refused for what it lacks. */
function asObject(value: unknown): Json {
  const read = typeof value === "string" ? parsed(value) : value;
  return typeof read === "object" && read !== null && !Array.isArray(read) ? (read as Json) : {};
}
/** null: not a list. */
function asBlocks(value: unknown): readonly Json[] | null {
  if (value === undefined || value === null || value === "") return [];
  const read = typeof value === "string" ? parsed(value) : value;
  return Array.isArray(read) ? (read as readonly Json[]) : null;
}
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function post(args: Json, { workspace, faults }: ApiContext, ephemeralTo: string | null): ApiAnswer {
  const channel = workspace.channel(String(args.channel));
  if (!channel) return refuse("channel_not_found");
  if (channel.isArchived) return refuse("is_archived");
  if (channel.isMember === false) return refuse("not_in_channel");
  if (ephemeralTo !== null && !workspace.person(ephemeralTo)) return refuse("user_not_in_channel");
  const seconds = ephemeralTo === null ? faults.tooFast(channel.id, Date.now()) : 0;
  if (seconds > 0) return { ok: false, error: "ratelimited", retryAfterSeconds: seconds };
  const checked = checkMessage(args);
  if ("ok" in checked) return checked;
  const threadTs = typeof args.thread_ts === "string" && args.thread_ts !== "" ? args.thread_ts : null;
  if (threadTs && !workspace.message(channel.id, threadTs)) return refuse("thread_not_found");
  const message = addMessage(workspace, { channel: channel.id, threadTs, user: workspace.bot.userId, ...checked, ephemeralTo });
  return ephemeralTo === null
    ? {
        ok: true,
        channel: channel.id,
        ts: message.ts,
        message: { text: message.text, user: message.user, ts: message.ts, blocks: message.blocks },
      }
    : { ok: true, message_ts: message.ts };
}

/** Also what a response URL is held to. */
export function checkMessage(args: Json): { text: string; blocks: readonly Json[] } | ApiAnswer {
  const blocks = asBlocks(args.blocks);
  if (blocks === null) return refuse("invalid_blocks_format");
  const text = typeof args.text === "string" ? args.text : "";
  if (text === "" && blocks.length === 0) return refuse("no_text");
  const problems = blocks.length === 0 ? [] : validateBlocks(blocks, 50);
  if (problems.length > 0) return refuse("invalid_blocks", problems);
  return isTooMuch(blocks) ? refuse("msg_blocks_too_long") : { text: text.slice(0, 40_000), blocks };
}

export function addMessage(workspace: Workspace, parts: Omit<Message, "ts" | "edited" | "pings">): Message {
  const pings = parts.ephemeralTo === null ? pingsOf(workspace, parts.text, parts.blocks) : [];
  const message: Message = { ts: workspace.nextTs(), edited: 0, ...parts, pings };
  workspace.messages.push(message);
  workspace.changed();
  return message;
}

function update(args: Json, { workspace }: ApiContext): ApiAnswer {
  if (!workspace.channel(String(args.channel))) return refuse("channel_not_found");
  const message = workspace.message(String(args.channel), String(args.ts));
  if (!message || message.ephemeralTo !== null) return refuse("message_not_found");
  if (message.user !== workspace.bot.userId) return refuse("cant_update_message");
  const checked = checkMessage(args);
  if ("ok" in checked) return checked;
  Object.assign(message, { text: checked.text, blocks: checked.blocks, edited: message.edited + 1 });
  workspace.changed();
  return { ok: true, channel: message.channel, ts: message.ts, text: message.text };
}

function openView(args: Json, context: ApiContext): ApiAnswer {
  const { workspace } = context;
  const view = asObject(args.view);
  const problems = validateView(view, "modal");
  if (problems.length > 0) return refuse("invalid_arguments", problems);
  const trigger = context.takeTrigger(String(args.trigger_id));
  if (typeof trigger === "string") return refuse(trigger);
  const stack = workspace.modals.get(trigger.person) ?? [];
  if (stack.length >= 3) return refuse("push_limit_reached");
  const opened: View = { id: workspace.nextId("V"), person: trigger.person, view, hash: workspace.nextId("h") };
  workspace.modals.set(trigger.person, [...stack, opened]);
  workspace.changed();
  return { ok: true, view: { ...view, id: opened.id, hash: opened.hash } };
}

function updateView(args: Json, { workspace }: ApiContext): ApiAnswer {
  const open = [...workspace.modals.values()].flat().find(({ id }) => id === args.view_id);
  if (!open) return refuse("not_found");
  if (typeof args.hash === "string" && args.hash !== open.hash) return refuse("hash_conflict");
  const view = asObject(args.view);
  const problems = validateView(view, "modal");
  if (problems.length > 0) return refuse("invalid_arguments", problems);
  Object.assign(open, { view, hash: workspace.nextId("h") });
  workspace.changed();
  return { ok: true, view: { ...view, id: open.id, hash: open.hash } };
}
