// Draws Block Kit with the DOM alone: every word is put in as text, so nothing that a message holds can become markup.
const EMOJI = {
  white_check_mark: "✅",
  warning: "⚠️",
  rotating_light: "🚨",
  red_circle: "🔴",
  large_green_circle: "🟢",
  eyes: "👀",
  hourglass: "⏳",
  tada: "🎉",
  x: "❌",
  information_source: "ℹ️",
  bulb: "💡",
  lock: "🔒",
};

export function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "class") node.className = value;
    else if (name.startsWith("aria") || name.startsWith("data-") || name === "role") node.setAttribute(name, value);
    else node[name] = value;
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const SIGNS = {
  "🔴": "red",
  "🟠": "orange",
  "🔵": "blue",
  "🟢": "green",
  "⚪": "grey",
  "✅": "yes",
  "⏳": "doing",
  "❓": "no-answer",
  "➖": "skipped",
};
/** What a screen reader says for a sign that stands alone. */
const SPOKEN = { yes: "done", doing: "under way", "no-answer": "not known" };
const LETTERS = { yes: "✓", "no-answer": "?", skipped: "–" };
const SIGN = new RegExp(`(${Object.keys(SIGNS).join("|")})`, "u");

/** Text with its signs drawn as shapes; a screen reader still hears the words beside them. */
export function withSigns(text) {
  return text
    .split(SIGN)
    .filter((part) => part !== "")
    .map((part) => {
      const name = SIGNS[part];
      return name
        ? element("span", { class: `sign ${name}`, role: "img", "aria-label": SPOKEN[name] ?? name }, LETTERS[name] ?? "")
        : part;
    });
}

/** `context.press(button, option)` is called for whatever is pressed; names resolve mentions. */
export function drawBlocks(blocks, context) {
  return (blocks ?? []).map((block) => drawBlock(block, context)).filter((node) => node !== null);
}

function drawBlock(block, context) {
  switch (block.type) {
    case "header":
      return element("div", { class: "block header", role: "heading", "aria-level": "3" }, ...withSigns(block.text.text));
    case "section":
      return element(
        "div",
        { class: "block" },
        ...(block.text ? drawText(block.text, context) : []),
        ...(block.fields ?? []).map((field) => element("div", {}, ...drawText(field, context))),
        block.accessory ? element("div", { class: "actions" }, drawElement(block.accessory, context)) : null,
      );
    case "context":
      return element("div", { class: "block context" }, ...block.elements.flatMap((part) => drawText(part, context)));
    case "divider":
      return element("hr");
    case "actions":
      return element("div", { class: "actions" }, ...block.elements.map((part) => drawElement(part, context)));
    case "rich_text":
      return element("div", { class: "block" }, ...block.elements.map((part) => drawRich(part, context)));
    case "input":
      return drawInput(block);
    default:
      return element("div", { class: "block context" }, `(${block.type})`);
  }
}

function drawRich(part, context) {
  const inner = (part.elements ?? []).map((one) =>
    one.type.startsWith("rich_text") ? drawRich(one, context) : drawInline(one, context),
  );
  if (part.type === "rich_text_preformatted") return element("pre", {}, ...inner);
  if (part.type === "rich_text_quote") return element("blockquote", {}, ...inner);
  if (part.type === "rich_text_list")
    return element(part.style === "ordered" ? "ol" : "ul", {}, ...inner.map((one) => element("li", {}, one)));
  return element("div", {}, ...inner);
}

function drawInline(one, context) {
  switch (one.type) {
    case "text": {
      if (one.style?.code) return element("code", {}, one.text);
      if (one.style?.bold) return element("strong", {}, one.text);
      return one.style?.italic ? element("em", {}, one.text) : element("span", {}, ...withSigns(one.text));
    }
    case "user":
      return pill(`@${context.personName(one.user_id)}`);
    case "usergroup":
      return pill(`@${context.groupName(one.usergroup_id)}`);
    case "date":
      return localTime(Number(one.timestamp), one.format, one.fallback);
    case "link":
      return element("a", { href: safeLink(one.url), target: "_blank", rel: "noreferrer noopener" }, one.text ?? one.url);
    case "emoji":
      return document.createTextNode(EMOJI[one.name] ?? `:${one.name}:`);
    default:
      return document.createTextNode("");
  }
}

