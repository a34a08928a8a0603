import type { Person } from "../approval/people.ts";
import type { Kind, PlaybookId, Risk } from "../diagnosis/finding.ts";
import type { Unit } from "../observation/observation.ts";
import type { StepAction } from "./step-action.ts";

export type { StepAction };

/** Ordered steps for one incident (or one asked-for task); bound by `digest` to what must not change. */
export interface Plan {
  /** `P-4`. */
  readonly id: string;
  readonly incident: string | null;
  readonly cluster: string;
  readonly kind: Kind;
  readonly playbook: PlaybookId;
  readonly risk: Risk;
  /** What was asked for; each was surveyed by itself and is surveyed again before it is touched. */
  readonly subjects: readonly PlanSubject[];
  /** Everything that the plan stops or changes: the subjects, and what hangs on them (other tasks of a source). */
  readonly targets: readonly Target[];
  /** What may go wrong although every gate holds; said first. */
  readonly warnings: readonly Phrase[];
  readonly steps: readonly Step[];
  /** What the digest is made of, by name; shown when it changed. */
  readonly binding: Binding;
  /** sha-256 (hex) of the canonical text of `binding`. */
  readonly digest: string;
  readonly gates: readonly GateAnswer[];
  readonly askedBy: Person;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly state: PlanState;
  readonly votes: readonly Vote[];
  /** dry-run only: the bot may not write here (demo on a real cluster without --allow-writes, frozen). */
  readonly mayExecute: { readonly kind: "yes" } | { readonly kind: "no"; readonly why: Phrase };
  readonly version: number;
}

export type PlanState =
  | { readonly kind: "open" }
  | { readonly kind: "approved"; readonly at: number; readonly run: string; readonly breakGlass: boolean }
  | { readonly kind: "rejected"; readonly at: number; readonly by: Person; readonly reason: string }
  | { readonly kind: "expired"; readonly at: number }
  | { readonly kind: "superseded"; readonly at: number; readonly changed: readonly string[] };

/** One thing that the plan stops or changes; each is locked by a row while a run touches it. */
export interface Target {
  /** null: the source itself, its relay or its settings. */
  readonly task: string | null;
  readonly source: string;
  readonly unit: Unit | "Relay";
}

export interface PlanSubject {
  readonly target: Target;
  readonly options: PlanOptions;
}

/** What the asker may settle; null and empty: the survey finds it. */
export interface PlanOptions {
  /** The binlog file that the plan is about. */
  readonly file: string | null;
  readonly statement: {
    readonly how: "skip" | "replace" | "revert";
    readonly instead: readonly string[];
  } | null;
  /** A comparison whose findings are treated. */
  readonly comparison: string | null;
  /** The one table (`schema.table`, upstream) that is compared; null: all of the task's. */
  readonly table: string | null;
  /** The run that is undone. */
  readonly run: string | null;
}
export const NO_OPTIONS: PlanOptions = { file: null, statement: null, comparison: null, table: null, run: null };

/** Never what moves by itself (positions, error text, times). Values are texts; keys sorted when hashed. */
export type Binding = Readonly<Record<string, string>>;

/** A gate's answer when the plan was made. `not-known` is an answer, told in the plan and approved with it. */
export interface GateAnswer {
  readonly gate: string;
  readonly answer: "holds" | "fails" | "not-known";
  /** Sentence for people, per language, made by the wording room from key and values. */
  readonly phrase: Phrase;
}

/** A sentence still without words: the wording room has one text per key and language; values are put in as code. */
export interface Phrase {
  readonly key: string;
  readonly values: Readonly<Record<string, string>>;
}

export interface Vote {
  readonly person: Person;
  readonly verdict: "approve" | "reject";
  readonly at: number;
  readonly digest: string;
  readonly reason: string;
}

export interface Step {
  /** 1-based, in the order of execution. */
  readonly number: number;
  readonly target: Target;
  readonly action: StepAction;
  /** The deadline of this step once started, in seconds. */
  readonly atMostSeconds: number;
}
