import { lowered, wildcard } from "./name-pattern.ts";
import type { RouteRule, TableName } from "./replication-rules.ts";

export type Routed =
  | { readonly kind: "to"; readonly target: TableName; readonly extractedColumns: readonly string[] }
  /** DM refuses a table that two rules of one level fit. */
  | { readonly kind: "ambiguous"; readonly rules: readonly string[] };

/** Where an upstream table goes: a rule with a table pattern wins over one for the schema; without a rule it keeps its name. */
export function routing(rules: readonly RouteRule[], caseSensitive: boolean): (table: TableName) => Routed {
  const fits = rules.map((rule) => ({ rule, fits: patternTest(rule, caseSensitive) }));
  return (name) => {
    const matched = fits.filter((entry) => entry.fits(name)).map(({ rule }) => rule);
    const forTable = matched.filter(({ tablePattern }) => tablePattern !== "");
    const chosen = forTable.length > 0 ? forTable : matched;
    if (chosen.length > 1) return { kind: "ambiguous", rules: chosen.map((rule) => rule.name) };
    const rule = chosen[0];
    return {
      kind: "to",
      target: { schema: rule?.targetSchema || name.schema, table: rule?.targetTable || name.table },
      extractedColumns: rule?.extractedColumns ?? [],
    };
  };
}

/** Routes, event filters and column mappings choose tables alike: by wildcards; an empty table pattern takes the whole schema. */
export function patternTest(
  { schemaPattern, tablePattern }: { readonly schemaPattern: string; readonly tablePattern: string },
  caseSensitive: boolean,
): (table: TableName) => boolean {
  const schema = wildcard(lowered(schemaPattern, caseSensitive));
  const table = tablePattern === "" ? () => true : wildcard(lowered(tablePattern, caseSensitive));
  return (name) => schema(lowered(name.schema, caseSensitive)) && table(lowered(name.table, caseSensitive));
}
