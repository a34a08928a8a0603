import type { BinlogPosition, DmError, SubtaskObservation } from "../observation/observation.ts";
import { riskOf } from "../playbooks/choose-playbook.ts";
import type { Advice, AdviceKey, Assumption, Evidence, PlaybookId } from "./finding.ts";

export const said = (text: string, from: string): Evidence => ({ fact: { kind: "said", text }, from });
export const seen = (name: string, value: string, from: string): Evidence => ({ fact: { kind: "seen", name, value }, from });
export const counted = (what: string, count: number, from: string): Evidence => ({
  fact: { kind: "counted", what, count },
  from,
});
export const assumed = (what: Assumption, value: string, from: string): Evidence => ({
  fact: { kind: "assumed", what, value },
  from,
});

const QUOTED_AT_MOST = 2_000;

/** One error in DM's own words: code, message, cause and what DM itself advises, bounded. */
export function quote(error: DmError): string {
  const head = error.code === null ? "" : `[code=${error.code}:class=${error.class}:scope=${error.scope}:level=${error.level}] `;
  const cause = error.rawCause === "" ? "" : `${error.message === "" ? "" : ", "}RawCause: ${error.rawCause}`;
  const workaround = error.workaround === "" ? "" : `, Workaround: ${error.workaround}`;
  const text = `${head}${error.message}${cause}`;
  return `${middleCutOut(text, QUOTED_AT_MOST)}${middleCutOut(workaround, 300)}`;
}

/** A long statement stands in front of what went wrong with it, so a text is cut in its middle. */
function middleCutOut(text: string, most: number): string {
  if (text.length <= most) return text;
  const tail = Math.floor(most / 3);
  return `${text.slice(0, most - tail)} … ${text.slice(-tail)}`;
}

/** `place` names where the error of that index stands. */
export function errorEvidence(errors: readonly DmError[], place: (index: number) => string): Evidence[] {
  return errors.slice(0, 5).map((error, index) => said(quote(error), place(index)));
}

export function codesOf(errors: readonly DmError[]): number[] {
  const [first] = errors;
  if (errors.length <= 1) return first === undefined || first.code === null ? [] : [first.code];
  return [...new Set(errors.flatMap((error) => (error.code === null ? [] : [error.code])))];
}

export function positionOf(subtask: SubtaskObservation): BinlogPosition | null {
  return subtask.progress?.kind === "sync" ? subtask.progress.syncerPosition : null;
}

export function advise(why: AdviceKey, playbook: PlaybookId | null = null, next: Advice["next"] = []): Advice {
  return { playbook, risk: playbook === null ? null : riskOf(playbook), why, next };
}
