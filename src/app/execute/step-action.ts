import type { Step } from "../../domain/plan/plan.ts";
import type { Run } from "../../domain/run/run.ts";
import type { FactSources } from "../plan-facts.ts";
import type { Clock } from "../ports/clock.ts";
import type { DmCluster } from "../ports/dm.ts";
import type { Seal } from "../ports/identifiers.ts";
import type { Store } from "../ports/store.ts";

/** What a step is given to ask and to act. */
export interface StepContext {
  readonly run: Run;
  readonly step: Step;
  readonly dm: DmCluster;
  readonly facts: FactSources;
  readonly store: Store;
  readonly seal: Seal;
  readonly clock: Clock;
  /** Ends with the step's deadline, the loss of the lease, or the process. */
  readonly signal: AbortSignal;
  /** The call's time-out that the lease still covers, milliseconds. */
  readonly timeoutMs: number;
  readonly pollMs: number;
}

/** "Is it already so?" */
export type StepAnswer =
  | { readonly kind: "already"; readonly proof: string }
  | { readonly kind: "not-yet" }
  | { readonly kind: "cannot-know"; readonly why: string };

export type StepOutcome =
  | { readonly kind: "done"; readonly proof: string }
  | { readonly kind: "failed"; readonly why: string }
  /** The effect may or may not be there: the question decides. */
  | { readonly kind: "unclear"; readonly why: string };

/** One kind of step: its question, its command with its proof, and whether it changes anything outside. */
export interface StepRoutine {
  /** Changes something outside: made only under a lease that outlives the call. */
  readonly writes: boolean;
  ask(context: StepContext): Promise<StepAnswer>;
  act(context: StepContext): Promise<StepOutcome>;
}
