import { PLAYBOOK_IDS, type PlaybookId, type Risk } from "../diagnosis/finding.ts";
import type { Incident } from "../incident/incident.ts";
import { treatmentWith } from "../incident/treatment.ts";
import type { Generation } from "../observation/observation.ts";
import { compareRows } from "./compare-rows.ts";
import { copyMissingRows } from "./copy-missing-rows.ts";
import { fixAndResume } from "./fix-and-resume.ts";
import { pauseTask } from "./pause-task.ts";
import type { Playbook } from "./playbook.ts";
import { replaceRelayFile } from "./replace-relay-file.ts";
import { resetRelay } from "./reset-relay.ts";
import { resumeTask } from "./resume-task.ts";
import { rewindSyncCheckpoint } from "./rewind-sync-checkpoint.ts";
import { skipOrReplaceStatement } from "./skip-or-replace-statement.ts";
import { startTask } from "./start-task.ts";
import { stopStartTask } from "./stop-start-task.ts";
import { stopTask } from "./stop-task.ts";
import { switchToGtid } from "./switch-to-gtid.ts";
import { undo } from "./undo.ts";

/** Every playbook by its id. What its steps are made of differs, so each is drawn by its own survey (`src/app/survey`). */
export const PLAYBOOKS = {
  "resume-task": resumeTask,
  "stop-start-task": stopStartTask,
  "pause-task": pauseTask,
  "stop-task": stopTask,
  "start-task": startTask,
  "fix-and-resume": fixAndResume,
  "rewind-sync-checkpoint": rewindSyncCheckpoint,
  "switch-to-gtid": switchToGtid,
  "replace-relay-file": replaceRelayFile,
  "reset-relay": resetRelay,
  "skip-or-replace-statement": skipOrReplaceStatement,
  "compare-rows": compareRows,
  "copy-missing-rows": copyMissingRows,
  undo,
} as const satisfies Readonly<Record<PlaybookId, Pick<Playbook<never>, "id" | "risk">>>;

export const riskOf = (id: PlaybookId): Risk => PLAYBOOKS[id].risk;
export const isPlaybook = (word: string): word is PlaybookId => (PLAYBOOK_IDS as readonly string[]).includes(word);

export type Offer =
  | { readonly kind: "offered"; readonly playbook: PlaybookId }
  | { readonly kind: "later"; readonly playbook: PlaybookId; readonly from: number }
  | { readonly kind: "used-up" }
  | { readonly kind: "none" };

/** What may be offered for an incident now: the first of its advice whose budget is not used up, from when DM leaves it to us and the last run of it has had time to show. */
export function offerFor(incident: Incident, now: number, ineffectiveRunsAtMost: number): Offer {
  const { advice } = incident.finding;
  const wanted = [...(advice.playbook === null ? [] : [{ playbook: advice.playbook, notBefore: null }]), ...advice.next];
  if (wanted.length === 0) return { kind: "none" };
  const left = wanted.filter(({ playbook }) => treatmentWith(incident, playbook).ineffective < ineffectiveRunsAtMost);
  const first = left[0];
  if (!first) return { kind: "used-up" };
  const from = Math.max(first.notBefore ?? 0, treatmentWith(incident, first.playbook).restsUntil);
  if (now < from) return { kind: "later", playbook: first.playbook, from };
  return { kind: "offered", playbook: first.playbook };
}

/** v1.0 to v5.4 stop with 1, v6.0 and later with 7. A build without a version stamp: the likelier one; the executor believes only the source's list. */
export function stopOperation(generation: Generation, version: string | null): 1 | 7 {
  if (generation === "v1.0") return 1;
  const major = /^v?(\d+)\./.exec(version ?? "")?.[1];
  return major !== undefined && Number(major) < 6 ? 1 : 7;
}
