import type { Finding, Kind } from "../diagnosis/finding.ts";
import type { Incident, Member } from "./incident.ts";

/** Which finding leads when members differ: the highest number is what a person has to look at first. */
const RANK: Readonly<Record<Kind, number>> = {
  "master-unreachable": 24,
  "binlog-over-4gib": 23,
  "rows-may-be-missing": 22,
  "upstream-binlog-purged": 21,
  "binlog-corrupted": 20,
  "binlog-over-4gib-suspected": 19,
  "relay-going-back": 18,
  "relay-log-missing": 17,
  "checkpoint-missing": 16,
  "checkpoint-ahead": 15,
  "duplicate-entry": 14,
  "unsupported-ddl": 13,
  "access-denied": 12,
  "missing-table": 12,
  "disk-full": 12,
  unknown: 11,
  "source-unbound": 10,
  "worker-offline": 9,
  "upstream-unreachable": 8,
  "downstream-unreachable": 7,
  "bad-connection": 6,
  "invalid-connection": 5,
  "failed-then-stopped-by-person": 4,
  "stopped-and-forgotten": 3,
  "binlog-over-4gib-ahead": 2,
  "paused-by-person": 1,
  healthy: 0,
};

/** Told before anything is lost, or of something that somebody did on purpose. */
const WARNINGS: ReadonlySet<Kind> = new Set<Kind>([
  "binlog-over-4gib-ahead",
  "stopped-and-forgotten",
  "failed-then-stopped-by-person",
]);

/** Critical where nobody but a person will end it; a warning while DM itself is at work on it, and for what is only coming. */
export function severityOf(finding: Finding): Incident["severity"] {
  return finding.dmRetriesByItself === true || WARNINGS.has(finding.kind) ? "warning" : "critical";
}

export function leadingFinding(members: readonly Member[]): Finding {
  const failing = members.filter((member) => member.recoveredAt === null);
  const candidates = failing.length > 0 ? failing : members;
  return candidates.reduce((best, member) => (RANK[member.finding.kind] > RANK[best.finding.kind] ? member : best)).finding;
}

export function worst(members: readonly Member[]): Incident["severity"] {
  return members.some((member) => member.recoveredAt === null && severityOf(member.finding) === "critical")
    ? "critical"
    : "warning";
}
