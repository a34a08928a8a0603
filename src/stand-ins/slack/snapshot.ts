import type { Json, Workspace } from "./workspace.ts";

/** Everything that one person sees, as one JSON object: channels with their messages and threads, the modal, the Home tab, toasts. */
export function snapshot(workspace: Workspace, as: string, commands: readonly object[], appIsConnected: boolean): Json {
  const person = workspace.people.find(({ id, name }) => id === as || name === as) ?? workspace.people[0];
  const me = person?.id ?? "";
  const visible = workspace.messages.filter((message) => message.ephemeralTo === null || message.ephemeralTo === me);
  const own = [workspace.directs.get(me)].filter((channel) => channel !== undefined);
  return {
    me,
    bot: workspace.bot,
    team: workspace.team,
    banner: workspace.banner,
    hint: workspace.hint,
    board: workspace.board,
    appIsConnected,
    people: workspace.people,
    groups: workspace.groups,
    commands,
    channels: [...workspace.channels, ...own].map((channel) => ({
      ...channel,
      messages: visible.filter((message) => message.channel === channel.id),
    })),
    modal: workspace.modals.get(me)?.at(-1) ?? null,
    home: workspace.homes.get(me) ?? null,
    toasts: workspace.toasts.filter((toast) => toast.person === me && Date.now() - toast.at < 6_000),
  };
}
