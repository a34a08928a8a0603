import type { Alert } from "../../src/domain/alert/alert.ts";
import { advise } from "../../src/domain/diagnosis/evidence.ts";
import type { Finding } from "../../src/domain/diagnosis/finding.ts";
import { subjectKey } from "../../src/domain/diagnosis/finding.ts";
import type { Incident, Root } from "../../src/domain/incident/incident.ts";
import { NO_OPTIONS, type Plan } from "../../src/domain/plan/plan.ts";

export const anAlert = (fingerprint: string): Alert => ({
  fingerprint,
  status: "firing",
  name: "DM_task_state",
  labels: { task: "t" },
  annotations: {},
  startsAt: 1,
  endsAt: null,
  generatorUrl: "",
  receivedAt: 1,
});

export function aFinding(task: string, source: string, parts: Partial<Finding> = {}): Finding {
  return {
    kind: "bad-connection",
    incident: true,
    cluster: "shop",
    subject: { kind: "subtask", task, source },
    task,
    source,
    worker: "w1",
    unit: "Sync",
    stage: "Paused",
    confidence: 0.95,
    evidence: [{ fact: { kind: "said", text: "driver: bad connection" }, from: "result" }],
    codes: [10002],
    dmRetriesByItself: false,
    advice: advise("stop-and-start", "stop-start-task"),
    position: { file: "mysql-bin.000003", relaySuffix: null, fileNumber: 3, position: 100 },
    ...parts,
  };
}

export function anIncident(id: string, root: Root = { kind: "subtask", task: "t", source: "s" }): Incident {
  const finding = aFinding("t", "s");
  const member = {
    key: subjectKey(finding.subject),
    finding,
    firstFailedAt: 1,
    lastFailedAt: 1,
    wellPolls: 0,
    positionAtFailure: finding.position,
    recoveredAt: null,
  };
  return {
    id,
    cluster: "shop",
    root,
    state: "open",
    kind: finding.kind,
    severity: "critical",
    openedAt: 1,
    closedAt: null,
    members: [member],
    finding,
    acknowledged: null,
    silenced: null,
    mentionedAt: 1,
    mentions: 1,
    alerts: [],
    treatments: {},
    relapseOf: null,
    version: 0,
  };
}

export function aPlan(id: string, parts: Partial<Plan> = {}): Plan {
  const target = { task: "t", source: "s1", unit: "Sync" as const };
  const subjects = (parts.targets ?? [target]).map((subject) => ({ target: subject, options: NO_OPTIONS }));
  return {
    id,
    incident: "I-1",
    cluster: "shop",
    kind: "bad-connection",
    playbook: "stop-start-task",
    risk: "disruptive",
    subjects,
    warnings: [],
    targets: [target],
    steps: [{ number: 1, target, action: { kind: "stop-task", op: 7 }, atMostSeconds: 60 }],
    binding: { generation: "v2+" },
    digest: "d1",
    gates: [],
    askedBy: { id: "U1", name: "Ana", identity: "slack" },
    createdAt: 0,
    expiresAt: 1_000,
    state: { kind: "open" },
    votes: [],
    mayExecute: { kind: "yes" },
    version: 0,
    ...parts,
  };
}
