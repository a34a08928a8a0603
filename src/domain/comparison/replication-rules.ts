export interface TableName {
  readonly schema: string;
  readonly table: string;
}

/** `schema.table`, as somebody types it; a name without a dot is a table of no schema. */
export function parseTableName(text: string): TableName {
  const dot = text.indexOf(".");
  return dot === -1 ? { schema: "", table: text } : { schema: text.slice(0, dot), table: text.slice(dot + 1) };
}

/**
 * What one source's part of a task's YAML says about which rows go where. Patterns are as the file says them; DM reads them with the
 * rules of table-filter v1 (block-allow-list) and of its rule selector (routes, filters).
 */
export interface ReplicationRules {
  readonly source: string;
  /** `case-sensitive` of the task; DM's default is false: names and patterns are lowered. */
  readonly caseSensitive: boolean;
  /** null: no list, every schema but the system's is replicated. */
  readonly allow: BlockAllowList | null;
  readonly routes: readonly RouteRule[];
  readonly filters: readonly EventFilterRule[];
  readonly expressionFilters: readonly ExpressionFilterRule[];
  readonly columnMappings: readonly ColumnMappingRule[];
  /** `online-ddl`, true where the file does not say. */
  readonly onlineDdl: boolean;
  /** Regular expressions for the tables that gh-ost and pt-osc make on the way. */
  readonly shadowTables: readonly string[];
  /** Names that the instance refers to and the file does not define. */
  readonly undefinedNames: readonly string[];
}

export interface BlockAllowList {
  readonly doSchemas: readonly string[];
  readonly ignoreSchemas: readonly string[];
  readonly doTables: readonly TableName[];
  readonly ignoreTables: readonly TableName[];
}

interface TablePattern {
  /** The rule's name in the file. */
  readonly name: string;
  readonly schemaPattern: string;
  /** Empty: the rule is for the schema. */
  readonly tablePattern: string;
}

export interface RouteRule extends TablePattern {
  readonly targetSchema: string;
  /** Empty: the table keeps its name. */
  readonly targetTable: string;
  /** Columns that DM fills downstream from the names of source, schema and table (`extract-*`). */
  readonly extractedColumns: readonly string[];
}

export interface EventFilterRule extends TablePattern {
  readonly events: readonly string[];
  readonly action: string;
}

export interface ExpressionFilterRule {
  readonly name: string;
  readonly schema: string;
  readonly table: string;
  readonly leavesOut: readonly ("insert" | "update" | "delete")[];
}

export interface ColumnMappingRule extends TablePattern {
  readonly targetColumn: string;
}

/** What DM takes where the file names none. */
export const SHADOW_TABLES: readonly string[] = ["^_(.+)_(?:new|gho)$", "^_(.+)_(?:ghc|del|old)$"];

const SYSTEM_SCHEMAS: ReadonlySet<string> = new Set([
  "mysql",
  "sys",
  "information_schema",
  "performance_schema",
  "metrics_schema",
  "inspection_schema",
  "dm_heartbeat",
]);

/** Schemas that DM never replicates, whatever the rules say. */
export function isSystemSchema(schema: string): boolean {
  return SYSTEM_SCHEMAS.has(schema.toLowerCase());
}
