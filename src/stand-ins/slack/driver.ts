import type { Acknowledgement, Payload } from "./delivery.ts";
import { addMessage } from "./web-api.ts";
import type { Json, Message, Person, View, Workspace } from "./workspace.ts";

export interface DriverParts {
  readonly workspace: Workspace;
  readonly deliver: (payload: Payload) => Promise<Acknowledgement>;
  readonly newTrigger: (person: string) => string;
  readonly newResponseUrl: (target: {
    readonly channel: string;
    readonly person: string;
    readonly messageTs: string | null;
  }) => string;
  readonly commands: readonly { readonly command: string; readonly description: string; readonly usageHint: string }[];
}

export class DriverError extends Error {}

/** Acts as a person: what they press, type and submit reaches the app as Slack would send it. */
export function createDriver(parts: DriverParts) {
  const { workspace } = parts;
  const someone = (as: string): Person => {
    const person = workspace.people.find(({ id, name }) => id === as || name === as);
    if (!person)
      throw new DriverError(`there is nobody called ${as}; there are ${workspace.people.map(({ name }) => name).join(", ")}`);
    return person;
  };
  const head = (person: Person) => ({
    team: { id: workspace.team.id, domain: workspace.team.domain },
    user: { id: person.id, name: person.name, username: person.name, team_id: workspace.team.id },
    api_app_id: workspace.bot.appId,
    token: "stand-in",
  });
  const somewhere = (channel: string): void => {
    if (!workspace.channels.some(({ id }) => id === channel))
      throw new DriverError(
        `there is no channel ${channel}; there are ${workspace.channels.map(({ id, name }) => `${id} (#${name})`).join(", ")}`,
      );
  };
  const delivered = async (payload: Payload, person: Person): Promise<Acknowledgement> => {
    const answer = await parts.deliver(payload);
    if (answer === null) workspace.toast(person.id, `${workspace.bot.name} did not respond`);
    return answer;
  };

  return {
    someone,
    /** Presses a button (by its label or action id) of a message, or chooses an option of a select. Whether the app acknowledged it. */
    async press(as: string, channel: string, ts: string, label: string, option?: string): Promise<boolean> {
      const person = someone(as);
      somewhere(channel);
      const message = workspace.message(channel, ts);
      if (!message) throw new DriverError(`there is no message ${ts} in ${channel}`);
      if (message.ephemeralTo !== null && message.ephemeralTo !== person.id)
        throw new DriverError("only its addressee can press that");
      const { element, blockId } = findElement(message, label);
      const options = (element.options ?? []) as Json[];
      const selected = options.find((candidate) => textOf(candidate.text) === option || candidate.value === option);
      const choices = options.map((candidate) => textOf(candidate.text)).join(", ");
      if (options.length > 0 && !selected) throw new DriverError(`${label} wants an option: ${choices}`);
      if (options.length === 0 && option !== undefined) throw new DriverError(`${label} is a button and has no options`);
      const action = {
        type: element.type,
        action_id: element.action_id,
        block_id: blockId,
        text: element.text,
        ...(element.value === undefined ? {} : { value: element.value }),
        ...(selected ? { selected_option: selected } : {}),
        action_ts: workspace.nextTs(),
      };
      const body = {
        type: "block_actions",
        ...head(person),
        trigger_id: parts.newTrigger(person.id),
        is_enterprise_install: false,
        enterprise: null,
        container: { type: "message", message_ts: ts, channel_id: channel, is_ephemeral: message.ephemeralTo !== null },
        channel: { id: channel, name: channelName(workspace, channel) },
        message: {
          type: "message",
          user: message.user,
          ts,
          text: message.text,
          blocks: message.blocks,
          ...(message.threadTs ? { thread_ts: message.threadTs } : {}),
        },
        response_url: parts.newResponseUrl({ channel, person: person.id, messageTs: ts }),
        actions: [action],
      };
      return (await delivered({ kind: "interactive", body }, person)) !== null;
    },
    /** Types a slash command, or a mention of the app, or plain words, in the channel or a thread of it. */
    async type(as: string, channel: string, text: string, thread: string | null = null): Promise<boolean> {
      const person = someone(as);
      somewhere(channel);
      const root = thread === null ? null : workspace.message(channel, thread);
      if (thread !== null && (root === null || root.threadTs !== null || root.ephemeralTo !== null))
        throw new DriverError(`there is no message ${thread} in ${channel} that holds a thread`);
      const mention = new RegExp(`^@${workspace.bot.name}\\b`);
      if (text.startsWith("/") && thread !== null) {
        workspace.toast(person.id, `${text.split(" ")[0]} is not supported in threads`);
        return true;
      }
      if (text.startsWith("/")) return slash(person, channel, text);
      // As Slack's client does: what a person types is words, and only a chosen name becomes a mention.
      const words = escaped(text);
      const shown = words.replace(mention, `<@${workspace.bot.userId}>`);
      const message = addMessage(workspace, {
        channel,
        threadTs: thread,
        user: person.id,
        text: shown,
        blocks: [],
        ephemeralTo: null,
      });
      if (!mention.test(text)) return true;
      const event = {
        ...{ type: "app_mention", user: person.id, text: shown, ts: message.ts, channel, event_ts: message.ts },
        ...(thread === null ? {} : { thread_ts: thread }),
      };
      return (await delivered({ kind: "events_api", body: { ...envelope(workspace), event } }, person)) !== null;
    },
    async openHome(as: string): Promise<boolean> {
      const person = someone(as);
      const event = {
        type: "app_home_opened",
        user: person.id,
        channel: `D${person.id}`,
        tab: "home",
        event_ts: workspace.nextTs(),
      };
      return (await delivered({ kind: "events_api", body: { ...envelope(workspace), event } }, person)) !== null;
    },
    /** Submits the topmost modal with values by block id. Inline errors come back and the modal stays. */
    async submit(as: string, values: Readonly<Record<string, string>>): Promise<Readonly<Record<string, string>> | null> {
      const person = someone(as);
      const top = topView(workspace, person);
      const missing = unfilled(top, values);
      if (missing !== null) return missing;
      const answer = await delivered(
        {
          kind: "interactive",
          body: {
            type: "view_submission",
            ...head(person),
            trigger_id: parts.newTrigger(person.id),
            view: viewBody(top, values),
            response_urls: [],
          },
        },
        person,
      );
      if (answer?.response_action === "errors") return answer.errors as Readonly<Record<string, string>>;
      if (answer !== null) closeTop(workspace, person);
      return null;
    },
    close(as: string): void {
      closeTop(workspace, someone(as));
    },
  };

  async function slash(person: Person, channel: string, text: string): Promise<boolean> {
    const [command = "", ...rest] = text.split(" ");
    if (!parts.commands.some((known) => known.command === command)) {
      const known = parts.commands.map((one) => one.command).join(" and ");
      workspace.toast(person.id, `${command} is not a valid command; this workspace has ${known}`);
      return true;
    }
    const body = {
      token: "stand-in",
      team_id: workspace.team.id,
      team_domain: workspace.team.domain,
      channel_id: channel,
      channel_name: channelName(workspace, channel),
      user_id: person.id,
      user_name: person.name,
      command,
      // As in messages; Slack's documentation says nothing of it.
      text: escaped(rest.join(" ")),
      api_app_id: workspace.bot.appId,
      is_enterprise_install: "false",
      response_url: parts.newResponseUrl({ channel, person: person.id, messageTs: null }),
      trigger_id: parts.newTrigger(person.id),
    };
    const answer = await delivered({ kind: "slash_commands", body }, person);
    if (answer && typeof answer.text === "string")
      addMessage(workspace, {
        channel,
        threadTs: null,
        user: workspace.bot.userId,
        text: answer.text,
        blocks: [],
        ephemeralTo: person.id,
      });
    return answer !== null;
  }
}
export type Driver = ReturnType<typeof createDriver>;

function envelope(workspace: Workspace): Json {
  return {
    token: "stand-in",
    team_id: workspace.team.id,
    api_app_id: workspace.bot.appId,
    type: "event_callback",
    event_id: workspace.nextId("Ev"),
    event_time: Math.floor(Date.now() / 1000),
    authorizations: [],
  };
}

function findElement(message: Message, label: string): { element: Json; blockId: string } {
  for (const block of message.blocks) {
    const elements = [...((block.elements as Json[] | undefined) ?? []), ...(block.accessory ? [block.accessory as Json] : [])];
    const element = elements.find(
      (candidate) =>
        candidate.action_id !== undefined &&
        (textOf(candidate.text) === label ||
          textOf(candidate.placeholder) === label ||
          candidate.action_id === label ||
          String(candidate.action_id).split(":")[0] === label),
    );
    if (element) return { element, blockId: String(block.block_id ?? "") };
  }
  throw new DriverError(`the message has no button ${label}`);
}

export function textOf(value: unknown): string {
  return typeof value === "object" && value !== null && "text" in value ? String(value.text) : "";
}

const escaped = (text: string): string => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

function channelName(workspace: Workspace, id: string): string {
  return workspace.channels.find((channel) => channel.id === id)?.name ?? "unknown";
}

function topView(workspace: Workspace, person: Person): View {
  const top = workspace.modals.get(person.id)?.at(-1);
  if (!top) throw new DriverError(`${person.name} has no modal open`);
  return top;
}

function viewBody(top: View, values: Readonly<Record<string, string>>): Json {
  const blocks = (top.view.blocks as Json[]).filter((block) => block.type === "input");
  const state = Object.fromEntries(
    blocks.map((block) => {
      const element = block.element as Json;
      return [
        String(block.block_id),
        { [String(element.action_id)]: { type: element.type, value: values[String(block.block_id)] ?? null } },
      ];
    }),
  );
  return { ...top.view, id: top.id, hash: top.hash, state: { values: state } };
}

/** What Slack's own client asks for before it submits; null: nothing. */
function unfilled({ view }: View, values: Readonly<Record<string, string>>): Readonly<Record<string, string>> | null {
  const errors: Record<string, string> = {};
  for (const block of (view.blocks as Json[]).filter(({ type }) => type === "input")) {
    const { min_length: least = 0, max_length: most = 3_000 } = block.element as Json;
    const { length } = values[String(block.block_id)] ?? "";
    if (length === 0 && block.optional === true) continue;
    if (length === 0) errors[String(block.block_id)] = "Please complete this required field.";
    else if (length < Number(least)) errors[String(block.block_id)] = `Please enter at least ${String(least)} characters.`;
    else if (length > Number(most)) errors[String(block.block_id)] = `Please enter at most ${String(most)} characters.`;
  }
  return Object.keys(errors).length === 0 ? null : errors;
}

function closeTop(workspace: Workspace, person: Person): void {
  workspace.modals.set(person.id, (workspace.modals.get(person.id) ?? []).slice(0, -1));
  workspace.changed();
}
