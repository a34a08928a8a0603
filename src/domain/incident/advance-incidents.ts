import { type Finding, subjectKey } from "../diagnosis/finding.ts";
import type { Observation } from "../observation/observation.ts";
import { incidentFor, isDownstreamTrouble, ownRoot, promoted } from "./choose-root.ts";
import type { Incident, Member, Root } from "./incident.ts";
import { looksWell } from "./member-progress.ts";
import { leadingFinding, worst } from "./severity.ts";

export interface AdvanceInput {
  readonly cluster: string;
  readonly now: number;
  /** null when no master answered: then only the masters' incident moves, nothing is known of the rest. */
  readonly observation: Observation | null;
  readonly findings: readonly Finding[];
  readonly open: readonly Incident[];
  readonly wellPollsToClose: number;
  /** Incidents whose approved plan is being carried out: a unit that looks well between two steps does not end them. */
  readonly underRepair: ReadonlySet<string>;
  /** Sources that a run is at work on: a repair that replays a file comes to that file again, and is not warned of it. */
  readonly sourcesUnderRepair: ReadonlySet<string>;
  /** Sources that a run has taken from DM on purpose and not proved back: nobody is called because they do not answer. */
  readonly sourcesTakenAway: ReadonlySet<string>;
}

export type IncidentChange =
  | { readonly kind: "opened"; readonly incident: Incident }
  | {
      readonly kind: "changed";
      readonly incident: Incident;
      readonly joined: readonly string[];
      readonly kindBefore: Incident["kind"] | null;
      readonly silenceBroken: boolean;
      readonly worth: "telling" | "storing";
    }
  | { readonly kind: "closed"; readonly incident: Incident };

/** A new incident has no number yet: the store gives it one. */
export const UNNUMBERED = "";

/** Moves the incidents of one cluster on by one poll. What did not change is not returned. */
export function advanceIncidents(input: AdvanceInput): IncidentChange[] {
  const byKey = new Map(input.findings.map((finding) => [subjectKey(finding.subject), finding]));
  const held = new Set(input.open.flatMap((incident) => incident.members.map((member) => member.key)));
  const moved = new Map(input.open.map((incident) => [incident.id, moveMembers(incident, byKey, input)]));
  const fresh: Incident[] = [];
  for (const finding of input.findings) {
    if (!finding.incident || held.has(subjectKey(finding.subject))) continue;
    if (isOfOurOwnMaking(finding, input)) continue;
    const home = incidentFor(finding, [...moved.values(), ...fresh]);
    if (!home) fresh.push(newIncident(finding, rootOfNew(finding, input.findings), input));
    else if (home.id === UNNUMBERED) fresh[fresh.indexOf(home)] = join(home, finding, input.now);
    else moved.set(home.id, join(home, finding, input.now));
  }
  const before = new Map(input.open.map((incident) => [incident.id, incident]));
  return [
    ...fresh.map((incident): IncidentChange => ({ kind: "opened", incident: settle(incident) })),
    ...[...moved.values()].flatMap((incident) => changeOf(before.get(incident.id)!, settle(incident), input)),
  ];
}

/** What a run under way makes DM look like; what is still so when it has ended opens an incident then. */
function isOfOurOwnMaking({ kind, source, subject }: Finding, { sourcesUnderRepair, sourcesTakenAway }: AdvanceInput): boolean {
  if (source === null) return false;
  if (kind === "worker-offline" || kind === "source-unbound") return sourcesTakenAway.has(source);
  return subject.kind === "binlog" && sourcesUnderRepair.has(source);
}

function moveMembers(incident: Incident, byKey: ReadonlyMap<string, Finding>, input: AdvanceInput): Incident {
  // Nothing was observed: only what is known to fail (the masters) moves.
  if (input.observation === null && incident.root.kind !== "masters") return incident;
  const isUnderRepair = input.underRepair.has(incident.id);
  return {
    ...incident,
    members: incident.members.map((member) => moveMember(member, byKey.get(member.key) ?? null, input, isUnderRepair)),
  };
}

