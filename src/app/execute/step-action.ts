import type { JsonValue } from "../../domain/audit/audit-event.ts";
import type { Step } from "../../domain/plan/plan.ts";
import type { StepAction } from "../../domain/plan/step-action.ts";
import type { Run, StepProgress } from "../../domain/run/run.ts";
import type { FactSources } from "../fact-sources.ts";
import type { Clock } from "../ports/clock.ts";
import type { DmCluster } from "../ports/dm.ts";
import type { Seal } from "../ports/identifiers.ts";
import type { Settings } from "../ports/settings.ts";
import type { Store } from "../ports/store.ts";
import type { RowsReport } from "../report-rows.ts";

/** What a step is given to ask and to act. */
export interface StepContext {
  readonly run: Run;
  readonly step: Step;
  readonly dm: DmCluster;
  readonly facts: FactSources;
  readonly store: Store;
  readonly settings: Settings;
  readonly seal: Seal;
  readonly clock: Clock;
  /** Ends with the step's deadline, the loss of the lease, a person's stop, or the process. */
  readonly signal: AbortSignal;
  /** The call's time-out that the lease still covers, milliseconds. */
  readonly timeoutMs: number;
  readonly pollMs: number;
  /** Rises with every owner of the lease; what is written to a database carries it. */
  readonly fence: number;
  /** The lease under which the step began is still held; `dm` looks by itself before each call that changes something. */
  isOurs(): boolean;
  /** The intent was stored before, by this process or another: the effect may be there already. */
  readonly wasBegun: boolean;
  /** Commands for a person were shown, and somebody said that they are done. */
  readonly wasShown: boolean;
  readonly rowsReport: RowsReport;
  /** How far a long step is; stored now and then. When the run was changed meanwhile, `signal` ends the step. */
  tell(progress: StepProgress): void;
}

/** "Is it already so?" */
export type StepAnswer =
  | { readonly kind: "already"; readonly proof: string }
  | { readonly kind: "not-yet" }
  | { readonly kind: "cannot-know"; readonly why: string };

export type StepOutcome =
  | StepDone
  | { readonly kind: "failed"; readonly why: string }
  /** The effect may or may not be there: the question decides. */
  | { readonly kind: "unclear"; readonly why: string }
  /** Only a person can do it: these are the exact commands. */
  | { readonly kind: "by-hand"; readonly commands: string };

export interface StepDone {
  readonly kind: "done";
  readonly proof: string;
  /** What is not proved although the step is done; told with the run's end. */
  readonly caveat?: string;
  /** Images before and after, and whatever else belongs into the audit record. */
  readonly details?: Readonly<Record<string, JsonValue>>;
}

/** One kind of step: its question, its command with its proof, and whether it changes anything outside. */
export interface StepRoutine {
  /** Changes something outside: made only under a lease that outlives the call. */
  readonly writes: boolean;
  /** A write of many calls that keeps its own state: a stop of the process breaks it off, and the next owner goes on with it. */
  readonly isLong?: true;
  ask(context: StepContext): Promise<StepAnswer>;
  act(context: StepContext): Promise<StepOutcome>;
}

/** The step's action, known to be of the kind that its routine is for. */
export function actionOf<Kind extends StepAction["kind"]>(
  { step }: Pick<StepContext, "step">,
  kind: Kind,
): Extract<StepAction, { kind: Kind }> {
  if (step.action.kind !== kind) throw new Error(`a step ${step.action.kind} was given to the routine of ${kind}`);
  return step.action as Extract<StepAction, { kind: Kind }>;
}

/** The task that a step is about; a step of a source alone has none. */
export function taskOf({ step }: Pick<StepContext, "step">): string {
  if (step.target.task === null) throw new Error(`step ${step.number} names no task`);
  return step.target.task;
}
