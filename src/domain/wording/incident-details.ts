import type { Incident } from "../incident/incident.ts";
import type { Generation } from "../observation/observation.ts";
import type { Target } from "../plan/plan.ts";
import { resumeTask } from "../playbooks/resume-task.ts";
import { stopStartTask } from "../playbooks/stop-start-task.ts";
import { type Block, code, type Document, document, note, plain } from "./document.ts";
import { findingBlocks } from "./finding.ts";
import { rootText } from "./incident-card.ts";
import type { Language } from "./language.ts";
import { personCommands } from "./person-commands.ts";

const SHOWN = 5;
/** No deadline is shown in commands. */
const TIMING = { waitUntilGoneSeconds: 0, verifySeconds: 0, passFileSeconds: 0, compareSeconds: 0 };

/** Everything that is known of an incident: each member's finding with its evidence, and the work as commands for a person. */
export function incidentDetails(
  incident: Incident,
  masterAddress: string,
  language: Language,
  generation: Generation = "v2+",
): Document {
  const failing = incident.members.filter((member) => member.recoveredAt === null);
  const members = failing.length > 0 ? failing : incident.members;
  const shown = members.slice(0, SHOWN);
  const left = members.length - shown.length;
  const blocks: Block[] = shown.flatMap((member, index) => [
    ...(index > 0 ? [{ kind: "divider" } as const] : []),
    ...findingBlocks(member.finding, language),
  ]);
  return document(`${incident.id} · ${rootText(incident, language)}`, incident.severity, [
    ...blocks,
    ...(left > 0 ? [note(plain(language === "en" ? `… +${left} more` : `… +${left} 个未列出`))] : []),
    ...commandsOf(incident, masterAddress, language, generation),
  ]);
}

/** For repairs that need nothing but the task's name; what the others do depends on facts that only their plan has read. */
function commandsOf(incident: Incident, masterAddress: string, language: Language, generation: Generation): Block[] {
  const playbook = incident.finding.advice.playbook ?? incident.finding.advice.next[0]?.playbook;
  const simple = playbook === "resume-task" ? resumeTask : playbook === "stop-start-task" ? stopStartTask : null;
  if (simple === null) {
    const { task } = incident.finding;
    if (playbook === undefined || playbook === null || task === null) return [];
    const command = code(`/dm plan ${task} ${playbook} --dry-run`);
    return [
      language === "en"
        ? note(plain("Every call and statement of the repair: "), command)
        : note(plain("该修复的所有调用和语句："), command),
    ];
  }
  const targets = incident.members.flatMap(({ finding }): Target[] =>
    finding.subject.kind === "subtask" ? [{ task: finding.subject.task, source: finding.subject.source, unit: "Sync" }] : [],
  );
  const steps = targets.flatMap((target) => simple.steps({ target, timing: TIMING, stopOperation: 7 }));
  return personCommands(
    steps.map((step, index) => ({ ...step, number: index + 1 })),
    { masterAddress, language, generation },
  );
}
