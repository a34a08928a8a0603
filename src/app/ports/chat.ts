import type { Document } from "../../domain/wording/document.ts";

/** What the app needs of the chat directly; messages go through the stored outbox instead (`Store.outbox`). */
export interface Chat {
  /** Members of a user group, from a cache of at most `maxAgeMs`; `not-known` when Slack did not answer. */
  groupMembers(groupId: string, maxAgeMs: number): Promise<readonly string[] | "not-known">;
  /** The display name, or null. Never throws. */
  nameOf(personId: string): Promise<string | null>;
  /** A text file to one person alone, in their conversation with the bot. Never throws; `not-sent` says why in Slack's words. */
  sendFile(
    personId: string,
    file: { readonly name: string; readonly text: string },
    words: string,
  ): Promise<{ readonly kind: "sent" } | { readonly kind: "not-sent"; readonly why: string }>;
}

/** How an answer to a click or command reaches the person who made it; only they see it. */
export interface Reply {
  say(document: Document): Promise<void>;
}
