/** Slack's three control characters; what came from DM can then neither ping nor link (slack.com: formatting text). */
export function escapeMrkdwn(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

/** Words that a person typed into a message, as they typed them. */
export function unescapeMrkdwn(text: string): string {
  return text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
}

/** For mrkdwn: a zero-width space keeps the marks, the emoji names and the quote signs of foreign words from being read. */
export function literalMrkdwn(text: string): string {
  return escapeMrkdwn(text)
    .replace(/[*_~`]/g, "$&\u200b")
    .replace(/:(?=[\w+'-]*[a-z][\w+'-]*:)/gi, ":\u200b")
    .replace(/^(?=&gt;)/gm, "\u200b");
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the point
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** Cut by whole characters (never inside a surrogate pair), with a mark where something is missing; never with a control character. */
export function bounded(text: string, atMost: number): string {
  return text.length <= atMost ? clean(text) : `${clean(wholeStart(text, atMost - 1))}…`;
}

/** As `bounded`, and the mark says how many characters are missing. */
export function boundedWithCount(text: string, atMost: number): string {
  if (text.length <= atMost) return clean(text);
  const start = wholeStart(text, Math.max(0, atMost - 20));
  return `${clean(start)}… (+${text.length - start.length})`;
}

// Cut first: ten megabytes must not be gone through for a few lines.
function wholeStart(text: string, length: number): string {
  const start = text.slice(0, length);
  return /[\uD800-\uDBFF]$/.test(start) ? start.slice(0, -1) : start;
}

/** Half of a surrogate pair is no character; Slack would refuse the whole message for it. */
function clean(text: string): string {
  return text.replace(CONTROL, " ").toWellFormed();
}
