import { type Finding, type Kind, subjectKey } from "../diagnosis/finding.ts";
import { type Incident, type Root, rootKey } from "./incident.ts";

const CONNECTION: ReadonlySet<Kind> = new Set<Kind>(["invalid-connection", "bad-connection", "downstream-unreachable"]);

/** What a file over 4 GiB makes of a relay or a sync unit. */
export const OF_A_LARGE_FILE: ReadonlySet<Kind> = new Set<Kind>([
  "binlog-over-4gib",
  "binlog-over-4gib-suspected",
  "relay-going-back",
]);

/** A dump only reads the upstream: the connection that broke there is not the downstream's. */
export function isDownstreamTrouble(finding: Finding): boolean {
  return finding.subject.kind === "subtask" && finding.unit !== "Dump" && CONNECTION.has(finding.kind);
}

/** The root that a new trouble points at by itself, before it is held against the open incidents. */
export function ownRoot(finding: Finding): Root {
  const { subject } = finding;
  switch (subject.kind) {
    case "masters":
      return { kind: "masters" };
    case "worker":
      return { kind: "worker", worker: subject.worker };
    case "relay":
      return { kind: "relay", source: subject.source };
    case "source":
      return finding.kind === "upstream-unreachable"
        ? { kind: "upstream", source: subject.source }
        : { kind: "source", source: subject.source };
    case "subtask":
      if (finding.kind === "source-unbound") return { kind: "source", source: subject.source };
      if (finding.kind === "worker-offline")
        return finding.worker === null ? { kind: "source", source: subject.source } : { kind: "worker", worker: finding.worker };
      if (finding.kind === "upstream-unreachable") return { kind: "upstream", source: subject.source };
      return { kind: "subtask", task: subject.task, source: subject.source };
    case "rows":
      return { kind: "rows", task: subject.task, source: subject.source };
    case "binlog":
      return { kind: "binlog", source: subject.source };
    default:
      return subject satisfies never;
  }
}

/** The open incident that a new trouble belongs to: the same root, its source's trouble, the file that it was warned of, or the downstream that others lost too. */
export function incidentFor(finding: Finding, open: readonly Incident[]): Incident | null {
  const key = rootKey(ownRoot(finding));
  const same = open.find((incident) => rootKey(incident.root) === key);
  if (same) return same;
  const ofSource = open.find(
    (incident) => finding.source !== null && holdsSource(incident, finding.source) && incident.root.kind !== "subtask",
  );
  if (ofSource) return ofSource;
  const ofFile = OF_A_LARGE_FILE.has(finding.kind)
    ? open.find(({ root }) => root.kind === "binlog" && root.source === finding.source)
    : undefined;
  if (ofFile) return ofFile;
  if (!isDownstreamTrouble(finding)) return null;
  return (
    open.find(
      (incident) =>
        incident.root.kind === "downstream" || (incident.root.kind === "subtask" && isDownstreamTrouble(incident.finding)),
    ) ?? null
  );
}

function holdsSource(incident: Incident, source: string): boolean {
  const { root } = incident;
  if (root.kind === "upstream" || root.kind === "source" || root.kind === "relay") return root.source === source;
  return root.kind === "worker" && incident.members.some((member) => member.finding.source === source);
}

/** One subtask's connection trouble that a second subtask shares is the downstream's; the incident keeps its number. */
export function promoted(incident: Incident, joining: Finding): Root {
  if (incident.root.kind !== "subtask" || !isDownstreamTrouble(joining)) return incident.root;
  const others = incident.members.some((member) => member.key !== subjectKey(joining.subject));
  return others ? { kind: "downstream" } : incident.root;
}
