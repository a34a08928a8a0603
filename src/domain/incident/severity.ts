import type { Finding, Kind } from "../diagnosis/finding.ts";
import type { Incident, Member } from "./incident.ts";

/** Which finding leads when members differ: what a person has to look at first. */
const RANK: Readonly<Record<Kind, number>> = {
  "master-unreachable": 9,
  "binlog-over-4gib-suspected": 8,
  unknown: 7,
  "worker-offline": 6,
  "upstream-unreachable": 5,
  "downstream-unreachable": 4,
  "bad-connection": 3,
  "invalid-connection": 2,
  "paused-by-person": 1,
  healthy: 0,
};

/** Critical where nobody but a person will end it; a warning while DM itself is at work on it. */
export function severityOf(finding: Finding): Incident["severity"] {
  return finding.dmRetriesByItself === true ? "warning" : "critical";
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
