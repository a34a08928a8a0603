import type { RichTextBlockElement, RichTextElement } from "@slack/types";
import type { Block, Inline, ListItem } from "../../domain/wording/document.ts";
import { bounded } from "./escape.ts";

/** Rich text elements hold plain characters: nothing in them is parsed, so DM's words cannot format, ping or link. */
const MARKS: Readonly<Record<ListItem["mark"], string>> = {
  todo: "○ ",
  doing: "⏳ ",
  done: "✅ ",
  failed: "🔴 ",
  unknown: "❓ ",
  skipped: "➖ ",
  dot: "• ",
  yes: "✅ ",
  no: "🔴 ",
};
const PART_AT_MOST = 2_500;

export function inlineElement(inline: Inline): RichTextElement[] {
  switch (inline.kind) {
    case "plain":
      return text(inline.text);
    case "strong":
      return text(inline.text, { bold: true });
    case "code":
      return text(inline.text, { code: true });
    case "person":
      return text(inline.name ?? inline.id, { bold: true });
    case "mention":
      return [inline.of === "group" ? { type: "usergroup", usergroup_id: inline.id } : { type: "user", user_id: inline.id }];
    case "time":
      return [
        {
          type: "date",
          timestamp: Math.floor(inline.at / 1000),
          format: "{date_short_pretty} {time_secs}",
          fallback: new Date(inline.at).toISOString().slice(0, 19).replace("T", " ").concat(" UTC"),
        },
      ];
    case "link":
      return [{ type: "link", url: bounded(inline.url, 2_900), text: bounded(inline.text, 200) }];
    default:
      return inline satisfies never;
  }
}

function text(value: string, style?: { readonly bold?: boolean; readonly code?: boolean }): RichTextElement[] {
  const shown = bounded(value, PART_AT_MOST);
  // Slack refuses an empty text element.
  return shown === "" ? [] : [{ type: "text", text: shown, ...(style ? { style } : {}) }];
}

const section = (elements: RichTextElement[]): RichTextBlockElement[] =>
  elements.length === 0 ? [] : [{ type: "rich_text_section", elements }];

/** One of our blocks as parts of a `rich_text` block; facts and lists are lines. */
export function richElements(block: Block): RichTextBlockElement[] {
  switch (block.kind) {
    case "paragraph":
      return section(block.text.flatMap(inlineElement));
    case "facts":
      return section(
        block.facts.flatMap((fact, index) => [
          ...text(`${index > 0 ? "\n" : ""}${fact.label}: `, { bold: true }),
          ...fact.value.flatMap(inlineElement),
        ]),
      );
    case "list":
      return section(
        block.items.flatMap((item, index) => [
          ...text(`${index > 0 ? "\n" : ""}${MARKS[item.mark]}`),
          ...item.text.flatMap(inlineElement),
        ]),
      );
    case "quote":
      return [
        ...section(text(block.from, { code: true })),
        {
          type: "rich_text_preformatted",
          border: 0,
          elements: [{ type: "text", text: bounded(block.text, PART_AT_MOST) || " " }],
        },
      ];
    case "code":
      return [
        ...(block.title === null ? [] : section(text(block.title, { bold: true }))),
        {
          type: "rich_text_preformatted",
          border: 0,
          elements: [{ type: "text", text: bounded(block.text, PART_AT_MOST) || " " }],
        },
      ];
    case "progress":
      return section(text(`${bar(block.done, block.total)} ${block.done}/${block.total} ${block.label}`));
    case "note":
    case "divider":
      return [];
    default:
      return block satisfies never;
  }
}

function bar(done: number, total: number): string {
  const full = total === 0 ? 0 : Math.min(12, Math.round((done / total) * 12));
  return "▰".repeat(full) + "▱".repeat(12 - full);
}
