import type { RichTextBlockElement, RichTextElement } from "@slack/types";
import { boundedWithCount } from "./escape.ts";

/** Characters as Slack seems to count them: with the JSON around (bolt-js issues 2509 and 2867). */
export const weightOf = (value: unknown): number => JSON.stringify(value).length;

/** Below this no sentence fits; then the part is left out and counted. */
const WORTH_SHOWING = 120;

/** The parts as far as they fit, the last one cut with a count of what is missing; null when nothing worth reading fits. */
export function fitElements(parts: readonly RichTextBlockElement[], room: number): RichTextBlockElement[] | null {
  const fitting: RichTextBlockElement[] = [];
  let left = room;
  for (const part of parts) {
    const weight = weightOf(part);
    if (weight <= left) {
      fitting.push(part);
      left -= weight;
      continue;
    }
    const cut = cutPart(part, left);
    if (cut) fitting.push(cut);
    break;
  }
  return fitting.length > 0 ? fitting : null;
}

function cutPart(part: RichTextBlockElement, room: number): RichTextBlockElement | null {
  if (part.type === "rich_text_list") return null;
  const kept: RichTextElement[] = [];
  let left = room - 80;
  for (const element of part.elements as RichTextElement[]) {
    const weight = weightOf(element);
    if (weight <= left) {
      kept.push(element);
      left -= weight;
      continue;
    }
    if (element.type === "text" && left >= WORTH_SHOWING) {
      const shorter = { ...element, text: boundedWithCount(element.text, Math.floor(left / 2)) };
      if (weightOf(shorter) <= left) kept.push(shorter);
    }
    break;
  }
  return kept.length > 0 ? ({ ...part, elements: kept } as RichTextBlockElement) : null;
}
