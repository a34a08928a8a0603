import { z } from "zod";
import { configSchema } from "../../src/config/schema.ts";

/** JSON Schema as far as a configuration uses it. */
interface Node {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
  readonly additionalProperties?: Node | boolean;
  readonly default?: unknown;
}

/** Every setting's path with what holds without it: `required`, `–` (nothing) or the default as JSON. */
export function configPaths(): Map<string, string> {
  const found = new Map<string, string>();
  walk(z.toJSONSchema(configSchema, { io: "input", unrepresentable: "any" }) as Node, "", found);
  return found;
}

function walk(node: Node, path: string, found: Map<string, string>): void {
  for (const inner of [...(node.anyOf ?? []), ...(node.oneOf ?? [])]) walk(inner, path, found);
  if (typeof node.additionalProperties === "object") walk(node.additionalProperties, `${path}.<name>`, found);
  if (node.items) walk(node.items, `${path}[]`, found);
  for (const [name, inner] of Object.entries(node.properties ?? {})) {
    const at = path === "" ? name : `${path}.${name}`;
    if (isLeaf(inner)) found.set(at, node.required?.includes(name) ? "required" : without(inner));
    else walk(inner, at, found);
  }
}

/** A setting that is written as one value: a secret, a choice, a list of texts, a map of texts. */
function isLeaf(node: Node): boolean {
  const all = [node, ...(node.anyOf ?? []), ...(node.oneOf ?? [])];
  const isSecret = (node.anyOf ?? []).some(
    ({ properties }) => properties !== undefined && Object.keys(properties).join() === "file",
  );
  const isMapOfTexts = ({ additionalProperties }: Node): boolean =>
    typeof additionalProperties !== "object" || isLeaf(additionalProperties);
  return (
    isSecret || !all.some((each) => each.properties !== undefined || (each.items && !isLeaf(each.items)) || !isMapOfTexts(each))
  );
}

const without = (node: Node): string => (node.default === undefined ? "–" : JSON.stringify(node.default));
