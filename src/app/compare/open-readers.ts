import type { RowAccess } from "../fact-sources.ts";
import type { RowReader } from "../ports/rows.ts";
import type { ComparisonParts } from "./comparison-parts.ts";

export interface OpenReaders extends Pick<ComparisonParts, "upstreams" | "downstream"> {
  close(): Promise<void>;
}

/** Readers of both sides for these sources, to be closed by the caller; null where a side has no account. */
export function openReaders(rows: RowAccess | null, sources: readonly string[]): OpenReaders | null {
  if (!rows || !sources.every((source) => rows.hasUpstream(source))) return null;
  const upstreams = new Map<string, RowReader>(sources.map((source) => [source, rows.openUpstream(source)]));
  const downstream = rows.openDownstream();
  return {
    ...{ upstreams, downstream },
    async close() {
      await Promise.all([...upstreams.values(), downstream].map((reader) => reader.close()));
    },
  };
}
