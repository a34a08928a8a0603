import type { Person } from "../approval/people.ts";
import type { Kind, PlaybookId, Risk } from "../diagnosis/finding.ts";
import type { Unit } from "../observation/observation.ts";

/** Ordered steps for one incident (or one asked-for task); bound by `digest` to what must not change. */
export interface Plan {
  /** `P-4`. */
  readonly id: string;
  readonly incident: string | null;
  readonly cluster: string;
  readonly kind: Kind;
  readonly playbook: PlaybookId;
  readonly risk: Risk;
  readonly targets: readonly Target[];
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
  readonly mayExecute: { readonly kind: "yes" } | { readonly kind: "no"; readonly why: string };
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
  readonly task: string;
  readonly source: string;
  readonly unit: Unit;
}

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

/** What the engine can carry out. Each kind has, in `src/app/execute`, its question ("is it already so?"), its command and its proof. */
export type StepAction =
  | { readonly kind: "keep-task-yaml" }
  | { readonly kind: "check-before-stop" }
  | { readonly kind: "stop-task"; readonly op: 1 | 7 }
  | { readonly kind: "wait-until-gone" }
  | { readonly kind: "start-task" }
  | { readonly kind: "resume-task" }
  | { readonly kind: "verify-recovered" };