const pill = (text) => element("span", { class: "pill" }, text);
const safeLink = (url) => (/^https?:\/\//.test(url) ? url : "about:blank");

/** Slack's date formats in the reader's own zone; `{date_short_pretty}` of today is "Today". */
function localTime(seconds, format, fallback) {
  const at = new Date(seconds * 1000);
  const day = (options) => at.toLocaleDateString([], options);
  const clock = (options) => at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", ...options });
  const short = () => day({ month: "short", day: "numeric", year: "numeric" });
  const long = () => day({ month: "long", day: "numeric", year: "numeric" });
  const away = Math.round((new Date(at).setHours(0, 0, 0, 0) - new Date().setHours(0, 0, 0, 0)) / 86_400_000);
  const pretty = (otherwise) => ({ "-1": "Yesterday", 0: "Today", 1: "Tomorrow" })[away] ?? otherwise();
  const forms = {
    date: long,
    date_num: () => day(),
    date_short: short,
    date_long: () => day({ weekday: "long", month: "long", day: "numeric", year: "numeric" }),
    date_pretty: () => pretty(long),
    date_short_pretty: () => pretty(short),
    date_long_pretty: () => pretty(long),
    time: () => clock({}),
    time_secs: () => clock({ second: "2-digit" }),
  };
  const text = (format || "{time_secs}").replace(/\{(\w+)\}/g, (whole, name) => forms[name]?.() ?? whole);
  return element("time", { dateTime: at.toISOString(), title: fallback ?? at.toISOString() }, text);
}

export function drawText(text, context) {
  if (text.type === "plain_text") return [text.text];
  return drawMrkdwn(text.text ?? "", context);
}

const TOKEN =
  /```([\s\S]+?)```|`([^`\n]+)`|<([@!#]?)([^>|]*)(?:\|([^>]*))?>|\*([^*\n]+)\*|(?<![\w])_([^_\n]+)_(?![\w])|~([^~\n]+)~|:([a-z_]{2,30}):/g;

/** Slack's own small markup. A name between colons is an emoji only when it is one we know, so 00:14:32 stays a time. */
export function drawMrkdwn(source, context) {
  const nodes = [];
  let last = 0;
  for (const match of source.matchAll(TOKEN)) {
    nodes.push(plainText(source.slice(last, match.index)), token(match, context));
    last = match.index + match[0].length;
  }
  nodes.push(plainText(source.slice(last)));
  return nodes.filter((node) => node !== "");
}

function token([whole, fence, code, sign, target, label, bold, italic, strike, emoji], context) {
  if (fence !== undefined) return element("pre", {}, plainText(fence));
  if (code !== undefined) return element("code", {}, plainText(code));
  if (target !== undefined) return special(sign, target, label, context);
  if (bold !== undefined) return element("strong", {}, plainText(bold));
  if (italic !== undefined) return element("em", {}, plainText(italic));
  if (strike !== undefined) return element("s", {}, plainText(strike));
  return EMOJI[emoji] ?? whole;
}

function special(sign, target, label, context) {
  if (sign === "@") return pill(`@${context.personName(target)}`);
  if (sign === "#") return pill(`#${label ?? target}`);
  if (sign === "!") {
    const [name, value, format] = target.split("^");
    if (name === "date") return localTime(Number(value), format, plainText(label ?? ""));
    if (name === "subteam") return pill(`@${context.groupName(value)}`);
    return pill(`@${name}`);
  }
  return element("a", { href: safeLink(target), target: "_blank", rel: "noreferrer noopener" }, plainText(label ?? target));
}

const plainText = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

function drawElement(part, context) {
  if (part.type === "button") {
    const button = element(
      "button",
      {
        type: "button",
        class: part.style ?? "",
        "data-action": part.action_id,
        ...(part.accessibility_label ? { "aria-label": part.accessibility_label } : {}),
      },
      part.text.text,
    );
    button.addEventListener("click", async () => {
      if (part.confirm && !(await context.confirm(part.confirm))) return;
      button.disabled = true;
      await context.press(part.action_id).finally(() => setTimeout(() => (button.disabled = false), 600));
    });
    return button;
  }
  if (part.type === "static_select" || part.type === "overflow") {
    const select = element(
      "select",
      { "aria-label": part.placeholder?.text ?? "More", "data-action": part.action_id },
      element("option", { value: "" }, part.placeholder?.text ?? "More"),
      ...part.options.map((option) => element("option", { value: option.value }, option.text.text)),
    );
    select.addEventListener("change", () => {
      if (select.value) void context.press(part.action_id, select.value);
      select.value = "";
    });
    return select;
  }
  return element("span", { class: "block context" }, `(${part.type})`);
}

function drawInput(block) {
  const input = element(block.element.multiline ? "textarea" : "input", {
    name: block.block_id,
    id: `input-${block.block_id}`,
    rows: 3,
    maxLength: block.element.max_length ?? 3000,
    required: block.optional !== true,
    "aria-describedby": `error-${block.block_id}`,
  });
  if (block.element.min_length) input.minLength = block.element.min_length;
  return element(
    "div",
    { class: "field" },
    element("label", { htmlFor: input.id }, block.label.text),
    input,
    element("span", { class: "error", id: `error-${block.block_id}`, role: "alert" }),
  );
}
