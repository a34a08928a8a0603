import { type ComparisonLimits, DEFAULT_LIMITS } from "../../src/domain/comparison/comparison.ts";
import { type ReplicationRules, SHADOW_TABLES } from "../../src/domain/comparison/replication-rules.ts";

/** Rules of a source that replicates everything to its own name. */
export const someRules = (source: string, more: Partial<ReplicationRules> = {}): ReplicationRules => ({
  source,
  caseSensitive: true,
  allow: null,
  routes: [],
  filters: [],
  expressionFilters: [],
  columnMappings: [],
  onlineDdl: true,
  shadowTables: SHADOW_TABLES,
  undefinedNames: [],
  ...more,
});

export const someLimits = (more: Partial<ComparisonLimits> = {}): ComparisonLimits => ({
  ...DEFAULT_LIMITS,
  rowsPerSecond: null,
  atMostSeconds: 60,
  ...more,
});
