import type { BinlogPosition, DmError, SubtaskObservation } from "../observation/observation.ts";
import type { Advice, AdviceKey, Assumption, Evidence, PlaybookId } from "./finding.ts";

export const said = (text: string, from: string): Evidence => ({ fact: { kind: "said", text }, from });
export const seen = (name: string, value: string, from: string): Evidence => ({ fact: { kind: "seen", name, value }, from });
export const assumed = (what: Assumption, value: string, from: string): Evidence => ({
  fact: { kind: "assumed", what, value },
  from,
});

const QUOTED_AT_MOST = 2_000;

/** One error in DM's own words: code, message and cause, bounded. */
export function quote(error: DmError): string {
  const head = error.code === null ? "" : `[code=${error.code}:class=${error.class}:scope=${error.scope}:level=${error.level}] `;
  const cause = error.rawCause === "" ? "" : `${error.message === "" ? "" : ", "}RawCause: ${error.rawCause}`;
  const text = `${head}${error.message}${cause}`;
  return text.length > QUOTED_AT_MOST ? `${text.slice(0, QUOTED_AT_MOST)}…` : text;
}

export function errorEvidence(errors: readonly DmError[], from: string): Evidence[] {
  return errors.slice(0, 5).map((error, index) => said(quote(error), `${from}.errors[${index}]`));
}

export function codesOf(errors: readonly DmError[]): number[] {
  const [first] = errors;
  if (errors.length <= 1) return first === undefined || first.code === null ? [] : [first.code];
  return [...new Set(errors.flatMap((error) => (error.code === null ? [] : [error.code])))];
}

export function positionOf(subtask: SubtaskObservation): BinlogPosition | null {
  return subtask.progress?.kind === "sync" ? subtask.progress.syncerPosition : null;
}

const RISKS = { "resume-task": "safe", "stop-start-task": "disruptive" } as const;

export function advise(why: AdviceKey, playbook: PlaybookId | null = null, next: Advice["next"] = []): Advice {
  return { playbook, risk: playbook === null ? null : RISKS[playbook], why, next };
}
