import type { Person } from "../domain/approval/people.ts";
import { type Finding, type PlaybookId, type Risk, subjectKey } from "../domain/diagnosis/finding.ts";
import type { Incident } from "../domain/incident/incident.ts";
import { bindingText } from "../domain/plan/binding.ts";
import { isTreatable } from "../domain/plan/outdated.ts";
import type { Phrase, Plan, Step, Target } from "../domain/plan/plan.ts";
import { offerFor, PLAYBOOKS, stopOperation } from "../domain/playbooks/choose-playbook.ts";
import { adviceSentence } from "../domain/wording/finding.ts";
import { phrase } from "../domain/wording/phrases.ts";
import { auditDraft } from "./audit-draft.ts";
import { type FactSources, readTargetFacts, type TargetFacts } from "./plan-facts.ts";
import type { Clock } from "./ports/clock.ts";
import type { Metrics } from "./ports/metrics.ts";
import type { Settings } from "./ports/settings.ts";
import type { Store } from "./ports/store.ts";
import { clusterOf } from "./report-incident.ts";
import type { PlanReport } from "./report-plan.ts";
import type { Watch } from "./watch.ts";

export interface ProposeRequest {
  readonly cluster: string;
  /** Either an incident, or a task (and perhaps one source of it). */
  readonly incident: string | null;
  readonly task: string | null;
  readonly source: string | null;
  /** null: what the advice offers. Named: as asked, also while DM still retries. */
  readonly playbook: PlaybookId | null;
  readonly askedBy: Person;
  /** Nothing is stored and nothing can be voted on. */
  readonly dryRun: boolean;
}

export type ProposeOutcome =
  | { readonly kind: "plan"; readonly plan: Plan }
  | { readonly kind: "refused"; readonly why: readonly Phrase[] };

export interface ProposeParts extends FactSources {
  readonly store: Store;
  readonly watch: Pick<Watch, "latest" | "poll">;
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
  await parts.watch.poll(request.cluster, signal);
  const latest = parts.watch.latest(request.cluster);
  if (latest.problem !== null || latest.observation === null)
    return refused(phrase("dm-silent", { why: latest.problem ?? "it was never asked" }));
  const incident = await incidentOf(parts.store, request);
  if (incident === "gone") return refused(phrase("no-such-incident", { incident: request.incident ?? "" }));
  const failing = latest.findings.filter(
    (finding) => finding.incident && finding.subject.kind === "subtask" && concerns(finding, request, incident),
  );
  const leads = failing.find(({ advice }) => isTreatable(advice)) ?? failing[0];
  if (!leads) return refused(phrase("nothing-failing", { what: request.incident ?? request.task ?? request.cluster }));
  const chosen = choosePlaybook(parts, request, incident, leads);
  if ("key" in chosen) return refused(chosen);
  // Members whose trouble these steps do not treat are left alone: their own comes first.
  const treated = failing.filter(({ advice }) => isTreatable(advice));
  const open = (await parts.store.plans.open()).find(
    (plan) =>
      plan.cluster === request.cluster &&
      plan.playbook === chosen.playbook &&
      sameTargets(plan.targets, targetsOf(treated)) &&
      plan.expiresAt > parts.clock.now(),
  );
  if (open && !request.dryRun) return refused(phrase("plan-open-already", { plan: open.id }));
  return draw(parts, request, incident, treated, chosen.playbook, signal);
}

async function incidentOf(store: Store, request: ProposeRequest): Promise<Incident | null | "gone"> {
  if (request.incident !== null) {
    const found = await store.incidents.get(request.incident);
    return found?.state === "open" ? found : "gone";
  }
  const open = await store.incidents.open(request.cluster);
  return (
    open.find((incident) =>
      incident.members.some(
        (member) => member.finding.task === request.task && (request.source === null || member.finding.source === request.source),
      ),
    ) ?? null
  );
}

function concerns(finding: Finding, request: ProposeRequest, incident: Incident | null): boolean {
  if (request.task !== null)
    return finding.task === request.task && (request.source === null || finding.source === request.source);
  const key = subjectKey(finding.subject);
  return incident?.members.some((member) => member.key === key) ?? false;
}

function choosePlaybook(
  { settings, clock }: ProposeParts,
  request: ProposeRequest,
  incident: Incident | null,
  first: Finding,
): { playbook: PlaybookId } | Phrase {
  const { advice } = first;
  const atMost = settings.policy.ineffectiveRunsAtMost;
  const noPlaybook = phrase("no-playbook", { advice: adviceSentence(advice.why, clusterOf(settings, request.cluster).language) });
  if (request.playbook !== null) {
    const used = incident?.ineffectiveRuns[request.playbook] ?? 0;
    if (used >= atMost) return phrase("budget-used-up", { playbook: request.playbook, count: String(used) });
    return isTreatable(advice) ? { playbook: request.playbook } : noPlaybook;
  }
  if (incident === null) return advice.playbook === null ? noPlaybook : { playbook: advice.playbook };
  const offer = offerFor({ ...incident, finding: first }, clock.now(), atMost);
  switch (offer.kind) {
    case "offered":
      return { playbook: offer.playbook };
    case "later":
      return phrase("offered-later", { from: new Date(offer.from).toISOString() });
    case "used-up":
      return phrase("budget-used-up", { playbook: advice.playbook ?? advice.next.at(-1)?.playbook ?? "", count: String(atMost) });
    case "none":
      return noPlaybook;
    default:
      return offer satisfies never;
  }
}

