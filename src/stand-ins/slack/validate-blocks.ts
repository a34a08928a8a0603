import type { Json } from "./workspace.ts";

/** Slack's documented limits, so that what passes here passes there. Returns the problems, worded like `response_metadata.messages`. */
const TYPES: ReadonlySet<string> = new Set([
  "header",
  "section",
  "context",
  "divider",
  "actions",
  "rich_text",
  "input",
  "image",
  "markdown",
  "table",
]);
const BUTTON_STYLES: ReadonlySet<unknown> = new Set([undefined, "primary", "danger"]);

export function validateBlocks(blocks: unknown, atMost: number): string[] {
  if (!Array.isArray(blocks)) return ["[ERROR] blocks must be a list"];
  const problems = blocks.length > atMost ? [`[ERROR] no more than ${atMost} items allowed [json-pointer:/blocks]`] : [];
  const ids = new Set<unknown>();
  for (const [index, block] of (blocks as Json[]).entries()) {
    const at = `[json-pointer:/blocks/${index}]`;
    if (block.block_id !== undefined && ids.has(block.block_id)) problems.push(`[ERROR] block_id already exists ${at}`);
    ids.add(block.block_id);
    problems.push(...validateBlock(block).map((problem) => `[ERROR] ${problem} ${at}`));
  }
  const length = JSON.stringify(blocks).length;
  if (textLength(blocks) > 13_200) problems.push(`[ERROR] msg_blocks_too_long (${length})`);
  return problems;
}

function validateBlock(block: Json): string[] {
  if (typeof block !== "object" || block === null || !TYPES.has(String(block.type)))
    return [`unsupported type: ${String(block?.type)}`];
  const problems = tooLong(block.block_id, 255, "block_id");
  const elements = Array.isArray(block.elements) ? (block.elements as Json[]) : [];
  switch (block.type) {
    case "header":
      return [...problems, ...validateText(block.text, 150, ["plain_text"])];
    case "section": {
      const fields = Array.isArray(block.fields) ? (block.fields as Json[]) : [];
      if (block.text === undefined && fields.length === 0) problems.push("a section needs text or fields");
      if (fields.length > 10) problems.push("no more than 10 fields");
      return [
        ...problems,
        ...(block.text === undefined ? [] : validateText(block.text, 3_000)),
        ...fields.flatMap((field) => validateText(field, 2_000)),
        ...(block.accessory ? validateElement(block.accessory as Json) : []),
      ];
    }
    case "context":
      return [
        ...problems,
        ...count(elements, 1, 10, "elements"),
        ...elements.flatMap((element) => (element.type === "image" ? [] : validateText(element, 3_000))),
      ];
    case "actions":
      return [...problems, ...count(elements, 1, 25, "elements"), ...sameIds(elements), ...elements.flatMap(validateElement)];
    case "input":
      return [
        ...problems,
        ...validateText(block.label, 2_000, ["plain_text"]),
        ...validateElement((block.element ?? {}) as Json),
      ];
    case "rich_text":
      return [...problems, ...count(elements, 1, 1_000, "elements"), ...elements.flatMap(validateRich)];
    default:
      return problems;
  }
}

const count = (list: readonly unknown[], least: number, most: number, name: string): string[] =>
  list.length < least || list.length > most ? [`${name}: ${least} to ${most} allowed, ${list.length} given`] : [];
const tooLong = (value: unknown, most: number, name: string): string[] =>
  typeof value === "string" && value.length > most ? [`${name} must be at most ${most} characters`] : [];

function validateText(value: unknown, most: number, types: readonly string[] = ["plain_text", "mrkdwn"]): string[] {
  const text = value as Json | undefined;
  if (!text || !types.includes(String(text.type))) return [`text must be ${types.join(" or ")}`];
  if (typeof text.text !== "string" || text.text.length === 0) return ["text must not be empty"];
  return tooLong(text.text, most, "text");
}

function sameIds(elements: readonly Json[]): string[] {
  const ids = elements.map((element) => element.action_id);
  return new Set(ids).size === ids.length ? [] : ["action_id already exists in this block"];
}

function validateElement(element: Json): string[] {
  const problems = tooLong(element.action_id, 255, "action_id");
  switch (element.type) {
    case "button":
      if (!BUTTON_STYLES.has(element.style)) problems.push("style must be primary or danger");
      return [
        ...problems,
        ...validateText(element.text, 75, ["plain_text"]),
        ...tooLong(element.value, 2_000, "value"),
        ...tooLong(element.url, 3_000, "url"),
        ...(element.confirm ? validateConfirm(element.confirm as Json) : []),
      ];
    case "static_select":
    case "overflow":
    case "radio_buttons":
    case "checkboxes": {
      const options = Array.isArray(element.options) ? (element.options as Json[]) : [];
      const most = element.type === "static_select" ? 100 : element.type === "overflow" ? 5 : 10;
      return [
        ...problems,
        ...count(options, 1, most, "options"),
        ...options.flatMap((option) => [...validateText(option.text, 75), ...tooLong(option.value, 75, "option value")]),
      ];
    }
    case "plain_text_input":
      return Number(element.max_length ?? 0) > 3_000 ? [...problems, "max_length must be at most 3000"] : problems;
    default:
      return [`unsupported element: ${String(element.type)}`];
  }
}

function validateConfirm(confirm: Json): string[] {
  return [
    ...validateText(confirm.title, 100, ["plain_text"]),
    ...validateText(confirm.text, 300),
    ...validateText(confirm.confirm, 30, ["plain_text"]),
    ...validateText(confirm.deny, 30, ["plain_text"]),
  ];
}

const RICH: ReadonlySet<string> = new Set(["rich_text_section", "rich_text_preformatted", "rich_text_quote", "rich_text_list"]);
const INLINE: ReadonlySet<string> = new Set([
  "text",
  "link",
  "user",
  "usergroup",
  "channel",
  "broadcast",
  "date",
  "emoji",
  "color",
]);

function validateRich(part: Json): string[] {
  if (!RICH.has(String(part.type))) return [`unsupported rich text part: ${String(part.type)}`];
  const elements = Array.isArray(part.elements) ? (part.elements as Json[]) : [];
  if (elements.length === 0) return ["a rich text part needs elements"];
  if (part.type === "rich_text_list") return elements.flatMap(validateRich);
  return elements.flatMap((element) => {
    if (!INLINE.has(String(element.type))) return [`unsupported rich text element: ${String(element.type)}`];
    return element.type === "text" && (typeof element.text !== "string" || element.text.length === 0)
      ? ["text must not be empty"]
      : [];
  });
}

function textLength(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, inner) => sum + textLength(inner), 0);
  if (value === null || typeof value !== "object") return 0;
  return Object.entries(value).reduce(
    (sum, [key, inner]) => sum + (key === "text" && typeof inner === "string" ? inner.length : textLength(inner)),
    0,
  );
}

export function validateView(view: Json): string[] {
  const problems = validateBlocks(view.blocks, 100);
  if (view.type === "modal")
    problems.push(
      ...validateText(view.title, 24, ["plain_text"]),
      ...(view.submit ? validateText(view.submit, 24, ["plain_text"]) : []),
      ...(view.close ? validateText(view.close, 24, ["plain_text"]) : []),
    );
  problems.push(...tooLong(view.private_metadata, 3_000, "private_metadata"), ...tooLong(view.callback_id, 255, "callback_id"));
  if (JSON.stringify(view).length > 250_000) problems.push("view is larger than 250 KB");
  return problems;
}