function moveMember(member: Member, finding: Finding | null, input: AdvanceInput, isUnderRepair: boolean): Member {
  if (finding?.incident)
    return {
      ...member,
      finding,
      lastFailedAt: input.now,
      wellPolls: 0,
      recoveredAt: null,
      positionAtFailure: member.positionAtFailure ?? finding.position,
    };
  if (member.recoveredAt !== null) return member;
  if (isUnderRepair || !looksWell(member, finding, input.observation)) return { ...member, wellPolls: 0 };
  const wellPolls = member.wellPolls + 1;
  return { ...member, wellPolls, recoveredAt: wellPolls >= input.wellPollsToClose ? input.now : null };
}

/** Two subtasks that lose the downstream in the same poll have lost the downstream. */
function rootOfNew(finding: Finding, all: readonly Finding[]): Root {
  return isDownstreamTrouble(finding) && all.filter(isDownstreamTrouble).length > 1 ? { kind: "downstream" } : ownRoot(finding);
}

function newIncident(finding: Finding, root: Root, { cluster, now }: AdvanceInput): Incident {
  return {
    id: UNNUMBERED,
    cluster,
    root,
    state: "open",
    kind: finding.kind,
    severity: "warning",
    openedAt: now,
    closedAt: null,
    members: [newMember(finding, now)],
    finding,
    acknowledged: null,
    silenced: null,
    mentionedAt: null,
    mentions: 0,
    alerts: [],
    treatments: {},
    relapseOf: null,
    version: 0,
  };
}

function newMember(finding: Finding, now: number): Member {
  return {
    key: subjectKey(finding.subject),
    finding,
    firstFailedAt: now,
    lastFailedAt: now,
    wellPolls: 0,
    positionAtFailure: finding.position,
    recoveredAt: null,
  };
}

function join(incident: Incident, finding: Finding, now: number): Incident {
  return { ...incident, root: promoted(incident, finding), members: [...incident.members, newMember(finding, now)] };
}

/** What follows from the members: the leading finding, its kind and how bad it is. */
function settle(incident: Incident): Incident {
  const finding = leadingFinding(incident.members);
  return { ...incident, finding, kind: finding.incident ? finding.kind : incident.kind, severity: worst(incident.members) };
}

function changeOf(before: Incident, after: Incident, { now }: AdvanceInput): IncidentChange[] {
  if (after.members.every((member) => member.recoveredAt !== null)) {
    return [{ kind: "closed", incident: { ...after, state: "closed", closedAt: now } }];
  }
  if (after === before || sameText(before, after)) return [];
  const known = new Set(before.members.map((member) => member.key));
  const joined = after.members.filter((member) => !known.has(member.key)).map((member) => member.key);
  const silenceBroken = after.silenced !== null && isWorse(after, after.silenced);
  const incident = silenceBroken ? { ...after, silenced: null } : after;
  const kindBefore = before.kind === after.kind ? null : before.kind;
  const telling =
    joined.length > 0 ||
    kindBefore !== null ||
    before.severity !== after.severity ||
    before.finding.advice.playbook !== after.finding.advice.playbook;
  return [{ kind: "changed", incident, joined, kindBefore, silenceBroken, worth: telling ? "telling" : "storing" }];
}

function isWorse(incident: Incident, silence: NonNullable<Incident["silenced"]>): boolean {
  return (incident.severity === "critical" && silence.severity === "warning") || incident.members.length > silence.members;
}

/** Times that move with every poll are no change. */
function sameText(a: Incident, b: Incident): boolean {
  const still = (incident: Incident) =>
    JSON.stringify({ ...incident, members: incident.members.map((member) => ({ ...member, lastFailedAt: 0 })) });
  return still(a) === still(b);
}
