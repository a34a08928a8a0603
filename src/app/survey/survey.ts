import type { PlaybookId } from "../../domain/diagnosis/finding.ts";
import type { Generation } from "../../domain/observation/observation.ts";
import type { Binding, GateAnswer, Phrase, PlanSubject, Target } from "../../domain/plan/plan.ts";
import { stopOperation } from "../../domain/playbooks/choose-playbook.ts";
import type { BaseFacts, StepDraft } from "../../domain/playbooks/playbook.ts";
import type { FactSources } from "../fact-sources.ts";
import type { Settings } from "../ports/settings.ts";
import type { Store } from "../ports/store.ts";
import type { TaskQuestion } from "./task-facts.ts";

/** What a playbook's plan for one subject stands on right now. Read before a plan is made, and again before anything is touched. */
export interface Survey {
  readonly gates: readonly GateAnswer[];
  /** Part of what the digest is taken from; keys name the subject, so that several surveys can be put together. */
  readonly binding: Binding;
  readonly warnings: readonly Phrase[];
  /** Everything that would be stopped or changed. */
  readonly targets: readonly Target[];
  /** Empty where a gate failed and the steps cannot be told. */
  readonly steps: readonly StepDraft[];
}

export interface SurveyInput {
  readonly facts: FactSources;
  readonly store: Pick<Store, "runs" | "records" | "kept">;
  readonly settings: Settings;
  readonly cluster: string;
  readonly subject: PlanSubject;
  readonly generation: Generation;
  readonly version: string | null;
  readonly signal: AbortSignal;
}

export type Surveyor = (input: SurveyInput) => Promise<Survey>;
export type Surveyors = Readonly<Record<PlaybookId, Surveyor>>;

export function baseFacts({ subject, settings, generation, version }: SurveyInput): BaseFacts {
  const { waitUntilGoneSeconds, verifySeconds, passFileSeconds, compareSeconds } = settings.policy;
  return {
    target: subject.target,
    timing: { waitUntilGoneSeconds, verifySeconds, passFileSeconds, compareSeconds },
    stopOperation: stopOperation(generation, version),
  };
}

/** A question about the subject's task; throws for a subject that has none. */
export function taskQuestion({ facts, cluster, subject: { target }, signal }: SurveyInput, other?: Target): TaskQuestion {
  const { task, source, unit } = other ?? target;
  if (task === null) throw new Error(`source ${source} was asked about as a task`);
  return { facts, cluster, target: { task, source, unit }, signal };
}

export const gatesText = (gates: readonly GateAnswer[]): string => gates.map(({ gate, answer }) => `${gate}=${answer}`).join(" ");
