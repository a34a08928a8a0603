import type { Finding, Kind, PlaybookId } from "../diagnosis/finding.ts";

/** What a binlog file over 4 GiB looks like, from the warning before it to the rows that are gone behind it. */
const LARGE_FILE: readonly Kind[] = [
  "binlog-over-4gib",
  "binlog-over-4gib-suspected",
  "binlog-over-4gib-ahead",
  "relay-going-back",
  "rows-may-be-missing",
];

/** Repairs that are made for one trouble: asked for by name they belong to it. */
const MENDS: Readonly<Partial<Record<PlaybookId, readonly Kind[]>>> = {
  "rewind-sync-checkpoint": LARGE_FILE,
  "switch-to-gtid": LARGE_FILE,
  "replace-relay-file": LARGE_FILE,
  "reset-relay": [...LARGE_FILE, "binlog-corrupted", "relay-log-missing"],
};

/** A relay that is well may be made anew too: nothing is replayed, and its own gates look at what it needs. */
const ALSO_WITHOUT: ReadonlySet<PlaybookId> = new Set<PlaybookId>(["reset-relay"]);

/** Of these findings those that the playbook is made for, empty where it is refused; null: it needs no trouble. */
export function neededTrouble(playbook: PlaybookId, findings: readonly Finding[]): readonly Finding[] | null {
  const kinds = MENDS[playbook];
  const found = kinds ? findings.filter(({ kind }) => kinds.includes(kind)) : null;
  return found?.length === 0 && ALSO_WITHOUT.has(playbook) ? null : found;
}

/** Whether it is a repair of what the task's sources have, their relays and binlogs. */
export const mendsSources = (playbook: PlaybookId): boolean => MENDS[playbook] !== undefined;
