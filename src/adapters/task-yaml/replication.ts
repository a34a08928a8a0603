import { z } from "zod";
import type { TaskReplication } from "../../app/ports/yaml.ts";
import {
  type BlockAllowList,
  type ExpressionFilterRule,
  type ReplicationRules,
  SHADOW_TABLES,
} from "../../domain/comparison/replication-rules.ts";

const strings = z.array(z.string()).nullish();
const text = z.string().nullish();
const named = <T extends z.ZodType>(rule: T) => z.record(z.string(), rule).nullish();
const tables = z.array(z.object({ "db-name": z.string(), "tbl-name": z.string() })).nullish();

const List = z.object({ "do-dbs": strings, "ignore-dbs": strings, "do-tables": tables, "ignore-tables": tables });
const Pattern = z.object({ "schema-pattern": z.string(), "table-pattern": text });
const Extract = z.object({ "target-column": z.string() }).nullish();
const Route = Pattern.extend({
  "target-schema": z.string(),
  "target-table": text,
  "extract-table": Extract,
  "extract-schema": Extract,
  "extract-source": Extract,
});
const EventFilter = Pattern.extend({ events: strings, action: z.string() });
const Mapping = Pattern.extend({ "target-column": z.string() });
const ExpressionFilter = z.object({
  schema: z.string(),
  table: z.string(),
  "insert-value-expr": text,
  "update-old-value-expr": text,
  "update-new-value-expr": text,
  "delete-value-expr": text,
});

/** What decides which rows go where. DM itself refuses a task in which these cannot be read, so nothing here is guessed. */
const Replication = z.object({
  "case-sensitive": z.boolean().nullish(),
  "is-sharding": z.boolean().nullish(),
  "shard-mode": text,
  "online-ddl": z.boolean().nullish(),
  "shadow-table-rules": strings,
  "trash-table-rules": strings,
  "block-allow-list": named(List),
  "black-white-list": named(List),
  routes: named(Route),
  filters: named(EventFilter),
  "expression-filter": named(ExpressionFilter),
  "column-mappings": named(Mapping),
  "mysql-instances": z.array(
    z.object({
      "source-id": z.string(),
      "block-allow-list": text,
      "black-white-list": text,
      "route-rules": strings,
      "filter-rules": strings,
      "expression-filters": strings,
      "column-mapping-rules": strings,
    }),
  ),
});
type Replication = z.infer<typeof Replication>;
type Instance = Replication["mysql-instances"][number];

export function readReplication(parsed: unknown): TaskReplication {
  const read = Replication.safeParse(parsed);
  if (!read.success)
    return { kind: "unreadable", why: read.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ") };
  const task = read.data;
  return {
    kind: "rules",
    mergesShards: Boolean(task["shard-mode"]) || task["is-sharding"] === true,
    sources: task["mysql-instances"].map((instance) => rulesOf(task, instance)),
  };
}

/** The rules that an instance names, in its order; a name without a definition is kept apart. */
function rulesOf(task: Replication, instance: Instance): ReplicationRules {
  const undefinedNames: string[] = [];
  const chosen = <T>(names: readonly string[] | null | undefined, rules: Readonly<Record<string, T>> | null | undefined) =>
    (names ?? []).flatMap((name) => {
      const rule = Object.entries(rules ?? {}).find(([known]) => known === name)?.[1];
      if (rule === undefined) undefinedNames.push(name);
      return rule === undefined ? [] : [{ name, rule }];
    });
  const listName = instance["block-allow-list"] || instance["black-white-list"] || null;
  const [list] = chosen(listName ? [listName] : [], { ...task["black-white-list"], ...task["block-allow-list"] });
  return {
    source: instance["source-id"],
    caseSensitive: task["case-sensitive"] === true,
    allow: list ? allowOf(list.rule) : null,
    routes: chosen(instance["route-rules"], task.routes).map(({ name, rule }) => ({
      ...patternOf(name, rule),
      targetSchema: rule["target-schema"],
      targetTable: rule["target-table"] ?? "",
      extractedColumns: [rule["extract-table"], rule["extract-schema"], rule["extract-source"]].flatMap((extract) =>
        extract ? [extract["target-column"]] : [],
      ),
    })),
    filters: chosen(instance["filter-rules"], task.filters).map(({ name, rule }) => ({
      ...patternOf(name, rule),
      events: rule.events ?? [],
      action: rule.action,
    })),
    expressionFilters: chosen(instance["expression-filters"], task["expression-filter"]).map(({ name, rule }) =>
      expressionFilterOf(name, rule),
    ),
    columnMappings: chosen(instance["column-mapping-rules"], task["column-mappings"]).map(({ name, rule }) => ({
      ...patternOf(name, rule),
      targetColumn: rule["target-column"],
    })),
    onlineDdl: task["online-ddl"] !== false,
    shadowTables: shadowTablesOf(task),
    undefinedNames,
  };
}

function patternOf(name: string, rule: z.infer<typeof Pattern>) {
  return { name, schemaPattern: rule["schema-pattern"], tablePattern: rule["table-pattern"] ?? "" };
}

function allowOf(list: z.infer<typeof List>): BlockAllowList {
  const tablesOf = (entries: z.infer<typeof tables>) =>
    (entries ?? []).map((entry) => ({ schema: entry["db-name"], table: entry["tbl-name"] }));
  return {
    doSchemas: list["do-dbs"] ?? [],
    ignoreSchemas: list["ignore-dbs"] ?? [],
    doTables: tablesOf(list["do-tables"]),
    ignoreTables: tablesOf(list["ignore-tables"]),
  };
}

function expressionFilterOf(name: string, rule: z.infer<typeof ExpressionFilter>): ExpressionFilterRule {
  const leavesOut: ExpressionFilterRule["leavesOut"] = [
    ...(rule["insert-value-expr"] ? (["insert"] as const) : []),
    ...(rule["update-old-value-expr"] || rule["update-new-value-expr"] ? (["update"] as const) : []),
    ...(rule["delete-value-expr"] ? (["delete"] as const) : []),
  ];
  return { name, schema: rule.schema, table: rule.table, leavesOut };
}

function shadowTablesOf(task: Replication): readonly string[] {
  const own = [...(task["shadow-table-rules"] ?? []), ...(task["trash-table-rules"] ?? [])];
  return own.length > 0 ? own : SHADOW_TABLES;
}
