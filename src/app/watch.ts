import type { JsonValue } from "../domain/audit/audit-event.ts";
import { diagnose } from "../domain/diagnosis/diagnose.ts";
import { type CheckerSettings, type Finding, subjectKey } from "../domain/diagnosis/finding.ts";
import { masterUnreachable } from "../domain/diagnosis/master-unreachable.ts";
import { advanceIncidents, type IncidentChange } from "../domain/incident/advance-incidents.ts";
import type { Incident } from "../domain/incident/incident.ts";
import { asRelapse } from "../domain/incident/treatment.ts";
import type { Observation } from "../domain/observation/observation.ts";
import { offerFor } from "../domain/playbooks/choose-playbook.ts";
import type { Run } from "../domain/run/run.ts";
import { sourcesTakenAway } from "../domain/run/taken-away.ts";
import { findingAsJson } from "../domain/wording/finding.ts";
import { auditDraft, SYSTEM } from "./audit-draft.ts";
import type { KnowSources } from "./know-sources.ts";
import type { Clock } from "./ports/clock.ts";
import type { DmCluster, ObserveOutcome } from "./ports/dm.ts";
import type { Log } from "./ports/log.ts";
import type { Metrics } from "./ports/metrics.ts";
import type { Settings } from "./ports/settings.ts";
import { ChangedMeanwhile, type Store, type StoreParts } from "./ports/store.ts";
import { clusterOf, type IncidentReport } from "./report-incident.ts";
import type { SourceSettings } from "./source-settings.ts";

export interface ClusterLatest {
  readonly observation: Observation | null;
  readonly findings: readonly Finding[];
  /** When DM last answered, milliseconds; null: not since the start. */
  readonly at: number | null;
  readonly problem: string | null;
}

export interface Watch {
  /** Asks DM once and moves the incidents on. Polls of one cluster never overlap: a call during a poll gets that poll's end. */
  poll(cluster: string, signal: AbortSignal): Promise<void>;
  /** Also asks the databases again, however new the last answers are: a repair that somebody asks for stands on what is now. */
  pollAnew(cluster: string, signal: AbortSignal): Promise<void>;
  latest(cluster: string): ClusterLatest;
}

export interface WatchParts {
  readonly clusters: ReadonlyMap<string, DmCluster>;
  readonly store: Store;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly report: IncidentReport;
  readonly sourceSettings: SourceSettings;
  readonly knowSources: KnowSources;
  readonly isActive: () => boolean;
}

/** How many of the newest incidents are looked at for one that has come back. */
const RECENT_INCIDENTS = 200;

const NOTHING_YET: ClusterLatest = { observation: null, findings: [], at: null, problem: null };

export function createWatch(parts: WatchParts): Watch {
  const latest = new Map<string, ClusterLatest>();
  const underWay = new Map<string, Promise<void>>();
  // A cluster that has never answered must be seen by the alert rules too.
  for (const cluster of parts.clusters.keys())
    parts.metrics.set("dm_medic_last_successful_poll_timestamp_seconds", 0, { cluster });

  async function pollOnce(cluster: string, signal: AbortSignal): Promise<void> {
    const dm = parts.clusters.get(cluster);
    if (!dm) throw new Error(`cluster ${cluster} is not configured`);
    const begun = parts.clock.monotonic();
    const outcome = await dm.observe(signal);
    if (signal.aborted) return;
    parts.metrics.observe("dm_medic_poll_seconds", (parts.clock.monotonic() - begun) / 1000, { cluster });
    parts.metrics.count("dm_medic_polls_total", { cluster, outcome: outcome.kind });
    const open = await parts.store.incidents.open(cluster);
    const seen = await conclude(parts, cluster, outcome, open, signal);
    latest.set(cluster, remember(latest.get(cluster) ?? NOTHING_YET, seen));
    if (seen.observation)
      parts.metrics.set("dm_medic_last_successful_poll_timestamp_seconds", seen.observation.at / 1000, { cluster });
    if (parts.isActive()) await storeChanges(parts, cluster, seen);
  }

  function poll(cluster: string, signal: AbortSignal): Promise<void> {
    const running = underWay.get(cluster);
    if (running) return running;
    const begun = pollOnce(cluster, signal).finally(() => underWay.delete(cluster));
    underWay.set(cluster, begun);
    return begun;
  }

  return {
    poll,
    async pollAnew(cluster, signal) {
      await underWay.get(cluster)?.catch(() => {});
      parts.knowSources.lookAnew(cluster);
      await poll(cluster, signal);
    },
    latest: (cluster) => latest.get(cluster) ?? NOTHING_YET,
  };
}

