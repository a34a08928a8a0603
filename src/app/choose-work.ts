import { type Finding, type PlaybookId, subjectKey } from "../domain/diagnosis/finding.ts";
import type { Incident } from "../domain/incident/incident.ts";
import { treatmentWith } from "../domain/incident/treatment.ts";
import { isTreatable, isTreatedBy } from "../domain/plan/outdated.ts";
import type { Phrase, PlanOptions, PlanSubject, Target } from "../domain/plan/plan.ts";
import { offerFor } from "../domain/playbooks/choose-playbook.ts";
import { mendsSources, neededTrouble } from "../domain/playbooks/needed-trouble.ts";
import { adviceSentence } from "../domain/wording/finding.ts";
import { momentText, phrase } from "../domain/wording/phrases.ts";
import type { ProposeParts, ProposeRequest } from "./propose.ts";
import { clusterOf } from "./report-incident.ts";
import type { ClusterLatest } from "./watch.ts";

export type ChosenWork =
  | {
      readonly kind: "work";
      readonly playbook: PlaybookId;
      readonly subjects: readonly PlanSubject[];
      /** What is treated; null for a plan that treats nothing (an ordinary pause, a comparison, an undo). */
      readonly finding: Finding | null;
    }
  | { readonly kind: "refused"; readonly why: Phrase };

const refused = (why: Phrase): ChosenWork => ({ kind: "refused", why });

/** Plans that people may ask for whether anything fails or not. */
const ORDINARY: ReadonlySet<PlaybookId> = new Set<PlaybookId>([
  "resume-task",
  "pause-task",
  "stop-task",
  "start-task",
  "stop-start-task",
  "compare-rows",
  "copy-missing-rows",
  "rewind-sync-checkpoint",
  "switch-to-gtid",
  "replace-relay-file",
  "reset-relay",
  "undo",
]);
/** Plans about a whole source: one subject however many of its tasks fail. */
const OF_SOURCE: ReadonlySet<PlaybookId> = new Set<PlaybookId>(["switch-to-gtid", "replace-relay-file", "reset-relay"]);

/** Which playbook, and on what: what the advice offers now, or what was asked for by name. */
export async function chooseWork(
  parts: ProposeParts,
  request: ProposeRequest,
  incident: Incident | null,
  latest: ClusterLatest,
): Promise<ChosenWork> {
  if (request.playbook === "undo") return undoing(parts, request);
  const elsewhere = request.playbook === "start-task" ? null : sourcesBesides(request, latest);
  if (elsewhere !== null) return refused(elsewhere);
  const failing = failingFor(request, incident, latest);
  const needed = request.playbook === null ? null : neededTrouble(request.playbook, failing);
  if (needed?.length === 0) return refused(troubleNotThere(request, failing));
  const first = needed?.[0] ?? failing.find(({ advice }) => isTreatable(advice)) ?? failing[0];
  if (!first && (request.playbook === null || !ORDINARY.has(request.playbook)))
    return refused(phrase("nothing-failing", { what: request.incident ?? request.task ?? request.cluster }));
  const chosen = choosePlaybook(parts, request, incident, first ?? null);
  if ("key" in chosen) return refused(chosen);
  // Members whose trouble these steps do not treat are left alone: their own comes first.
  const treated = needed ?? failing.filter(({ advice }) => isTreatedBy(advice, chosen.playbook));
  if (chosen.playbook === "resume-task" && failing.length === 0 && !hasPaused(request, latest))
    return refused(phrase("nothing-failing", { what: request.task ?? request.cluster }));
  const targets = targetsFor(chosen.playbook, request, treated.length > 0 ? treated : failing, latest);
  if (targets.length === 0 && chosen.playbook === "start-task" && isListed(request, latest))
    return refused(phrase("gate-there-already"));
  if (targets.length === 0) return refused(phrase("no-such-task", { task: request.task ?? "?", cluster: request.cluster }));
  return {
    kind: "work",
    playbook: chosen.playbook,
    subjects: await Promise.all(
      targets.map(async (target) => ({ target, options: await optionsFor(parts, chosen.playbook, request, target) })),
    ),
    finding: first ?? null,
  };
}

/**
 * What fails of that which was asked about. A repair made for one trouble is about the task's sources too, whose relay and binlog it
 * mends; and where nothing of the task itself fails, so is the question what could be done.
 */
