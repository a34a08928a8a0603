import type { Person } from "../domain/approval/people.ts";
import { type Finding, type PlaybookId, type Risk, subjectKey } from "../domain/diagnosis/finding.ts";
import type { Incident } from "../domain/incident/incident.ts";
import type { Observation } from "../domain/observation/observation.ts";
import { bindingText } from "../domain/plan/binding.ts";
import { isTreatedBy } from "../domain/plan/outdated.ts";
import type { Phrase, Plan, PlanOptions, PlanSubject, Target } from "../domain/plan/plan.ts";
import { targetKey } from "../domain/plan/target-key.ts";
import { riskOf } from "../domain/playbooks/choose-playbook.ts";
import { mendsSources, neededTrouble } from "../domain/playbooks/needed-trouble.ts";
import { phrase } from "../domain/wording/phrases.ts";
import { NOT_STORED } from "../domain/wording/plan-message.ts";
import { auditDraft } from "./audit-draft.ts";
import { chooseWork, failingFor } from "./choose-work.ts";
import type { FactSources } from "./fact-sources.ts";
import { freezeOf, frozenPhrase } from "./freeze.ts";
import type { Clock } from "./ports/clock.ts";
import type { Metrics } from "./ports/metrics.ts";
import type { Settings } from "./ports/settings.ts";
import type { Store } from "./ports/store.ts";
import { clusterOf } from "./report-incident.ts";
import type { PlanReport } from "./report-plan.ts";
import type { Survey } from "./survey/survey.ts";
import { surveySubject } from "./survey/surveyors.ts";
import type { ClusterLatest, Watch } from "./watch.ts";

export interface ProposeRequest {
  readonly cluster: string;
  /** Either an incident, or a task (and perhaps one source of it), or a source. */
  readonly incident: string | null;
  readonly task: string | null;
  readonly source: string | null;
  /** null: what the advice offers. Named: as asked, also while DM still retries. */
  readonly playbook: PlaybookId | null;
  readonly options: PlanOptions;
  readonly askedBy: Person;
  /** Nothing is stored and nothing can be voted on. */
  readonly dryRun: boolean;
}

export type ProposeOutcome =
  | { readonly kind: "plan"; readonly plan: Plan }
  | { readonly kind: "refused"; readonly why: readonly Phrase[] };

export interface ProposeParts {
  readonly facts: FactSources;
  readonly store: Store;
  readonly watch: Pick<Watch, "latest" | "poll" | "pollAnew">;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly report: PlanReport;
}

export type Propose = (request: ProposeRequest, signal: AbortSignal) => Promise<ProposeOutcome>;

const refused = (...why: readonly Phrase[]): ProposeOutcome => ({ kind: "refused", why });

/** Makes a plan on fresh facts, or says why there is none and what would lift that. */
export function createPropose(parts: ProposeParts): Propose {
  return async (request, signal) => {
    const outcome = await propose(parts, request, signal);
    const playbook = outcome.kind === "plan" ? outcome.plan.playbook : (request.playbook ?? "none");
    parts.metrics.count("dm_medic_plans_total", { cluster: request.cluster, playbook, outcome: outcome.kind });
    if (outcome.kind === "refused" && !request.dryRun) await recordRefusal(parts, request, outcome.why);
    return outcome;
  };
}

async function propose(parts: ProposeParts, request: ProposeRequest, signal: AbortSignal): Promise<ProposeOutcome> {
  const freeze = request.dryRun ? null : await freezeOf(parts, request.cluster);
  if (freeze) return refused(frozenPhrase(freeze));
  const isRepair = request.playbook !== null && mendsSources(request.playbook);
  await (isRepair ? parts.watch.pollAnew(request.cluster, signal) : parts.watch.poll(request.cluster, signal));
  const latest = parts.watch.latest(request.cluster);
  if (latest.problem !== null || latest.observation === null)
    return refused(phrase("dm-silent", { why: latest.problem ?? "it was never asked" }));
  const incident = await incidentOf(parts.store, request, latest);
  if (incident === "gone") return refused(phrase("no-such-incident", { incident: request.incident ?? "" }));
  const chosen = await chooseWork(parts, request, incident, latest);
  if (chosen.kind === "refused") return refused(chosen.why);
  const { playbook, subjects, finding } = chosen;
  const open = (await parts.store.plans.open()).find(
    (plan) =>
      plan.cluster === request.cluster &&
      plan.playbook === playbook &&
      sameSubjects(plan.subjects, subjects) &&
      plan.expiresAt > parts.clock.now(),
  );
  if (open && !request.dryRun) return refused(phrase("plan-open-already", { plan: open.id }));
  return draw(parts, request, { incident, finding, playbook, subjects }, latest.observation, signal);
}

/** The incident that the plan treats: its card shows the plan, its budget and cool-down count. */
async function incidentOf(store: Store, request: ProposeRequest, latest: ClusterLatest): Promise<Incident | null | "gone"> {
  if (request.incident !== null) {
    const found = await store.incidents.get(request.incident);
    return found?.state === "open" ? found : "gone";
  }
  const open = await store.incidents.open(request.cluster);
  const having = (isSo: (finding: Finding, key: string) => boolean): Incident | undefined =>
    open.find(({ members }) => members.some(({ finding, key, recoveredAt }) => recoveredAt === null && isSo(finding, key)));
  const { playbook } = request;
  const isAsked = ({ task, source }: Finding): boolean =>
    task === request.task && (request.source === null || source === request.source);
  if (playbook !== null) {
    const keys = neededTrouble(playbook, failingFor(request, null, latest))?.map(({ subject }) => subjectKey(subject));
    if (keys) return having((_, key) => keys.includes(key)) ?? null;
    const treating = having((finding) => isAsked(finding) && isTreatedBy(finding.advice, playbook));
    if (treating) return treating;
  }
  const keys = failingFor(request, null, latest).map(({ subject }) => subjectKey(subject));
  const failing = having(isAsked) ?? having((_, key) => keys.includes(key));
  return failing ?? open.find(({ members }) => members.some(({ finding }) => isAsked(finding))) ?? null;
}

