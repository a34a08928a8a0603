import type { ActionsBlockElement, KnownBlock } from "@slack/types";
import type { Block, Button, Document, Inline } from "../../domain/wording/document.ts";
import { bounded, escapeMrkdwn, literalMrkdwn } from "./escape.ts";
import { fitElements, weightOf } from "./fit-elements.ts";
import { isLink, isTime, richElements, utc } from "./rich-text.ts";

const TONES: Readonly<Record<Document["tone"], string>> = { critical: "🔴", warning: "🟠", info: "🔵", good: "🟢", quiet: "⚪" };

export interface Limits {
  readonly blocks: number;
  /** Of all blocks together; Slack refuses from about 13,200 (`msg_blocks_too_long`), and says nowhere what it counts. */
  readonly weight: number;
}
export const MESSAGE_LIMITS: Limits = { blocks: 48, weight: 11_500 };
/** For a message that Slack found too long although it kept the limits that are known. */
export const SMALL_LIMITS: Limits = { blocks: 20, weight: 4_000 };
/** A view may hold 100 blocks and 250 KB; a character of ours is at most three bytes, or six as an escape in JSON. */
export const VIEW_LIMITS: Limits = { blocks: 90, weight: 40_000 };

export interface DrawnMessage {
  /** For notifications and screen readers. */
  readonly text: string;
  readonly blocks: KnownBlock[];
}

/** Draws a document within every limit of Slack, whatever it holds; what does not fit is counted. `salt` makes block ids new with each update. */
export function drawMessage(document: Document, salt: string, limits: Limits = MESSAGE_LIMITS): DrawnMessage {
  return {
    text: bounded(escapeMrkdwn(bounded(`${TONES[document.tone]} ${document.headline}`, 2_900)), 3_900),
    blocks: drawBlocks(document, salt, limits),
  };
}

/** Nothing of it is cut or left out within these limits. */
export function fitsWhole(document: Document, limits: Limits): boolean {
  const { header, actions, body } = frameOf(document, limits);
  const weight = document.blocks.reduce(
    (sum, block) => sum + weightOf(drawBlock(block, Number.POSITIVE_INFINITY)) + AROUND_A_BLOCK,
    0,
  );
  return weight <= body.weight && [header, ...drawBody(document.blocks, body), ...actions].length <= limits.blocks;
}

export function drawBlocks(document: Document, salt: string, limits: Limits): KnownBlock[] {
  const { header, actions, body } = frameOf(document, limits);
  // The ids weigh too, so they are short; they need to differ within a message and from the version before only.
  return [header, ...drawBody(document.blocks, body), ...actions].map((block, index) => ({
    ...block,
    block_id: `${salt.slice(-24)}.${index}`,
  }));
}

/** What stands around a body, and the room that is left for it. */
function frameOf(document: Document, limits: Limits): { header: KnownBlock; actions: KnownBlock[]; body: Limits } {
  const header: KnownBlock = {
    type: "header",
    // emoji: false leaves `:fire:` in a task's name as it is; our own signs are characters.
    text: { type: "plain_text", emoji: false, text: bounded(`${TONES[document.tone]} ${document.headline}`, 148) },
  };
  const actions = drawActions(document.buttons, limits);
  const body = { blocks: limits.blocks - 2 - actions.length, weight: limits.weight - weightOf([header, ...actions]) };
  return { header, actions, body };
}

const AROUND_A_BLOCK = 80;

function drawBody(blocks: readonly Block[], limits: Limits): KnownBlock[] {
  const body: KnownBlock[] = [];
  let room = limits.weight;
  let left = 0;
  for (const block of blocks) {
    const drawn = room > AROUND_A_BLOCK ? drawBlock(block, room - AROUND_A_BLOCK) : null;
    const before = body.at(-1);
    if (drawn?.type === "rich_text" && drawn.elements.length === 0) continue;
    if (!drawn) left++;
    else if (drawn.type === "rich_text" && before?.type === "rich_text" && before.elements.length + drawn.elements.length < 12)
      // Neighbours become one, so that a long list of findings stays far from fifty blocks.
      before.elements.push(...drawn.elements);
    else if (body.length >= limits.blocks) {
      left++;
      continue;
    } else body.push(drawn);
    if (drawn) room -= weightOf(drawn) + AROUND_A_BLOCK;
  }
  return left === 0 ? body : [...body, context([{ kind: "plain", text: `… +${left}` }])];
}

