import { stripVTControlCharacters, styleText } from "node:util";
import type { Block, Document, Inline, ListItem } from "../../domain/wording/document.ts";

const MARKS: Readonly<Record<ListItem["mark"], string>> = {
  todo: "○",
  doing: "◐",
  done: "✔",
  failed: "✘",
  unknown: "?",
  skipped: "–",
  dot: "•",
  none: " ",
  yes: "✔",
  no: "✘",
};
const TONES = { critical: "red", warning: "yellow", info: "cyan", good: "green", quiet: "gray" } as const;

/** Draws what the bot says as plain terminal text; words from DM cannot steer the terminal. */
export function drawDocument(document: Document, options: { readonly colour: boolean }): string {
  const paint = (format: Parameters<typeof styleText>[0], text: string) =>
    options.colour ? styleText(format, text, { validateStream: false }) : text;
  const inline = (part: Inline): string => {
    switch (part.kind) {
      case "plain":
        return safe(part.text);
      case "strong":
        return paint("bold", safe(part.text));
      case "code":
        return paint("dim", safe(part.text));
      case "time":
        return new Date(part.at).toISOString().replace("T", " ").slice(0, 19).concat(" UTC");
      case "person":
        return safe(part.name ?? part.id);
      case "mention":
        return `@${safe(part.id)}`;
      case "link":
        return `${safe(part.text)} (${safe(part.url)})`;
      default:
        return part satisfies never;
    }
  };
  const line = (parts: readonly Inline[]) => parts.map(inline).join("");
  const block = (part: Block): string => {
    switch (part.kind) {
      case "paragraph":
      case "note":
        return line(part.text);
      case "facts":
        return part.facts.map((fact) => `  ${paint("bold", `${fact.label}:`)} ${line(fact.value)}`).join("\n");
      case "list":
        return part.items.map((item) => `  ${MARKS[item.mark]} ${line(item.text)}`).join("\n");
      case "code":
        return [
          part.title ? `  ${part.title}` : null,
          ...safe(part.text)
            .split("\n")
            .map((text) => `    ${text}`),
        ]
          .filter((text) => text !== null)
          .join("\n");
      case "quote":
        return `  ${paint("dim", `${safe(part.from)}:`)}\n${safe(part.text)
          .split("\n")
          .map((text) => `  │ ${text}`)
          .join("\n")}`;
      case "progress":
        return `  ${part.label}`;
      case "divider":
        return "";
      default:
        return part satisfies never;
    }
  };
  return [paint(["bold", TONES[document.tone]], safe(document.headline)), "", ...document.blocks.map(block), ""].join("\n");
}

function safe(text: string): string {
  return stripVTControlCharacters(text);
}
