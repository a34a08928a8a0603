import { stringify } from "yaml";
import { COMMANDS } from "../../domain/wording/help.ts";
import { COMMAND_NAMES } from "./command-name.ts";

/** What the listeners need; each scope with its reason stands in docs/slack-setup.md. */
export const SCOPES = [
  "app_mentions:read",
  "chat:write",
  "commands",
  "files:write",
  "im:write",
  "usergroups:read",
  "users:read",
] as const;
export const EVENTS = ["app_home_opened", "app_mention"] as const;

export interface ManifestOptions {
  /** Only this command, where Slack keeps another for itself and would refuse the whole manifest. */
  readonly command: string | null;
  /** HTTP mode; null: Socket Mode. */
  readonly requestUrl: string | null;
}

/** The Slack app as Slack's own manifest format wants it (slack.md §3). */
export function manifestOf({ command, requestUrl }: ManifestOptions) {
  const url = requestUrl === null ? {} : { url: requestUrl };
  const address = requestUrl === null ? {} : { request_url: requestUrl };
  const names = command === null ? COMMAND_NAMES : [command];
  const hint = COMMANDS.map(({ usage }) => usage).join(" | ");
  return {
    display_information: {
      name: "dm-medic",
      description: "Looks after TiDB Data Migration: says what is wrong, offers the repair, proves it",
      background_color: "#14302f",
    },
    features: {
      bot_user: { display_name: "dm-medic", always_online: true },
      app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: true },
      slash_commands: names.map((name) => ({
        command: name,
        description: "DM tasks and incidents",
        usage_hint: hint,
        should_escape: false,
        ...url,
      })),
    },
    oauth_config: { scopes: { bot: [...SCOPES] } },
    settings: {
      interactivity: { is_enabled: true, ...address },
      event_subscriptions: { bot_events: [...EVENTS], ...address },
      socket_mode_enabled: requestUrl === null,
      org_deploy_enabled: false,
      token_rotation_enabled: false,
    },
  };
}

export function renderManifest(options: ManifestOptions): string {
  return stringify(manifestOf(options), { lineWidth: 0 });
}
