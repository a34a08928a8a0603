import type { WebClient } from "@slack/web-api";
import type { Chat } from "../../app/ports/chat.ts";
import type { Clock } from "../../app/ports/clock.ts";
import type { Log } from "../../app/ports/log.ts";
import { escapeMrkdwn } from "./escape.ts";
import { readFailure } from "./send-failure.ts";

/** Members of user groups (Slack: 20 calls a minute, so a cache), names of people, and files for one of them. */
export function createChat({
  client,
  clock,
  log,
}: {
  readonly client: WebClient;
  readonly clock: Clock;
  readonly log: Log;
}): Chat {
  const groups = new Map<string, { readonly at: number; readonly members: readonly string[] }>();
  const names = new Map<string, string | null>();
  return {
    async groupMembers(groupId, maxAgeMs) {
      const known = groups.get(groupId);
      if (known && clock.monotonic() - known.at < maxAgeMs) return known.members;
      try {
        const answer = await client.usergroups.users.list({ usergroup: groupId });
        const members = answer.users ?? [];
        groups.set(groupId, { at: clock.monotonic(), members });
        return members;
      } catch (error) {
        log.warn({ err: error, group: groupId }, "the members of a user group could not be read");
        return "not-known";
      }
    },
    async nameOf(personId) {
      const known = names.get(personId);
      if (known !== undefined) return known;
      try {
        const answer = await client.users.info({ user: personId });
        const name = answer.user?.profile?.display_name || answer.user?.real_name || answer.user?.name || null;
        if (names.size < 10_000) names.set(personId, name);
        return name;
      } catch {
        return null;
      }
    },
    async sendFile(personId, { name, text }, words) {
      try {
        const { channel } = await client.conversations.open({ users: personId });
        if (!channel?.id) return { kind: "not-sent", why: "no conversation with this person" };
        await client.filesUploadV2({
          channel_id: channel.id,
          filename: name,
          title: name,
          content: text,
          initial_comment: escapeMrkdwn(words),
        });
        return { kind: "sent" };
      } catch (error) {
        log.warn({ err: error, person: personId }, "a file could not be sent");
        const failure = readFailure(error);
        return { kind: "not-sent", why: failure.kind === "rate-limited" ? "ratelimited" : failure.why.slice(0, 200) };
      }
    },
  };
}