function targetsOf(findings: readonly Finding[]): Target[] {
  return findings.map((finding) => ({
    task: finding.task ?? "",
    source: finding.source ?? "",
    unit: finding.unit === "Relay" || finding.unit === null ? "unknown" : finding.unit,
  }));
}

function sameTargets(a: readonly Target[], b: readonly Target[]): boolean {
  const names = (targets: readonly Target[]) => JSON.stringify(targets.map(({ task, source }) => [task, source]).sort());
  return names(a) === names(b);
}

async function draw(
  parts: ProposeParts,
  request: ProposeRequest,
  incident: Incident | null,
  failing: readonly Finding[],
  playbook: PlaybookId,
  signal: AbortSignal,
): Promise<ProposeOutcome> {
  const targets = targetsOf(failing);
  const facts: TargetFacts[] = [];
  for (const target of targets) facts.push(await readTargetFacts(parts, request.cluster, target, playbook, signal));
  const failed = facts.flatMap(({ gates }) => gates).filter((gate) => gate.answer === "fails");
  if (failed.length > 0) return refused(...failed.map((gate) => gate.phrase));
  const { settings, clock, hashing } = parts;
  const kind = failing[0]!.kind;
  const generation = parts.watch.latest(request.cluster).observation?.generation ?? "v2+";
  const binding = planBinding({ cluster: request.cluster, playbook, kind, generation }, targets, facts);
  const now = clock.now();
  const draft: Plan = {
    id: "P-0",
    incident: incident?.id ?? null,
    cluster: request.cluster,
    kind,
    playbook,
    risk: PLAYBOOKS[playbook].risk,
    targets,
    steps: stepsOf(parts, request.cluster, playbook, targets),
    binding,
    digest: hashing.sha256(bindingText(binding)),
    gates: facts.flatMap(({ gates }) => gates),
    askedBy: request.askedBy,
    createdAt: now,
    expiresAt: now + settings.policy.planExpirySeconds * 1000,
    state: { kind: "open" },
    votes: [],
    mayExecute: mayExecute(parts, request, PLAYBOOKS[playbook].risk),
    version: 0,
  };
  return { kind: "plan", plan: request.dryRun ? draft : await keep(parts, draft) };
}

/** What the digest is taken from. The incident's kind counts; error texts, positions and times never do. */
export function planBinding(
  head: { readonly cluster: string; readonly playbook: PlaybookId; readonly kind: string; readonly generation: string },
  targets: readonly Target[],
  facts: readonly TargetFacts[],
): Record<string, string> {
  const names = targets.map(({ task, source }) => `${task} @ ${source}`).join(", ");
  return Object.assign({ ...head, targets: names }, ...facts.map(({ binding }) => binding)) as Record<string, string>;
}

function stepsOf({ settings, watch }: ProposeParts, cluster: string, playbook: PlaybookId, targets: readonly Target[]): Step[] {
  const observation = watch.latest(cluster).observation;
  const { waitUntilGoneSeconds, verifySeconds } = settings.policy;
  const operation = stopOperation(observation?.generation ?? "v2+", observation?.version ?? null);
  const forOne = PLAYBOOKS[playbook].steps({ stopOperation: operation, waitUntilGoneSeconds, verifySeconds });
  return targets.flatMap((target, index) =>
    forOne.map((step, at) => ({ ...step, target, number: index * forOne.length + at + 1 })),
  );
}

function mayExecute({ settings }: ProposeParts, request: ProposeRequest, risk: Risk): Plan["mayExecute"] {
  if (request.dryRun) return { kind: "no", why: "it was asked for as a dry run" };
  const { writes } = clusterOf(settings, request.cluster);
  if (writes === "refused") return { kind: "no", why: `the configuration refuses writes to ${request.cluster}` };
  if (writes === "except-data" && risk === "data")
    return { kind: "no", why: `the configuration refuses plans that change data in ${request.cluster}` };
  return { kind: "yes" };
}

function keep({ store, report, clock }: ProposeParts, draft: Plan): Promise<Plan> {
  return store.transaction(async (tx) => {
    const plan = { ...draft, id: `P-${await tx.nextNumber("plan")}` };
    await tx.plans.insert(plan);
    await tx.audit.append(
      auditDraft(clock.now(), "plan-made", plan.askedBy, {
        cluster: plan.cluster,
        task: plan.targets[0]!.task,
        source: plan.targets[0]!.source,
        incident: plan.incident,
        plan: plan.id,
        details: {
          playbook: plan.playbook,
          risk: plan.risk,
          digest: plan.digest,
          binding: plan.binding,
          targets: plan.targets.map(({ task, source }) => `${task} @ ${source}`),
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