interface Seen {
  readonly observation: Observation | null;
  readonly findings: readonly Finding[];
  readonly problem: string | null;
}

async function conclude(
  parts: WatchParts,
  cluster: string,
  outcome: ObserveOutcome,
  open: readonly Incident[],
  signal: AbortSignal,
): Promise<Seen> {
  switch (outcome.kind) {
    case "observed": {
      const { observation } = outcome;
      const checkers = await checkersOf(parts, cluster, observation, signal);
      const { knowledgeOf, memory } = await parts.knowSources.about(observation, signal);
      const findings = diagnose(observation, {
        checkerOf: (source) => checkers.get(source) ?? null,
        firstFailedAt: (key) => firstFailedAt(open, key),
        backoffSecondsOtherwise: clusterOf(parts.settings, cluster).defaultBackoffSeconds,
        ...{ knowledgeOf, memory },
      });
      return { observation, findings, problem: null };
    }
    case "unreachable":
      return {
        observation: null,
        findings: [masterUnreachable(cluster, outcome.tried)],
        problem: outcome.tried.map(({ master, why }) => `${master}: ${why}`).join("; "),
      };
    case "unreadable":
      parts.metrics.count("dm_medic_unreadable_answers_total", { cluster });
      parts.log.warn({ cluster, master: outcome.master, broke: outcome.broke }, "an answer of DM could not be read");
      return {
        observation: null,
        findings: [
          masterUnreachable(cluster, [{ master: outcome.master, why: `expected ${outcome.expected}: ${outcome.broke}` }]),
        ],
        problem: outcome.broke,
      };
    default:
      return outcome satisfies never;
  }
}

/** Only failing sources need their settings; a healthy cluster is not asked for any. */
async function checkersOf(
  parts: WatchParts,
  cluster: string,
  observation: Observation,
  signal: AbortSignal,
): Promise<Map<string, CheckerSettings | null>> {
  const failing = observation.sources
    .filter((source) => source.subtasks.some((subtask) => (subtask.result?.errors.length ?? 0) > 0))
    .slice(0, 50);
  const known = await Promise.all(
    failing.map(
      async ({ source }) =>
        [source, await parts.sourceSettings.checkerOf(cluster, source, observation.generation, signal)] as const,
    ),
  );
  return new Map(known);
}

function firstFailedAt(open: readonly Incident[], key: string): number | null {
  return (
    open.flatMap((incident) => incident.members).find((member) => member.key === key && member.recoveredAt === null)
      ?.firstFailedAt ?? null
  );
}

function remember(before: ClusterLatest, seen: Seen): ClusterLatest {
  if (!seen.observation) return { ...before, problem: seen.problem };
  return { observation: seen.observation, findings: seen.findings, at: seen.observation.at, problem: null };
}