export function failingFor(
  request: ProposeRequest,
  incident: Incident | null,
  { findings, observation }: ClusterLatest,
): Finding[] {
  const failing = findings.filter((finding) => finding.incident);
  const own = failing.filter((finding) => concerns(finding, request, incident));
  const isOfSources = request.playbook === null ? own.length === 0 : mendsSources(request.playbook);
  if (request.task === null || !isOfSources) return own;
  const sources = (observation?.sources ?? []).flatMap(({ subtasks }) =>
    subtasks.filter(({ task, source }) => isAsked(request, task, source)).map(({ source }) => source),
  );
  const ofSources = failing.filter(
    (finding) => finding.task === null && finding.source !== null && sources.includes(finding.source) && !own.includes(finding),
  );
  return [...own, ...ofSources];
}

function troubleNotThere({ playbook, task, source, incident, cluster }: ProposeRequest, failing: readonly Finding[]): Phrase {
  const found = [...new Set(failing.map(({ kind }) => kind))].join(", ") || "healthy";
  return phrase("trouble-not-there", { playbook: playbook ?? "", what: task ?? source ?? incident ?? cluster, found });
}

/** A copy of missing rows treats the newest comparison where none is named. */
async function optionsFor(
  { store }: ProposeParts,
  playbook: PlaybookId,
  { cluster, options }: ProposeRequest,
  { task, source }: Target,
): Promise<PlanOptions> {
  if (playbook !== "copy-missing-rows" || options.comparison !== null) return options;
  const own = (await store.records.list("comparison")).filter(
    (one) => one.cluster === cluster && one.task === task && one.source === source,
  );
  const newest = own.toSorted((a, b) => b.comparison.startedAt - a.comparison.startedAt)[0];
  return { ...options, comparison: newest?.id ?? null };
}

const isAsked = (request: ProposeRequest, task: string | null, source: string | null): boolean =>
  (request.task === null || task === request.task) && (request.source === null || source === request.source);

/** A source that the task does not read from is a slip of the hand: told, with those that it does read from. */
function sourcesBesides({ task, source }: ProposeRequest, { observation, findings }: ClusterLatest): Phrase | null {
  if (task === null || source === null) return null;
  const own = (observation?.sources ?? []).flatMap(({ subtasks }) => subtasks.filter((subtask) => subtask.task === task));
  const sources = new Set([...own, ...findings.filter((finding) => finding.task === task)].map((one) => one.source));
  if (sources.size === 0 || sources.has(source)) return null;
  return phrase("no-such-source", { task, source, sources: [...sources].join(", ") });
}

const isListed = (request: ProposeRequest, { observation }: ClusterLatest): boolean =>
  (observation?.sources ?? []).some(({ subtasks }) => subtasks.some(({ task, source }) => isAsked(request, task, source)));

function hasPaused(request: ProposeRequest, { observation }: ClusterLatest): boolean {
  const subtasks = observation?.sources.flatMap((source) => source.subtasks) ?? [];
  return subtasks.some(({ task, source, stage }) => stage === "Paused" && isAsked(request, task, source));
}

async function undoing({ store }: ProposeParts, { options }: ProposeRequest): Promise<ChosenWork> {
  const run = options.run === null ? null : await store.runs.get(options.run);
  const target = run?.plan.targets[0];
  if (!target) return refused(phrase("no-such-run", { run: options.run ?? "?" }));
  return { kind: "work", playbook: "undo", subjects: [{ target, options }], finding: null };
}

function concerns(finding: Finding, request: ProposeRequest, incident: Incident | null): boolean {
  if (request.task !== null)
    return (
      (finding.task === request.task || (finding.task === null && request.source !== null)) &&
      (request.source === null || finding.source === request.source)
    );
  if (request.source !== null) return finding.source === request.source;
  const key = subjectKey(finding.subject);
  return incident?.members.some((member) => member.key === key) ?? false;
}

