import type { ActionsBlockElement, KnownBlock } from "@slack/types";
import type { Block, Button, Document, Inline } from "../../domain/wording/document.ts";
import { bounded, escapeMrkdwn } from "./escape.ts";
import { richElements } from "./rich-text.ts";

const TONES: Readonly<Record<Document["tone"], string>> = { critical: "🔴", warning: "🟠", info: "🔵", good: "🟢", quiet: "⚪" };
/** All text of one message; Slack cuts near 13,200 (`msg_blocks_too_long`). */
const TEXT_AT_MOST = 11_000;

export interface DrawnMessage {
  /** For notifications and screen readers. */
  readonly text: string;
  readonly blocks: KnownBlock[];
}

/** Draws a document within every limit of Slack, whatever it holds; what does not fit is counted in a note. `salt` makes block ids new with each update. */
export function drawMessage(document: Document, salt: string): DrawnMessage {
  return {
    text: escapeMrkdwn(bounded(`${TONES[document.tone]} ${document.headline}`, 2_900)),
    blocks: drawBlocks(document, salt, 48),
  };
}

export function drawBlocks(document: Document, salt: string, blocksAtMost: number): KnownBlock[] {
  const actions = drawActions(document.buttons, salt);
  const body: KnownBlock[] = [];
  let used = document.headline.length;
  let left = 0;
  for (const block of document.blocks) {
    const size = JSON.stringify(block).length;
    if (body.length >= blocksAtMost - 3 - actions.length || used + size > TEXT_AT_MOST) left++;
    else {
      used += size;
      body.push(...drawBlock(block, body.at(-1)));
    }
  }
  if (left > 0) body.push(context([{ kind: "plain", text: `… +${left}` }]));
  const header: KnownBlock = {
    type: "header",
    text: { type: "plain_text", emoji: true, text: bounded(`${TONES[document.tone]} ${document.headline}`, 148) },
  };
  return [header, ...body, ...actions].map((block, index) => ({ ...block, block_id: `${salt}.${index}`.slice(-250) }));
}

/** Neighbouring rich texts become one block, so that a long list of findings stays far from fifty blocks. */
function drawBlock(block: Block, before: KnownBlock | undefined): KnownBlock[] {
  if (block.kind === "divider") return [{ type: "divider" }];
  if (block.kind === "note") return [context(block.text)];
  const elements = richElements(block);
  if (elements.length === 0) return [];
  if (before?.type === "rich_text" && before.elements.length + elements.length < 12) {
    before.elements.push(...elements);
    return [];
  }
  return [{ type: "rich_text", elements }];
}

function context(inlines: readonly Inline[]): KnownBlock {
  return { type: "context", elements: [{ type: "mrkdwn", text: bounded(inlines.map(mrkdwn).join(""), 2_900) || " " }] };
}

function mrkdwn(inline: Inline): string {
  switch (inline.kind) {
    case "plain":
      return literal(inline.text);
    case "strong":
    case "person":
      return `*${literal(inline.kind === "person" ? (inline.name ?? inline.id) : inline.text)}*`;
    case "code":
      return `\`${escapeMrkdwn(bounded(inline.text, 300)).replace(/`/g, "'")}\``;
    case "mention":
      return inline.of === "group" ? `<!subteam^${inline.id}>` : `<@${inline.id}>`;
    case "time":
      return `<!date^${Math.floor(inline.at / 1000)}^{date_short_pretty} {time}|${new Date(inline.at).toISOString().slice(0, 16).replace("T", " ")} UTC>`;
    case "link":
      return `<${escapeMrkdwn(inline.url)}|${literal(inline.text)}>`;
    default:
      return inline satisfies never;
  }
}

/** A context block parses mrkdwn; a zero-width space keeps *, _, ~ and ` of foreign words from formatting. */
function literal(text: string): string {
  return escapeMrkdwn(bounded(text, 600)).replace(/[*_~`]/g, "$&\u200b");
}

function drawActions(buttons: readonly Button[], salt: string): KnownBlock[] {
  if (buttons.length === 0) return [];
  const elements = buttons
    .slice(0, 20)
    .map((button, index): ActionsBlockElement => (button.choices ? drawSelect(button, index) : drawButton(button, index)));
  return [{ type: "actions", block_id: salt, elements }];
}

function drawButton(button: Button, index: number): ActionsBlockElement {
  const { confirm, style } = button;
  return {
    type: "button",
    action_id: `${button.action}:${index}`,
    text: plain(button.label, 74),
    value: button.value.slice(0, 1_900),
    ...(style === "default" ? {} : { style }),
    ...(confirm
      ? {
          confirm: {
            title: plain(confirm.title, 99),
            text: plain(confirm.text, 299),
            confirm: plain(confirm.yes, 29),
            deny: plain(confirm.no, 29),
          },
        }
      : {}),
  };
}

function drawSelect(button: Button, index: number): ActionsBlockElement {
  const options = (button.choices ?? [])
    .slice(0, 100)
    .map((choice) => ({ text: plain(choice.label, 74), value: choice.value.slice(0, 74) }));
  return { type: "static_select", action_id: `${button.action}:${index}`, placeholder: plain(button.label, 149), options };
}

const plain = (text: string, atMost: number) => ({ type: "plain_text" as const, text: bounded(text, atMost) || " " });
