import type { Json, Message } from "../stand-ins/slack/workspace.ts";

/** The words on a button of this action, or null: the message has none. */
export function labelOf({ blocks }: Message, action: string): string | null {
  for (const block of blocks)
    for (const element of (block.type === "actions" ? block.elements : []) as readonly Json[])
      if (String(element.action_id).split(":")[0] === action) return String((element.text as Json | undefined)?.text ?? action);
  return null;
}

/** Everything that the message says, without its form: pieces of one line stand beside one another. */
export const wordsOf = ({ blocks }: Message): string => textOf(blocks);

function textOf(part: unknown): string {
  if (typeof part === "string") return part;
  if (Array.isArray(part)) return part.map(textOf).join("");
  if (typeof part !== "object" || part === null) return "";
  const { text, elements, fields, type } = part as Json;
  return `${textOf(text)}${textOf(fields)}${textOf(elements)}${String(type).startsWith("rich_text_") ? "\n" : ""}`;
}