function choosePlaybook(
  { settings, clock }: ProposeParts,
  request: ProposeRequest,
  incident: Incident | null,
  first: Finding | null,
): { playbook: PlaybookId } | Phrase {
  const atMost = settings.policy.ineffectiveRunsAtMost;
  const advice = first?.advice;
  const noPlaybook = phrase("no-playbook", {
    advice: advice ? adviceSentence(advice.why, clusterOf(settings, request.cluster).language) : "",
  });
  if (request.playbook !== null) {
    const known = ORDINARY.has(request.playbook) || (advice !== undefined && isTreatable(advice));
    const tried = incident === null ? null : treatmentWith(incident, request.playbook);
    if (tried !== null && tried.ineffective >= atMost)
      return phrase("budget-used-up", { playbook: request.playbook, count: String(tried.ineffective) });
    if (tried !== null && clock.now() < tried.restsUntil)
      return phrase("playbook-rests", { playbook: request.playbook, from: momentText(tried.restsUntil) });
    return known ? { playbook: request.playbook } : noPlaybook;
  }
  if (!first || !advice) return noPlaybook;
  if (incident === null) return advice.playbook === null ? noPlaybook : { playbook: advice.playbook };
  const offer = offerFor({ ...incident, finding: first }, clock.now(), atMost);
  switch (offer.kind) {
    case "offered":
      return { playbook: offer.playbook };
    case "later":
      return laterPhrase(offer, treatmentWith(incident, offer.playbook).restsUntil);
    case "used-up":
      return phrase("budget-used-up", { playbook: advice.playbook ?? advice.next.at(-1)?.playbook ?? "", count: String(atMost) });
    case "none":
      return noPlaybook;
    default:
      return offer satisfies never;
  }
}

/** Whether it is DM's own retries that are waited for, or the effect of the last run. */
function laterPhrase({ playbook, from }: { readonly playbook: PlaybookId; readonly from: number }, restsUntil: number): Phrase {
  const at = momentText(from);
  return from === restsUntil ? phrase("playbook-rests", { playbook, from: at }) : phrase("offered-later", { from: at });
}

function targetsFor(
  playbook: PlaybookId,
  request: ProposeRequest,
  failing: readonly Finding[],
  { observation, findings }: ClusterLatest,
): Target[] {
  const subtasks = observation?.sources.flatMap((source) => source.subtasks) ?? [];
  const asked = (task: string | null, source: string | null) => isAsked(request, task, source);
  if (OF_SOURCE.has(playbook)) {
    const sources = new Set(
      failing.length > 0
        ? failing.flatMap(({ source }) => source ?? [])
        : subtasks.filter(({ task, source }) => asked(task, source)).map(({ source }) => source),
    );
    return [...sources].map((source) => {
      const own = subtasks.find((subtask) => subtask.source === source && asked(subtask.task, source));
      return { task: own?.task ?? null, source, unit: own?.unit ?? "Relay" };
    });
  }
  if (playbook === "start-task") return toStart(request, failing, findings);
  const wanted = failing.filter(({ task }) => task !== null);
  // A trouble of a source itself is one of the tasks that read from it, and of no others.
  const troubled = new Set(failing.map(({ source }) => source));
  const isTroubled = (source: string): boolean => troubled.size === 0 || troubled.has(source);
  const chosen =
    wanted.length > 0
      ? wanted.map(({ task, source }) => ({ task: task!, source: source! }))
      : subtasks.filter(
          ({ task, source, stage }) =>
            asked(task, source) && isTroubled(source) && (playbook !== "resume-task" || stage === "Paused"),
        );
  const unitOf = (task: string, source: string) =>
    subtasks.find((subtask) => subtask.task === task && subtask.source === source)?.unit ?? "unknown";
  const names = new Map(chosen.map(({ task, source }) => [JSON.stringify([task, source]), { task, source }]));
  return Array.from(names.values(), ({ task, source }) => ({ task, source, unit: unitOf(task, source) }));
}

/** A task that DM does not list: from the incident that remembers it, or as the asker named task and source. */
function toStart(request: ProposeRequest, failing: readonly Finding[], findings: readonly Finding[]): Target[] {
  const remembered = (failing.length > 0 ? failing : findings).filter(
    (finding) =>
      finding.kind === "stopped-and-forgotten" &&
      (request.task === null || finding.task === request.task) &&
      (request.source === null || finding.source === request.source),
  );
  if (remembered.length > 0) return remembered.map(({ task, source }) => ({ task, source: source!, unit: "Sync" }));
  return request.task !== null && request.source !== null ? [{ task: request.task, source: request.source, unit: "Sync" }] : [];
}
