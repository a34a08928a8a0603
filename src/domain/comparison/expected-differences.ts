import type { EventFilterRule, ReplicationRules, TableName } from "./replication-rules.ts";
import { patternTest } from "./route-table.ts";

export type DifferenceKind = "missing" | "differing" | "extra";

/** A kind of difference that the task's own rules make, and the rule that does it. */
export interface ExpectedDifference {
  readonly kind: DifferenceKind;
  readonly rule: string;
  readonly event: string;
}

const EVENTS: readonly { readonly event: string; readonly group: "dml" | "ddl"; readonly leaves: DifferenceKind }[] = [
  { event: "insert", group: "dml", leaves: "missing" },
  { event: "update", group: "dml", leaves: "differing" },
  { event: "delete", group: "dml", leaves: "extra" },
  { event: "truncate table", group: "ddl", leaves: "extra" },
  { event: "truncate table partition", group: "ddl", leaves: "extra" },
  { event: "drop table partition", group: "ddl", leaves: "extra" },
];

/** What the task's filters leave out of this table, as differences that are then to be expected. Never judged away, only said. */
export function expectedDifferences(rules: ReplicationRules, table: TableName): readonly ExpectedDifference[] {
  const found: ExpectedDifference[] = [];
  for (const filter of rules.filters)
    if (patternTest(filter, rules.caseSensitive)(table))
      for (const { event, group, leaves } of EVENTS)
        if (ignores(filter, event, group)) found.push({ kind: leaves, rule: filter.name, event });
  const same = (a: string, b: string): boolean => (rules.caseSensitive ? a === b : a.toLowerCase() === b.toLowerCase());
  for (const filter of rules.expressionFilters)
    if (same(filter.schema, table.schema) && same(filter.table, table.table))
      for (const event of filter.leavesOut)
        found.push({ kind: EVENTS.find((known) => known.event === event)!.leaves, rule: filter.name, event });
  return found;
}

/** `Ignore` leaves out what is listed, `Do` what is not. Words of a list are looked at in their order: `none …` ends the search. */
function ignores({ action, events }: EventFilterRule, event: string, group: "dml" | "ddl"): boolean {
  const listed = isListed(events, event, group);
  const word = action.toLowerCase();
  return word === "do" ? !listed : word === "ignore" && listed;
}

function isListed(events: readonly string[], event: string, group: "dml" | "ddl"): boolean {
  for (const asSaid of events) {
    const word = asSaid.trim().toLowerCase();
    if (word === "all" || word === `all ${group}` || word === event) return true;
    if (word === "none" || word === `none ${group}`) return false;
    if (group === "ddl" && word === "incompatible ddl changes") return true;
  }
  return false;
}
