import type { ComparisonLimits } from "../../src/domain/comparison/comparison.ts";
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
  rowsPerSecond: null,
  chunkRows: null,
  atMostSeconds: 60,
  listedAtMost: 1_000,
  countedAtMost: 10_000,
  ...more,
});
