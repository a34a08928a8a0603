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
  if (!blocks.every((block) => typeof block === "object" && block !== null && !Array.isArray(block)))
    return ["[ERROR] every block must be an object [json-pointer:/blocks]"];
  const problems = blocks.length > atMost ? [`[ERROR] no more than ${atMost} items allowed [json-pointer:/blocks]`] : [];
  const ids = new Set<unknown>();
  for (const [index, block] of (blocks as Json[]).entries()) {
    const at = `[json-pointer:/blocks/${index}]`;
    if (block.block_id !== undefined && ids.has(block.block_id)) problems.push(`[ERROR] block_id already exists ${at}`);
    ids.add(block.block_id);
    problems.push(...validateBlock(block).map((problem) => `[ERROR] ${problem} ${at}`));
  }
  const markdown = (blocks as Json[]).filter(({ type }) => type === "markdown").map(({ text }) => String(text ?? "").length);
  if (markdown.reduce((sum, length) => sum + length, 0) > 12_000)
    problems.push("[ERROR] markdown blocks hold at most 12000 characters together [json-pointer:/blocks]");
  if ((blocks as Json[]).filter(({ type }) => type === "table").length > 1)
    problems.push("[ERROR] only_one_table_allowed [json-pointer:/blocks]");
  return problems;
}

/** Slack refuses a message of about so much with `msg_blocks_too_long` (bolt-js 2509) and says nowhere what it counts: here all of it. */
export function isTooMuch(blocks: readonly Json[]): boolean {
  return JSON.stringify(blocks).length > 13_200;
}

function validateBlock(block: Json): string[] {
  if (!TYPES.has(String(block.type))) return [`unsupported type: ${String(block.type)}`];
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
        ...(block.hint === undefined ? [] : validateText(block.hint, 2_000, ["plain_text"])),
        ...validateElement((block.element ?? {}) as Json),
      ];
    case "image":
      return [
        ...problems,
        ...tooLong(block.image_url, 3_000, "image_url"),
        ...(typeof block.alt_text === "string" && block.alt_text !== "" ? [] : ["an image needs alt_text"]),
        ...tooLong(block.alt_text, 2_000, "alt_text"),
      ];
    case "table": {
      const rows = Array.isArray(block.rows) ? (block.rows as unknown[][]) : [];
      return [
        ...problems,
        ...count(rows, 1, 100, "rows"),
        ...(rows.every((row) => Array.isArray(row) && row.length <= 20) ? [] : ["a row holds at most 20 cells"]),
      ];
    }
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
        ...tooLong(element.accessibility_label, 75, "accessibility_label"),
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
        ...(element.placeholder === undefined ? [] : validateText(element.placeholder, 150, ["plain_text"])),
        ...count(options, 1, most, "options"),
        ...options.flatMap((option) => [...validateText(option.text, 75), ...tooLong(option.value, 75, "option value")]),
      ];
    }
    case "plain_text_input":
      return [
        ...problems,
        ...(element.placeholder === undefined ? [] : validateText(element.placeholder, 150, ["plain_text"])),
        ...(Number(element.max_length ?? 0) > 3_000 ? ["max_length must be at most 3000"] : []),
        ...(Number(element.min_length ?? 0) > 3_000 ? ["min_length must be at most 3000"] : []),
      ];
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

export function validateView(view: Json, type: "modal" | "home"): string[] {
  const problems = validateBlocks(view.blocks, 100);
  if (view.type !== type) problems.push(`[ERROR] a view of type ${type} is needed [json-pointer:/view/type]`);
  const inputs = Array.isArray(view.blocks) && (view.blocks as Json[]).some((block) => block?.type === "input");
  if (type === "modal" && inputs && !view.submit) problems.push("[ERROR] missing required field: submit [json-pointer:/view]");
  if (type === "modal")
    problems.push(
      ...validateText(view.title, 24, ["plain_text"]),
      ...(view.submit ? validateText(view.submit, 24, ["plain_text"]) : []),
      ...(view.close ? validateText(view.close, 24, ["plain_text"]) : []),
    );
  problems.push(...tooLong(view.private_metadata, 3_000, "private_metadata"), ...tooLong(view.callback_id, 255, "callback_id"));
  if (Buffer.byteLength(JSON.stringify(view)) > 250_000) problems.push("view is larger than 250 KB");
  return problems;
}
