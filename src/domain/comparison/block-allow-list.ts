import { isExpression, lowered, namePattern } from "./name-pattern.ts";
import type { BlockAllowList, TableName } from "./replication-rules.ts";

/**
 * Whether the list lets a table through. Schemas: `do-dbs`, and only without them `ignore-dbs`. Tables: a match in `do-tables` lets
 * it through, then a match in `ignore-tables` keeps it out, then an empty `do-tables` lets it through (table-filter v1 as DM uses it).
 */
export function lettingThrough(list: BlockAllowList | null, caseSensitive: boolean): (table: TableName) => boolean {
  if (list === null) return () => true;
  const lower = (text: string): string => lowered(text, caseSensitive);
  const schemas = (patterns: readonly string[]) => patterns.map((pattern) => namePattern(lower(pattern)));
  const [doSchemas, ignoreSchemas] = [schemas(list.doSchemas), schemas(list.ignoreSchemas)];
  const [inDoTables, inIgnoreTables] = [tableTest(list.doTables, lower), tableTest(list.ignoreTables, lower)];
  return (asSaid) => {
    const name = { schema: lower(asSaid.schema), table: lower(asSaid.table) };
    const inSchemas =
      doSchemas.length > 0 ? doSchemas.some((fits) => fits(name.schema)) : !ignoreSchemas.some((fits) => fits(name.schema));
    if (!inSchemas) return false;
    if (inDoTables(name)) return true;
    if (inIgnoreTables(name)) return false;
    return list.doTables.length === 0;
  };
}

function tableTest(patterns: readonly TableName[], lower: (text: string) => string): (name: TableName) => boolean {
  const ready = patterns.map(({ schema, table }) => ({
    mixed: isExpression(schema) && !isExpression(table),
    schema: namePattern(lower(schema)),
    table: namePattern(lower(table)),
  }));
  const mixed = ready.filter((pattern) => pattern.mixed);
  return (name) =>
    ready.some((pattern) => !pattern.mixed && pattern.schema(name.schema) && pattern.table(name.table)) ||
    // An expression for the schema beside wildcards for the table: DM keeps the two halves apart, so one entry's schema goes with
    // the table of another.
    (mixed.some(({ schema }) => schema(name.schema)) && mixed.some(({ table }) => table(name.table)));
}
