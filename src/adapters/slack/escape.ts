/** Slack's three control characters; what came from DM can then neither ping nor link (slack.com: formatting text). */
export function escapeMrkdwn(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the point
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** Cut by whole characters (never inside a surrogate pair), with a mark where something is missing. */
export function bounded(text: string, atMost: number): string {
  const clean = text.replace(CONTROL, " ");
  if (clean.length <= atMost) return clean;
  const cut = clean.slice(0, atMost - 1);
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}