function sameSubjects(a: readonly PlanSubject[], b: readonly PlanSubject[]): boolean {
  const names = (subjects: readonly PlanSubject[]) =>
    JSON.stringify(subjects.map(({ target: { task, source }, options }) => [task, source, options]).sort());
  return names(a) === names(b);
}

interface Work {
  readonly incident: Incident | null;
  readonly finding: Finding | null;
  readonly playbook: PlaybookId;
  readonly subjects: readonly PlanSubject[];
}

async function draw(
  parts: ProposeParts,
  request: ProposeRequest,
  { incident, finding, playbook, subjects }: Work,
  { generation, version }: Observation,
  signal: AbortSignal,
): Promise<ProposeOutcome> {
  const { facts, store, settings, clock } = parts;
  const surveys: Survey[] = [];
  for (const subject of subjects)
    surveys.push(
      await surveySubject(playbook, { facts, store, settings, cluster: request.cluster, subject, generation, version, signal }),
    );
  const gates = surveys.flatMap((survey) => survey.gates);
  const failed = gates.filter((gate) => gate.answer === "fails");
  const onlyShown = failed.find(({ gate }) => gate === SHOWN_WITHOUT_ACCOUNT)?.phrase ?? null;
  if (failed.some(({ gate }) => gate !== SHOWN_WITHOUT_ACCOUNT)) return refused(...failed.map((gate) => gate.phrase));
  const kind = finding?.kind ?? "healthy";
  const head = { cluster: request.cluster, playbook, kind, generation, version: version ?? "" };
  const binding = planBinding(head, surveys);
  const now = clock.now();
  const draft: Plan = {
    id: NOT_STORED,
    incident: incident?.id ?? null,
    ...{ cluster: request.cluster, kind, playbook, subjects, binding, gates },
    risk: riskOf(playbook),
    targets: distinct(surveys.flatMap((survey) => survey.targets)),
    warnings: surveys.flatMap((survey) => survey.warnings),
    steps: surveys.flatMap((survey) => survey.steps).map((step, index) => ({ ...step, number: index + 1 })),
    digest: facts.hashing.sha256(bindingText(binding)),
    askedBy: request.askedBy,
    createdAt: now,
    expiresAt: now + settings.policy.planExpirySeconds * 1000,
    state: { kind: "open" },
    votes: [],
    mayExecute: mayExecute(parts, request, riskOf(playbook), onlyShown),
    version: 0,
  };
  return { kind: "plan", plan: request.dryRun ? draft : await keep(parts, draft) };
}

function distinct(targets: readonly Target[]): Target[] {
  return [...new Map(targets.map((target) => [targetKey(target), target])).values()];
}

/** What the digest is taken from. The incident's kind counts; error texts, positions and times never do. */
export function planBinding(head: Readonly<Record<string, string>>, surveys: readonly Survey[]): Record<string, string> {
  const names = distinct(surveys.flatMap((survey) => survey.targets))
    .map(targetKey)
    .join(", ");
  return Object.assign({ ...head, targets: names }, ...surveys.map(({ binding }) => binding)) as Record<string, string>;
}

/** The gate of the account that writes checkpoints: what it would do is shown, for a person to execute. */
const SHOWN_WITHOUT_ACCOUNT = "writer";

function mayExecute(
  { settings }: ProposeParts,
  request: ProposeRequest,
  risk: Risk,
  onlyShown: Phrase | null,
): Plan["mayExecute"] {
  if (request.dryRun) return { kind: "no", why: phrase("no-writes-dry-run") };
  const { writes } = clusterOf(settings, request.cluster);
  if (writes === "refused") return { kind: "no", why: phrase("no-writes-here", { cluster: request.cluster }) };
  if (writes === "except-data" && risk === "data")
    return { kind: "no", why: phrase("no-data-writes-here", { cluster: request.cluster }) };
  return onlyShown === null ? { kind: "yes" } : { kind: "no", why: onlyShown };
}

function keep({ store, report, clock }: ProposeParts, draft: Plan): Promise<Plan> {
  return store.transaction(async (tx) => {
    const plan = { ...draft, id: `P-${await tx.nextNumber("plan")}` };
    await tx.plans.insert(plan);
    await tx.audit.append(
      auditDraft(clock.now(), "plan-made", plan.askedBy, {
        cluster: plan.cluster,
        task: plan.targets[0]?.task ?? null,
        source: plan.targets[0]?.source ?? null,
        incident: plan.incident,
        plan: plan.id,
        details: {
          playbook: plan.playbook,
          risk: plan.risk,
          digest: plan.digest,
          binding: plan.binding,
          targets: plan.targets.map(targetKey),
        },
      }),
    );
    await report.plan(tx, plan);
    return plan;
  });
}

async function recordRefusal({ store, clock }: ProposeParts, request: ProposeRequest, why: readonly Phrase[]): Promise<void> {
  const { cluster, task, source, incident, askedBy } = request;
  await store.audit.append(
    auditDraft(clock.now(), "plan-refused", askedBy, {
      cluster,
      task,
      source,
      incident,
      details: { why: why.map(({ key, values }) => ({ key, values })) },
    }),
  );
}
