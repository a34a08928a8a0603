import type { Block, Document } from "../../domain/wording/document.ts";
import { type DrawnMessage, drawMessage, fitsWhole, MESSAGE_LIMITS } from "./draw-blocks.ts";

/** Slack takes five answers at one response URL. */
const PAGES_AT_MOST = 4;

/**
 * An answer as so many messages as it needs to be whole, the buttons under the last one. What four do not hold is cut and counted at
 * the end of the last.
 */
export function drawPages(document: Document, salt: string): DrawnMessage[] {
  const pages: Block[][] = [[]];
  for (const block of document.blocks) {
    const page = pages.at(-1)!;
    const isFull = page.length > 0 && !fitsWhole({ ...document, blocks: [...page, block] }, MESSAGE_LIMITS);
    if (isFull && pages.length < PAGES_AT_MOST) pages.push([block]);
    else page.push(block);
  }
  return pages.map((blocks, at) =>
    drawMessage(
      {
        ...document,
        blocks,
        headline: at === 0 ? document.headline : `${document.headline} (${at + 1}/${pages.length})`,
        buttons: at === pages.length - 1 ? document.buttons : [],
      },
      `${salt}.${at}`,
    ),
  );
}
