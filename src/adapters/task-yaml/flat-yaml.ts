import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  Pair,
  parseDocument,
  Scalar,
  YAMLMap,
  YAMLSeq,
} from "yaml";

/** A text whose aliases come to more is refused: it was written to grow. */
const NODES_AT_MOST = 200_000;
const MERGE = "<<";

/**
 * The text as a document that may be changed in one place without another changing with it: aliases are written out, `<<` is merged.
 * Each scalar keeps the letters that it was written with (`0123` stays `0123`): DM reads YAML 1.1, and what it takes for text or
 * number is its own matter. Throws for what is no YAML.
 */
export function parseFlat(text: string): Document {
  const document = parseDocument(text, { schema: "failsafe" });
  const [error] = document.errors;
  if (error) throw error;
  let nodes = 0;
  const flat = (node: unknown): Node => {
    if (++nodes > NODES_AT_MOST) throw new Error("the YAML's aliases come to too much");
    if (isAlias(node)) return flat(node.resolve(document));
    if (isMap(node)) {
      const map = flow(new YAMLMap(), node);
      for (const { key, value } of mergedPairs(node, document)) map.items.push(new Pair(flat(key), flat(value)));
      return map;
    }
    if (isSeq(node)) {
      const list = flow(new YAMLSeq(), node);
      list.items = node.items.map(flat);
      return list;
    }
    const scalar = isScalar(node) ? (node.clone() as Scalar) : new Scalar("");
    delete scalar.anchor;
    return scalar;
  };
  document.contents = flat(document.contents) as typeof document.contents;
  return document;
}

/** Long texts are not folded. */
export const flatText = (document: Document): string => document.toString({ lineWidth: 0 });

function flow<T extends YAMLMap | YAMLSeq>(made: T, { flow: isFlow }: { readonly flow?: boolean | undefined }): T {
  if (isFlow) made.flow = true;
  return made;
}

interface Entry {
  readonly key: unknown;
  readonly value: unknown;
}

/** A mapping's own keys count before merged ones, an earlier merged mapping before a later one. */
function mergedPairs(map: YAMLMap, document: Document): readonly Entry[] {
  const own = map.items.filter((pair) => !isMerge(pair));
  const merged = map.items.filter(isMerge).flatMap(({ value }) => {
    const from = resolved(value, document);
    return (isSeq(from) ? from.items : [from]).flatMap((one) => {
      const other = resolved(one, document);
      return isMap(other) ? mergedPairs(other, document) : [];
    });
  });
  const seen = new Set<string>();
  return [...own, ...merged].filter(({ key }) => {
    const name = String(isNode(key) ? key : key);
    return !seen.has(name) && seen.add(name);
  });
}

const isMerge = ({ key }: Entry): boolean => isScalar(key) && key.value === MERGE && key.type === Scalar.PLAIN;
const resolved = (node: unknown, document: Document): unknown => (isAlias(node) ? node.resolve(document) : node);
