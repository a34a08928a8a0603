import type { Advice, PlaybookId } from "../diagnosis/finding.ts";
import type { Incident, Member } from "../incident/incident.ts";
import type { Plan, Target } from "./plan.ts";

/** Steps that only bring a task back to work: DM's words for one trouble change while it lasts, and any of these still fits. */
const RESTARTS: ReadonlySet<PlaybookId> = new Set<PlaybookId>(["resume-task", "stop-start-task", "fix-and-resume"]);
/** Steps that a person may want whatever becomes of the trouble. */
const WANTED_ANYWAY: ReadonlySet<PlaybookId> = new Set<PlaybookId>([
  "pause-task",
  "stop-task",
  "start-task",
  "compare-rows",
  "copy-missing-rows",
  "undo",
]);

const playbooksOf = ({ playbook, next }: Advice): readonly PlaybookId[] => [
  ...(playbook === null ? [] : [playbook]),
  ...next.map((later) => later.playbook),
];

/** Whether any playbook may be used on what this advice is about. */
export function isTreatable(advice: Advice): boolean {
  return playbooksOf(advice).length > 0;
}

/** Whether this playbook's steps fit what the advice is about; a restart fits wherever another kind of restart does. */
export function isTreatedBy(advice: Advice, playbook: PlaybookId): boolean {
  const named = playbooksOf(advice);
  return named.includes(playbook) || (RESTARTS.has(playbook) && named.some((other) => RESTARTS.has(other)));
}

/**
 * What of these targets is not any more as the plan's incident was when the plan was made: the trouble is over, or has become one that
 * these steps do not treat. Error words that change within a treatable kind are no difference. Empty for a plan without an incident,
 * and for steps that a person may want whatever becomes of it.
 */
export function outdatedTargets(
  { playbook, kind }: Pick<Plan, "playbook" | "kind">,
  targets: readonly Target[],
  incident: Incident | null,
): string[] {
  if (incident === null || targets.length === 0 || WANTED_ANYWAY.has(playbook)) return [];
  if (incident.state === "closed") return [`incident ${incident.id} (over)`];
  return targets.flatMap((target) => {
    const members = incident.members.filter(isAbout(target));
    const name = target.task === null ? target.source : `${target.task} @ ${target.source}`;
    // A task's other source may belong to another incident.
    if (members.length === 0) return [];
    const open = members.filter(({ recoveredAt }) => recoveredAt === null);
    if (open.length === 0) return [`trouble of ${name} (over)`];
    return open.some(({ finding }) => finding.kind === kind || isTreatedBy(finding.advice, playbook))
      ? []
      : [`kind of ${name} (${open.map(({ finding }) => finding.kind).join(", ")})`];
  });
}

/** A source as a whole is a target without a task, and a finding of its own has none either. */
const isAbout =
  ({ task, source }: Target) =>
  ({ finding }: Member): boolean =>
    finding.source === source && (finding.task === null || task === null || finding.task === task);