/** null: it does not fit. */
function drawBlock(block: Block, room: number): KnownBlock | null {
  if (block.kind === "divider") return { type: "divider" };
  if (block.kind === "note") {
    const drawn = context(block.text);
    return weightOf(drawn) <= room ? drawn : null;
  }
  const elements = richElements(block);
  if (elements.length === 0) return { type: "rich_text", elements: [] };
  const fitting = fitElements(elements, room);
  return fitting && { type: "rich_text", elements: fitting };
}

/** A context block knows only mrkdwn. `verbatim`: nothing that looks like an address or a channel is made a link. */
function context(inlines: readonly Inline[]): KnownBlock {
  let text = "";
  for (const piece of inlines.map(mrkdwn)) {
    if (text.length + piece.length > 2_900) {
      text += "…";
      break;
    }
    text += piece;
  }
  return { type: "context", elements: [{ type: "mrkdwn", verbatim: true, text: text.trim() === "" ? "…" : text }] };
}

function mrkdwn(inline: Inline): string {
  switch (inline.kind) {
    case "plain":
      return literal(inline.text);
    case "strong":
    case "person": {
      const words = literal(inline.kind === "person" ? (inline.name ?? inline.id) : inline.text);
      return words.trim() === "" ? words : `*${words}*`;
    }
    case "code": {
      const words = escapeMrkdwn(bounded(inline.text, 300)).replace(/`/g, "'").replace(/\n/g, " ");
      return words.trim() === "" ? words : `\`${words}\``;
    }
    case "mention":
      return inline.of === "group" ? `<!subteam^${inline.id}>` : `<@${inline.id}>`;
    case "time":
      return isTime(inline.at) ? `<!date^${Math.floor(inline.at / 1000)}^{date_short_pretty} {time}|${utc(inline.at, 16)}>` : "?";
    case "link":
      return isLink(inline.url)
        ? `<${escapeMrkdwn(inline.url)}|${literal(inline.text || "↗")}>`
        : literal(`${inline.text} ${inline.url}`);
    default:
      return inline satisfies never;
  }
}

const literal = (text: string): string => literalMrkdwn(bounded(text, 600));

function drawActions(buttons: readonly Button[], limits: Limits): KnownBlock[] {
  const elements: ActionsBlockElement[] = [];
  let room = limits.weight / 2;
  for (const [index, button] of buttons.slice(0, 25).entries()) {
    const element = button.choices ? drawSelect(button, button.choices, index) : drawButton(button, index);
    room -= element ? weightOf(element) : 0;
    if (element && room > 0) elements.push(element);
  }
  return elements.length === 0 ? [] : [{ type: "actions", elements }];
}

function drawButton(button: Button, index: number): ActionsBlockElement {
  const { confirm, style, value } = button;
  return {
    type: "button",
    action_id: `${button.action}:${index}`,
    text: plain(button.label, 74),
    ...(value === "" ? {} : { value: value.slice(0, 1_900).toWellFormed() }),
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

/** A choice whose value Slack would not carry whole is left out: a cut id would mean something else. */
function drawSelect(button: Button, choices: NonNullable<Button["choices"]>, index: number): ActionsBlockElement | null {
  const options = choices
    .filter(({ value }) => value !== "" && value.length <= 75 && value.isWellFormed())
    .slice(0, 100)
    .map((choice) => ({ text: plain(choice.label, 74), value: choice.value }));
  if (options.length === 0) return null;
  return { type: "static_select", action_id: `${button.action}:${index}`, placeholder: plain(button.label, 149), options };
}

export function plain(
  text: string,
  atMost: number,
): { readonly type: "plain_text"; readonly emoji: false; readonly text: string } {
  const shown = bounded(text, atMost);
  return { type: "plain_text", emoji: false, text: shown.trim() === "" ? "…" : shown };
}
