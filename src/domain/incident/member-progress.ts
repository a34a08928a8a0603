import type { Finding } from "../diagnosis/finding.ts";
import type { BinlogPosition, Observation, RelayObservation, SubtaskObservation } from "../observation/observation.ts";
import { OF_A_LARGE_FILE } from "./choose-root.ts";
import type { Member } from "./incident.ts";

/**
 * Whether this poll shows the member well. Running alone is not enough: DM says Running between two of its own attempts too.
 * Sync: the position moved past where it failed, or it is synced and stands where the upstream stands. Load and Dump: no error while
 * Running. Relay: caught up or moved, or switched off. Components: their trouble is not told any more.
 */
export function looksWell(member: Member, now: Finding | null, observation: Observation | null): boolean {
  if (now === null) return observation !== null && (isComponent(member.finding) || relayIsOff(member.finding, observation));
  if (now.incident) return false;
  if (now.kind === "paused-by-person") return true;
  const { subject } = now;
  // Nobody saw where it stood when it went, so that it runs again is what can be seen.
  if (member.finding.kind === "stopped-and-forgotten") return true;
  if (subject.kind === "subtask") return subtaskWell(subtaskOf(observation, subject.task, subject.source), member);
  if (subject.kind === "relay") return relayWell(relayOf(observation, subject.source), member);
  return true;
}

function isComponent(finding: Finding): boolean {
  return finding.subject.kind !== "subtask" && finding.subject.kind !== "relay";
}

/** A relay that its source does not have any more fails no more: switched off, as a switch to GTIDs does. */
function relayIsOff({ subject }: Finding, observation: Observation): boolean {
  if (subject.kind !== "relay") return false;
  const entry = observation.sources.find(({ source }) => source === subject.source);
  return entry?.answered === true && entry.relay === null;
}

function subtaskWell(subtask: SubtaskObservation | null, member: Member): boolean {
  if (!subtask) return false;
  if (subtask.stage === "Finished") return true;
  if (subtask.stage !== "Running") return false;
  const { progress } = subtask;
  if (progress?.kind !== "sync") return true;
  if (isPastTrouble(progress.syncerPosition, member)) return true;
  return progress.synced === true && samePlace(progress.syncerPosition, progress.masterPosition);
}

function relayWell(relay: RelayObservation | null, member: Member): boolean {
  if (relay?.stage !== "Running") return false;
  return relay.caughtUp === true || isPastTrouble(relay.relayPosition, member);
}

/** A unit that begins a file over 4 GiB anew, for ever, moves on in it for minutes each time: only the next file is past the trouble. */
function isPastTrouble(now: BinlogPosition | null, { finding, positionAtFailure }: Member): boolean {
  if (now === null || positionAtFailure === null) return false;
  return OF_A_LARGE_FILE.has(finding.kind) ? now.fileNumber > positionAtFailure.fileNumber : isAfter(now, positionAtFailure);
}

/** Positions of one file are compared by number, files by theirs. A position that wrapped at 4 GiB looks older and so is not "after". */
export function isAfter(a: BinlogPosition, b: BinlogPosition): boolean {
  return a.fileNumber !== b.fileNumber ? a.fileNumber > b.fileNumber : a.position > b.position;
}

function samePlace(a: BinlogPosition | null, b: BinlogPosition | null): boolean {
  return a !== null && b !== null && a.fileNumber === b.fileNumber && a.position === b.position;
}

export function subtaskOf(observation: Observation | null, task: string, source: string): SubtaskObservation | null {
  const entry = observation?.sources.find((candidate) => candidate.source === source);
  return entry?.subtasks.find((subtask) => subtask.task === task) ?? null;
}

function relayOf(observation: Observation | null, source: string): RelayObservation | null {
  return observation?.sources.find((candidate) => candidate.source === source)?.relay ?? null;
}
