import { type Advice, subjectKey } from "../diagnosis/finding.ts";
import type { Incident } from "../incident/incident.ts";
import type { Target } from "./plan.ts";

/** Whether a playbook may be used at all on what this advice is about; a person may then ask for either by name. */
export function isTreatable({ playbook, next }: Advice): boolean {
  return playbook !== null || next.length > 0;
}

/**
 * What of a plan's targets is not any more as its incident was when the plan was made: the trouble is over, or has become one that
 * these steps do not treat. Error words that change within a treatable kind are no difference. null: the plan has no incident.
 */
export function outdatedTargets(targets: readonly Target[], incident: Incident | null): string[] {
  if (incident === null || targets.length === 0) return [];
  if (incident.state === "closed") return [`incident ${incident.id} (over)`];
  return targets.flatMap(({ task, source }) => {
    const key = subjectKey({ kind: "subtask", task, source });
    const member = incident.members.find((candidate) => candidate.key === key);
    // A task's other source may belong to another incident.
    if (!member) return [];
    if (member.recoveredAt !== null) return [`trouble of ${task} @ ${source} (over)`];
    return isTreatable(member.finding.advice) ? [] : [`kind of ${task} @ ${source} (${member.finding.kind})`];
  });
}
