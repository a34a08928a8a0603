import type { Instance } from "./model.ts";

type Settings = Record<string, unknown>;
interface TableName {
  readonly "db-name": string;
  readonly "tbl-name": string;
}
interface Lists {
  readonly "do-dbs"?: readonly string[] | null;
  readonly "ignore-dbs"?: readonly string[] | null;
  readonly "do-tables"?: readonly TableName[] | null;
  readonly "ignore-tables"?: readonly TableName[] | null;
}
interface Route {
  readonly "schema-pattern": string;
  readonly "table-pattern"?: string;
  readonly "target-schema": string;
  readonly "target-table"?: string;
}

const SYSTEM = new Set(["mysql", "information_schema", "performance_schema", "sys"]);

/** What an instance replicates and where to: its block-allow list, then its first route that fits. */
export function routeOf(content: Settings, instance: Settings): Instance["route"] {
  const all = (content["block-allow-list"] ?? content["black-white-list"] ?? {}) as Record<string, Lists>;
  const lists = all[String(instance["block-allow-list"] ?? instance["black-white-list"] ?? "")] ?? {};
  const rules = ((instance["route-rules"] ?? []) as string[]).flatMap(
    (name) => ((content.routes ?? {}) as Record<string, Route>)[name] ?? [],
  );
  return (schema, table) => {
    if (SYSTEM.has(schema.toLowerCase()) || !isAllowed(lists, schema, table)) return null;
    const rule = rules.find(
      (route) =>
        matches(route["schema-pattern"], schema) &&
        (table === "" ? !route["table-pattern"] : matches(route["table-pattern"] ?? "*", table)),
    );
    return rule
      ? { schema: rule["target-schema"], table: table === "" ? "" : (rule["target-table"] ?? table) }
      : { schema, table };
  };
}

function isAllowed(lists: Lists, schema: string, table: string): boolean {
  const [doDbs, ignoreDbs] = [lists["do-dbs"] ?? [], lists["ignore-dbs"] ?? []];
  const [doTables, ignoreTables] = [lists["do-tables"] ?? [], lists["ignore-tables"] ?? []];
  const bySchema = (names: readonly string[]): boolean => names.some((name) => matches(name, schema));
  const byTable = (names: readonly TableName[]): boolean =>
    names.some((name) => matches(name["db-name"], schema) && matches(name["tbl-name"], table));
  if (doDbs.length > 0 ? !bySchema(doDbs) : bySchema(ignoreDbs)) return false;
  if (table === "" || byTable(doTables)) return true;
  return doTables.length === 0 && !byTable(ignoreTables);
}

/** `~regex`, else a name in which `*` and `?` stand for others. */
function matches(pattern: string, name: string): boolean {
  if (pattern.startsWith("~")) return new RegExp(pattern.slice(1), "i").test(name);
  const source = pattern
    .replace(/[.+^${}()|\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "i").test(name);
}
