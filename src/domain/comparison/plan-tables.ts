import { lettingThrough } from "./block-allow-list.ts";
import { type ExpectedDifference, expectedDifferences } from "./expected-differences.ts";
import { BrokenPattern, lowered, regularExpression } from "./name-pattern.ts";
import { isSystemSchema, type ReplicationRules, type TableName } from "./replication-rules.ts";
import { patternTest, routing } from "./route-table.ts";

/** One downstream table with every upstream table that goes into it: more than one is a shard merge. */
export interface ComparedTable {
  readonly target: TableName;
  readonly parts: readonly TablePart[];
  /** Columns that DM fills downstream by itself. */
  readonly extractedColumns: readonly string[];
  /** Columns whose values DM changes on the way (`column-mappings`). */
  readonly mappedColumns: readonly string[];
  readonly expected: readonly ExpectedDifference[];
}

export interface TablePart extends TableName {
  readonly source: string;
}

export interface TableLeftOut extends TablePart {
  readonly why: "filtered" | "online-ddl" | "ambiguous-route";
  readonly detail: string;
}

export interface SourceTables {
  readonly rules: ReplicationRules;
  /** The base tables that the source has now. */
  readonly tables: readonly TableName[];
}

export type TablesPlanned =
  | { readonly kind: "planned"; readonly tables: readonly ComparedTable[]; readonly leftOut: readonly TableLeftOut[] }
  /** A rule that cannot be read decides nothing: nothing is compared rather than the wrong tables. */
  | { readonly kind: "unreadable-rules"; readonly source: string; readonly why: string };

/** Which downstream tables a task's rules feed, and from which upstream tables. System schemas are not even mentioned. */
export function planTables(sources: readonly SourceTables[]): TablesPlanned {
  const byTarget = new Map<string, ComparedTable>();
  const leftOut: TableLeftOut[] = [];
  for (const { rules, tables } of sources) {
    if (rules.undefinedNames.length > 0)
      return {
        kind: "unreadable-rules",
        source: rules.source,
        why: `the file does not define ${rules.undefinedNames.join(", ")}`,
      };
    try {
      planSource(rules, tables, byTarget, leftOut);
    } catch (error) {
      if (!(error instanceof BrokenPattern)) throw error;
      return { kind: "unreadable-rules", source: rules.source, why: error.message };
    }
  }
  return { kind: "planned", tables: Array.from(byTarget.values()).toSorted(byName), leftOut };
}

function planSource(
  rules: ReplicationRules,
  tables: readonly TableName[],
  byTarget: Map<string, ComparedTable>,
  leftOut: TableLeftOut[],
): void {
  const { source, caseSensitive } = rules;
  const letsThrough = lettingThrough(rules.allow, caseSensitive);
  const route = routing(rules.routes, caseSensitive);
  const shadows = rules.onlineDdl ? rules.shadowTables.map((pattern) => regularExpression(pattern)) : [];
  for (const { schema, table } of tables) {
    if (isSystemSchema(schema)) continue;
    const part: TablePart = { source, schema, table };
    const routed = route(part);
    if (!letsThrough(part)) leftOut.push({ ...part, why: "filtered", detail: "block-allow-list" });
    else if (shadows.some((fits) => fits(table))) leftOut.push({ ...part, why: "online-ddl", detail: "shadow table" });
    else if (routed.kind === "ambiguous") leftOut.push({ ...part, why: "ambiguous-route", detail: routed.rules.join(", ") });
    else addPart(byTarget, rules, part, routed.target, routed.extractedColumns);
  }
}

function addPart(
  byTarget: Map<string, ComparedTable>,
  rules: ReplicationRules,
  part: TablePart,
  target: TableName,
  extracted: readonly string[],
): void {
  const id = JSON.stringify([lowered(target.schema, rules.caseSensitive), lowered(target.table, rules.caseSensitive)]);
  const known = byTarget.get(id);
  const mapped = rules.columnMappings
    .filter((rule) => patternTest(rule, rules.caseSensitive)(part))
    .map(({ targetColumn }) => targetColumn);
  byTarget.set(id, {
    target: known?.target ?? target,
    parts: [...(known?.parts ?? []), part],
    extractedColumns: [...new Set([...(known?.extractedColumns ?? []), ...extracted])],
    mappedColumns: [...new Set([...(known?.mappedColumns ?? []), ...mapped])],
    expected: [...(known?.expected ?? []), ...expectedDifferences(rules, part)],
  });
}

function byName({ target: a }: ComparedTable, { target: b }: ComparedTable): number {
  const [left, right] = [`${a.schema}.${a.table}`, `${b.schema}.${b.table}`];
  return left < right ? -1 : left > right ? 1 : 0;
}