async function storeChanges(parts: WatchParts, cluster: string, seen: Seen): Promise<void> {
  const { clock, settings, store, metrics } = parts;
  const told: IncidentChange[] = [];
  await store.transaction(async (tx) => {
    told.length = 0;
    // Read again inside: a click may have changed an incident since.
    const open = await tx.incidents.open(cluster);
    const changes = advanceIncidents({
      cluster,
      now: clock.now(),
      ...seen,
      open,
      wellPollsToClose: settings.policy.wellPollsToClose,
      ...underRepair(cluster, await tx.runs.unfinished()),
    });
    const isNew = changes.some(({ kind }) => kind === "opened");
    const recent = isNew ? await tx.incidents.recent(RECENT_INCIDENTS, cluster) : [];
    for (const change of changes) await storeChange(parts, tx, change, recent);
    const changed = new Set(changes.map((change) => change.incident.id));
    // A repair becomes due by time alone.
    for (const incident of open) if (!changed.has(incident.id)) await parts.report.card(tx, incident);
    told.push(...changes);
    metrics.set("dm_medic_open_incidents", open.length, { cluster });
  });
  for (const change of told) {
    if (change.kind === "opened") metrics.count("dm_medic_incidents_opened_total", { cluster, kind: change.incident.kind });
    if (change.kind === "closed") metrics.count("dm_medic_incidents_closed_total", { cluster, kind: change.incident.kind });
  }
}

function underRepair(cluster: string, runs: readonly Run[]) {
  const own = runs.filter(({ plan }) => plan.cluster === cluster);
  const plans = own.map(({ plan }) => plan);
  return {
    underRepair: new Set(plans.flatMap(({ incident }) => incident ?? [])),
    sourcesTakenAway: new Set(own.flatMap(sourcesTakenAway)),
    sourcesUnderRepair: new Set(plans.flatMap(({ targets }) => targets.map(({ source }) => source))),
  };
}

/** `recent`: the cluster's newest incidents as they were before, of which a new one may be the return. */
async function storeChange(
  parts: WatchParts,
  tx: StoreParts,
  change: IncidentChange,
  recent: readonly Incident[],
): Promise<void> {
  const now = parts.clock.now();
  if (change.kind === "opened") {
    const numbered = { ...change.incident, id: `I-${await tx.nextNumber("incident")}`, mentionedAt: now, mentions: 1 };
    const incident = asRelapse(numbered, recent, parts.settings.policy.relapseSeconds * 1000);
    await tx.incidents.insert(incident);
    await tx.audit.append(
      auditDraft(now, "incident-opened", SYSTEM, {
        ...about(incident),
        details: {
          root: incident.root,
          finding: asDetails(incident.finding),
          members: incident.members.map(({ key }) => key),
          relapseOf: incident.relapseOf,
        },
      }),
    );
    await parts.report.card(tx, incident);
    const { ineffectiveRunsAtMost } = parts.settings.policy;
    if (offerFor(incident, now, ineffectiveRunsAtMost).kind === "used-up") await parts.report.usedUp(tx, incident);
    return;
  }
  if ((await tx.incidents.update(change.incident)) !== "stored") throw new ChangedMeanwhile(`incident ${change.incident.id}`);
  const incident = { ...change.incident, version: change.incident.version + 1 };
  if (change.kind === "closed")
    await tx.audit.append(
      auditDraft(now, "incident-closed", SYSTEM, { ...about(incident), details: { openedAt: incident.openedAt } }),
    );
  else if (change.worth === "telling")
    await tx.audit.append(
      auditDraft(now, "incident-changed", SYSTEM, {
        ...about(incident),
        details: { joined: change.joined, kindBefore: change.kindBefore, finding: asDetails(incident.finding) },
      }),
    );
  if (change.kind === "changed" && change.silenceBroken)
    await tx.audit.append(auditDraft(now, "silence-broken", SYSTEM, about(incident)));
  await parts.report.card(tx, incident);
}

function about(incident: Incident) {
  return { cluster: incident.cluster, task: incident.finding.task, source: incident.finding.source, incident: incident.id };
}

function asDetails(finding: Finding): JsonValue {
  return JSON.parse(JSON.stringify({ ...findingAsJson(finding, "en"), key: subjectKey(finding.subject) })) as JsonValue;
}
