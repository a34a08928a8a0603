import type { Block, Document, Inline } from "../../src/domain/wording/document.ts";

const inline = (part: Inline): string => {
  if ("text" in part) return String(part.text);
  return "id" in part ? String(part.id) : "";
};

const block = (one: Block): string[] => {
  switch (one.kind) {
    case "paragraph":
    case "note":
      return [one.text.map(inline).join("")];
    case "list":
      return one.items.map(({ text }) => text.map(inline).join(""));
    case "facts":
      return one.facts.map(({ label, value }) => `${label}: ${value.map(inline).join("")}`);
    case "code":
      return [one.title ?? "", one.text];
    case "quote":
      return [one.text];
    default:
      return [];
  }
};

/** Every word of a document, a line each: headline first, buttons last. */
export const linesOf = ({ headline, blocks, buttons }: Document): string[] =>
  [headline, ...blocks.flatMap(block), ...buttons.map(({ label }) => label)].filter((line) => line !== "");
