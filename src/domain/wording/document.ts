/**
 * What the bot says, before anybody draws it: Slack, the CLI and the docs turn this into their own forms and add no words.
 * Whatever came from DM, a database or a person stands in `code`, `quote` or `plain` inlines, which no drawer may interpret.
 */
export interface Document {
  /** One line, without any mark-up: the notification's text and the card's header. */
  readonly headline: string;
  readonly tone: Tone;
  readonly blocks: readonly Block[];
  readonly buttons: readonly Button[];
}

export type Tone = "critical" | "warning" | "info" | "good" | "quiet";

export type Inline =
  | { readonly kind: "plain"; readonly text: string }
  | { readonly kind: "strong"; readonly text: string }
  | { readonly kind: "code"; readonly text: string }
  /** Milliseconds since the epoch; each reader sees their own time zone. */
  | { readonly kind: "time"; readonly at: number }
  /** A person's name drawn so that it does not ping. */
  | { readonly kind: "person"; readonly id: string; readonly name: string | null }
  /** A mention that does ping; only ids from the configuration may stand here. */
  | { readonly kind: "mention"; readonly of: "group" | "person"; readonly id: string }
  | { readonly kind: "link"; readonly url: string; readonly text: string };

export type Block =
  | { readonly kind: "paragraph"; readonly text: readonly Inline[] }
  | { readonly kind: "facts"; readonly facts: readonly { readonly label: string; readonly value: readonly Inline[] }[] }
  | { readonly kind: "list"; readonly items: readonly ListItem[] }
  | { readonly kind: "code"; readonly title: string | null; readonly text: string }
  /** Words that are not ours (DM's error text), shown as they are. */
  | { readonly kind: "quote"; readonly from: string; readonly text: string }
  | { readonly kind: "note"; readonly text: readonly Inline[] }
  /** A bar, and in its label how far it is in words: only who writes them knows what is counted. */
  | { readonly kind: "progress"; readonly done: number; readonly total: number; readonly label: string }
  | { readonly kind: "divider" };

export interface ListItem {
  readonly mark: "todo" | "doing" | "done" | "failed" | "unknown" | "skipped" | "dot" | "none" | "yes" | "no";
  readonly text: readonly Inline[];
}

/** Every action a button can carry; its value holds ids only. The Slack adapter registers a listener for each (a test compares). */
export const BUTTON_ACTIONS = [
  "show-plan",
  "acknowledge",
  "check-again",
  "silence",
  "details",
  "approve",
  "reject",
  "break-glass",
  "plan-details",
  "propose",
  "go-on",
  "put-back",
  "choose-task",
  "show-audit",
  "stop-comparison",
  "undo",
  "compare",
  "accept-rows",
  "stop-meant",
  "differences-sql",
  "differences-csv",
] as const;
export type ButtonAction = (typeof BUTTON_ACTIONS)[number];

export interface Button {
  readonly action: ButtonAction;
  readonly label: string;
  /** An id (`I-17`, `P-4`, `R-2`) or ids joined by `|`; never SQL, never DM's words. */
  readonly value: string;
  readonly style: "primary" | "danger" | "default";
  readonly confirm: { readonly title: string; readonly text: string; readonly yes: string; readonly no: string } | null;
  /** For `silence`: the durations offered, in seconds, each with its label; null for a plain button. */
  readonly choices: readonly { readonly label: string; readonly value: string }[] | null;
}

export const plain = (text: string): Inline => ({ kind: "plain", text });
export const strong = (text: string): Inline => ({ kind: "strong", text });
export const code = (text: string): Inline => ({ kind: "code", text });
export const time = (at: number): Inline => ({ kind: "time", at });
export const paragraph = (...text: readonly Inline[]): Block => ({ kind: "paragraph", text });
export const note = (...text: readonly Inline[]): Block => ({ kind: "note", text });
export const fact = (label: string, ...value: readonly Inline[]) => ({ label, value });
export const item = (mark: ListItem["mark"], ...text: readonly Inline[]): ListItem => ({ mark, text });
/** The first so many items; those left out are counted, so that a short list is not taken for the whole. */
export function atMost(items: readonly ListItem[], most: number, more: string): ListItem[] {
  const left = items.length - most;
  return left > 0 ? [...items.slice(0, most), item("none", plain(`… +${left} ${more}`))] : [...items];
}
export const document = (headline: string, tone: Tone, blocks: readonly Block[], buttons: readonly Button[] = []): Document => ({
  headline,
  tone,
  blocks,
  buttons,
});
