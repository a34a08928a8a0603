import type { Json, Workspace } from "./workspace.ts";

/** Whom a message notifies: mentions in mrkdwn and in rich text; escaped words are words. */
export function pingsOf(workspace: Workspace, text: string, blocks: readonly Json[]): string[] {
  const found = new Set<string>();
  const fromText = (value: string): void => {
    for (const match of value.matchAll(
      /<@([A-Z0-9]+)>|<!subteam\^([A-Z0-9]+)(?:\|[^>]*)?>|<!(channel|here|everyone)(?:\|[^>]*)?>/g,
    ))
      found.add(match[1] ?? match[2] ?? match[3]!);
  };
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) for (const inner of value) walk(inner);
    else if (value !== null && typeof value === "object") {
      const object = value as Json;
      if (object.type === "user") found.add(String(object.user_id));
      if (object.type === "usergroup") found.add(String(object.usergroup_id));
      if (object.type === "broadcast") found.add(String(object.range));
      if (object.type === "mrkdwn") fromText(String(object.text));
      else for (const inner of Object.values(object)) walk(inner);
    }
  };
  // With blocks, the text is only the notification's wording.
  if (blocks.length === 0) fromText(text);
  walk(blocks);
  return [...found].flatMap((id) => workspace.groups.find((group) => group.id === id)?.users ?? [id]);
}
