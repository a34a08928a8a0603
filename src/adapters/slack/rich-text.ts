import type { RichTextBlockElement, RichTextElement } from "@slack/types";
import type { Block, Inline, ListItem } from "../../domain/wording/document.ts";
import { bounded, boundedWithCount } from "./escape.ts";

/** Rich text elements hold plain characters: nothing in them is parsed, so DM's words cannot format, ping or link. */
const MARKS: Readonly<Record<ListItem["mark"], string>> = {
  todo: "○ ",
  doing: "⏳ ",
  done: "✅ ",
  failed: "🔴 ",
  unknown: "❓ ",
  skipped: "➖ ",
  dot: "• ",
  none: "",
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
      return isTime(inline.at)
        ? [
            {
              type: "date",
              timestamp: Math.floor(inline.at / 1000),
              format: "{date_short_pretty} {time_secs}",
              fallback: utc(inline.at, 19),
            },
          ]
        : text("?");
    case "link":
      // A cut address would lead elsewhere.
      return isLink(inline.url)
        ? [{ type: "link", url: inline.url, text: bounded(inline.text || inline.url, 200) }]
        : text(`${inline.text} ${inline.url}`);
    default:
      return inline satisfies never;
  }
}

/** Slack shows a whole number of seconds up to the year 9999. */
export function isTime(at: number): boolean {
  return Number.isFinite(at) && at >= 0 && at < 253_402_300_800_000;
}

/** `2026-11-24 03:12 UTC`, cut after so many characters of the ISO form. */
export function utc(at: number, length: 16 | 19): string {
  return `${new Date(at).toISOString().slice(0, length).replace("T", " ")} UTC`;
}

export function isLink(url: string): boolean {
  return /^https?:\/\/[^\s<>|"\\]+$/.test(url) && url.length <= 2_900 && URL.canParse(url);
}

function text(value: string, style?: { readonly bold?: boolean; readonly code?: boolean }): RichTextElement[] {
  const shown = boundedWithCount(value, PART_AT_MOST);
  // Slack refuses an empty text element.
  return shown === "" ? [] : [{ type: "text", text: shown, ...(style ? { style } : {}) }];
}

const section = (elements: RichTextElement[]): RichTextBlockElement[] =>
  elements.length === 0 ? [] : [{ type: "rich_text_section", elements }];

const preformatted = (words: string): RichTextBlockElement => ({
  type: "rich_text_preformatted",
  border: 0,
  elements: [{ type: "text", text: boundedWithCount(words, PART_AT_MOST) || " " }],
});

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
      return [...section(text(block.from, { code: true })), preformatted(block.text)];
    case "code":
      return [...(block.title === null ? [] : section(text(block.title, { bold: true }))), preformatted(block.text)];
    case "progress":
      return section(text(`${bar(block.done, block.total)} ${block.label}`));
    case "note":
    case "divider":
      return [];
    default:
      return block satisfies never;
  }
}

function bar(done: number, total: number): string {
  const full = total > 0 && done > 0 ? Math.min(12, Math.round((done / total) * 12)) : 0;
  return "▰".repeat(full) + "▱".repeat(12 - full);
}
