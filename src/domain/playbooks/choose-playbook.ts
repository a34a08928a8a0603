import type { PlaybookId } from "../diagnosis/finding.ts";
import type { Incident } from "../incident/incident.ts";
import type { Generation } from "../observation/observation.ts";
import type { Playbook } from "./playbook.ts";
import { resumeTask } from "./resume-task.ts";
import { stopStartTask } from "./stop-start-task.ts";

export const PLAYBOOKS: Readonly<Record<PlaybookId, Playbook>> = { "resume-task": resumeTask, "stop-start-task": stopStartTask };

export type Offer =
  | { readonly kind: "offered"; readonly playbook: PlaybookId }
  | { readonly kind: "later"; readonly playbook: PlaybookId; readonly from: number }
  | { readonly kind: "used-up" }
  | { readonly kind: "none" };

/** What may be offered for an incident now: the first of its advice whose time has come and whose budget is not used up. */
export function offerFor(incident: Incident, now: number, ineffectiveRunsAtMost: number): Offer {
  const { advice } = incident.finding;
  const wanted = [...(advice.playbook === null ? [] : [{ playbook: advice.playbook, notBefore: null }]), ...advice.next];
  if (wanted.length === 0) return { kind: "none" };
  const left = wanted.filter(({ playbook }) => (incident.ineffectiveRuns[playbook] ?? 0) < ineffectiveRunsAtMost);
  const first = left[0];
  if (!first) return { kind: "used-up" };
  if (first.notBefore !== null && now < first.notBefore)
    return { kind: "later", playbook: first.playbook, from: first.notBefore };
  return { kind: "offered", playbook: first.playbook };
}

/** v1.0 to v5.4 stop with 1, v6.0 and later with 7. A build without a version stamp: the likelier one; the executor believes only the source's list. */
export function stopOperation(generation: Generation, version: string | null): 1 | 7 {
  if (generation === "v1.0") return 1;
  const major = /^v?(\d+)\./.exec(version ?? "")?.[1];
  return major !== undefined && Number(major) < 6 ? 1 : 7;
}
