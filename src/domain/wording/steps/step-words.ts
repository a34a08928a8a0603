import type { Step } from "../../plan/plan.ts";
import type { StepAction } from "../../plan/step-action.ts";
import type { Language } from "../language.ts";

/** What one step is, in words: its exact call, what it needs, what it proves, how it is undone, and the same by hand. */
export interface StepWords {
  readonly title: string;
  readonly call: string;
  readonly needs: string;
  readonly proves: string;
  readonly undo: string;
  /** Commands for a person (shell or SQL), none where the step only looks. */
  readonly byHand: readonly string[];
}

/** What the words of one kind of step are made from. */
export interface StepSaid<Kind extends StepAction["kind"]> {
  readonly action: Extract<StepAction, { kind: Kind }>;
  /** `task @ source`, or the source alone. */
  readonly name: string;
  readonly task: string;
  readonly source: string;
  readonly atMostSeconds: number;
  readonly language: Language;
  /** `say("English", "中文")` in the language that is asked for. */
  readonly say: (en: string, zh: string) => string;
  readonly generation: string;
  /** `dmctl --master-addr …` */
  readonly dmctl: string;
  /** dmctl's word for this source alone: `-s replica-1`; v1.0 names workers instead. */
  readonly scope: string;
  /** `dm-master:8261` */
  readonly master: string;
}

export type Sayer<Kind extends StepAction["kind"]> = (said: StepSaid<Kind>) => StepWords;

export const gatewayTask = (task: string): string => `/apis/v1alpha1/tasks/${encodeURIComponent(task)}`;

/** v1.0 scopes by the address of the source's worker, which is looked up right before the call. */
export function scopeWords({ generation, source }: { readonly generation: string; readonly source: string }): string {
  return generation === "v1.0" ? `"workers":["(the worker of ${source})"]` : `"sources":${JSON.stringify([source])}`;
}

/** As `scopeWords`, for dmctl: v1.0 takes `-w` with a worker's address. */
export const dmctlScope = ({ generation, source }: { readonly generation: string; readonly source: string }): string =>
  generation === "v1.0" ? `-w '<the worker of ${source}>'` : `-s ${quoted(source)}`;

/** One word of a POSIX shell's command line. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

export const sqlText = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
export const sqlName = (name: string): string => `\`${name.replaceAll("`", "``")}\``;

export type StepFor<Kind extends StepAction["kind"]> = Step & { readonly action: Extract<StepAction, { kind: Kind }> };
