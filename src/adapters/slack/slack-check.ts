import { WebAPIPlatformError, WebClient } from "@slack/web-api";
import { type Found, note, ok, wrong } from "../../app/check-up/check-up.ts";
import { SCOPES } from "./manifest.ts";

type Connection = { readonly apiUrl: string; readonly botToken: string } & (
  | { readonly mode: "socket"; readonly appToken: string }
  | { readonly mode: "http"; readonly signingSecret: string; readonly port: number }
);

/** Read-only questions to Slack: what the app may do, and whether it can be reached. */
export function askSlack(connection: Connection) {
  const quiet = { debug() {}, info() {}, warn() {}, error() {}, setLevel() {}, getLevel: () => "error" as never, setName() {} };
  const options = { slackApiUrl: connection.apiUrl, logger: quiet, retryConfig: { retries: 0 }, timeout: 8_000 };
  const client = new WebClient(connection.botToken, options);
  return {
    async token(): Promise<Found> {
      try {
        const who = await client.auth.test();
        // The SDK keeps the `x-oauth-scopes` header here.
        const granted = who.response_metadata?.scopes;
        return scopesFound(granted ?? null, `@${who.user} in ${who.team}`);
      } catch (error) {
        return wrong(whyOf(error), "check slack.botToken: it begins with xoxb-");
      }
    },
    async connection(): Promise<Found> {
      if (connection.mode === "http")
        return connection.signingSecret.length >= 16
          ? ok(`Slack sends to port ${connection.port}; the manifest's request URL must lead there`)
          : wrong("the signing secret is shorter than any that Slack gives", "copy it from the app's Basic Information page");
      try {
        await new WebClient(connection.appToken, options).apps.connections.open();
        return ok("Socket Mode opens");
      } catch (error) {
        return wrong(whyOf(error), "check slack.appToken (xapp-, scope connections:write) and that Socket Mode is on");
      }
    },
    async channels(ids: readonly string[]): Promise<Found> {
      const unseen: string[] = [];
      for (const channel of ids) {
        try {
          const { channel: found } = await client.conversations.info({ channel });
          if (found?.is_archived || found?.is_member === false) unseen.push(channel);
        } catch (error) {
          if (whyOf(error) === "missing_scope")
            return note(`the app may not look at channels; make sure that it is in ${ids.join(", ")}`, "/invite @dm-medic there");
          unseen.push(channel);
        }
      }
      return unseen.length === 0 ? ok(ids.join(", ")) : wrong(`not in ${unseen.join(", ")}`, "/invite @dm-medic there");
    },
    async groups(ids: readonly string[]): Promise<Found> {
      const problems: string[] = [];
      for (const usergroup of ids) {
        try {
          const { users = [] } = await client.usergroups.users.list({ usergroup });
          if (users.length === 0) problems.push(`${usergroup} has no members`);
        } catch (error) {
          problems.push(`${usergroup}: ${whyOf(error)}`);
        }
      }
      if (problems.length > 0)
        return wrong(problems.join("; "), "the id stands in the group's address; the app needs usergroups:read");
      return ids.length === 0 ? note("none are named") : ok(`${ids.join(", ")} have members`);
    },
  };
}

/** Which of the manifest's scopes were not granted; Slack may not tell. */
export function scopesFound(granted: readonly string[] | null, who: string): Found {
  if (granted === null) return note(`${who}; Slack did not tell the scopes`);
  const lacking = SCOPES.filter((scope) => !granted.includes(scope));
  return lacking.length === 0
    ? ok(`${who}, with every scope of the manifest`)
    : wrong(`${who} lacks ${lacking.join(", ")}`, "update the app from `medic manifest` and install it again");
}

function whyOf(error: unknown): string {
  if (error instanceof WebAPIPlatformError) return String(error.data.error);
  return error instanceof Error ? error.message : String(error);
}
