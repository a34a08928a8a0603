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
    readonly threadTs: string | null;
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
  const delivered = async (payload: Payload, person: Person): Promise<Acknowledgement> => {
    const answer = await parts.deliver(payload);
    if (answer === null) workspace.toast(person.id, `${workspace.bot.name} did not respond`);
    return answer;
  };

  return {
    /** Presses a button (by its label or action id) of a message, or chooses an option of a select. */
    async press(as: string, channel: string, ts: string, label: string, option?: string): Promise<void> {
      const person = someone(as);
      const message = workspace.message(channel, ts);
      if (!message) throw new DriverError(`there is no message ${ts} in ${channel}`);
      if (message.ephemeralTo !== null && message.ephemeralTo !== person.id)
        throw new DriverError("only its addressee can press that");
      const { element, blockId } = findElement(message, label);
      const selected =
        option === undefined
          ? null
          : (element.options as Json[]).find((candidate) => textOf(candidate.text) === option || candidate.value === option);
      if (option !== undefined && !selected) throw new DriverError(`there is no option ${option}`);
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
        response_url: parts.newResponseUrl({ channel, person: person.id, messageTs: ts, threadTs: message.threadTs }),
        actions: [action],
      };
      await delivered({ kind: "interactive", body }, person);
    },
    /** Types a slash command, or a mention of the app, or plain words. */
    async type(as: string, channel: string, text: string): Promise<void> {
      const person = someone(as);
      const mention = new RegExp(`^@${workspace.bot.name}\\b`);
      if (text.startsWith("/")) return slash(person, channel, text);
      const shown = mention.test(text) ? text.replace(mention, `<@${workspace.bot.userId}>`) : text;
      const message = addMessage(workspace, {
        channel,
        threadTs: null,
        user: person.id,
        text: shown,
        blocks: [],
        ephemeralTo: null,
      });
      if (!mention.test(text)) return;
      const event = { type: "app_mention", user: person.id, text: shown, ts: message.ts, channel, event_ts: message.ts };
      await delivered({ kind: "events_api", body: { ...envelope(workspace), event } }, person);
    },
    async openHome(as: string): Promise<void> {
      const person = someone(as);
      const event = {
        type: "app_home_opened",
        user: person.id,
        channel: `D${person.id}`,
        tab: "home",
        event_ts: workspace.nextTs(),
      };
      await delivered({ kind: "events_api", body: { ...envelope(workspace), event } }, person);
    },
    /** Submits the topmost modal with values by block id. Inline errors come back and the modal stays. */
    async submit(as: string, values: Readonly<Record<string, string>>): Promise<Readonly<Record<string, string>> | null> {
      const person = someone(as);
      const top = topView(workspace, person);
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

  async function slash(person: Person, channel: string, text: string): Promise<void> {
    const [command = "", ...rest] = text.split(" ");
    if (!parts.commands.some((known) => known.command === command)) {
      return workspace.toast(person.id, `${command} is not a valid command`);
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
      text: rest.join(" "),
      api_app_id: workspace.bot.appId,
      is_enterprise_install: "false",
      response_url: parts.newResponseUrl({ channel, person: person.id, messageTs: null, threadTs: null }),
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

function closeTop(workspace: Workspace, person: Person): void {
  workspace.modals.set(person.id, (workspace.modals.get(person.id) ?? []).slice(0, -1));
  workspace.changed();
}
