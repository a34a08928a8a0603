import type { HostAnswer, HostCall, HostWork, WorkerHost, WorkerState } from "../../app/ports/worker-host.ts";
import { type Known, known, notKnown } from "../../domain/observation/known.ts";
import { describeWork } from "./describe-work.ts";
import { oddIn } from "./odd-names.ts";
import type { WorkerHostOptions } from "./options.ts";

/** What shows of a worker without its host. */
export interface Outside {
  /** Whether DM counts the worker as alive. One that was killed counts as alive until its time to live is over (dm-facts §5). */
  workerAlive(worker: string, signal: AbortSignal): Promise<Known<boolean>>;
}

/** A host that only people reach: every act is a list of commands for them; after their Done, `ask` checks what shows from outside. */
export function createByHandHost(options: WorkerHostOptions, outside: Outside): WorkerHost {
  const { worker } = options;
  const workerState = async ({ signal }: HostCall): Promise<Known<WorkerState>> => {
    const alive = await outside.workerAlive(worker, signal);
    return alive.kind === "known" ? known(alive.value ? "running" : "stopped") : alive;
  };
  const ask = async (work: HostWork, call: HostCall): Promise<HostAnswer> => {
    const wanted = work.kind === "stop-worker" ? "stopped" : work.kind === "start-worker" ? "running" : null;
    if (!wanted) return { kind: "not-checkable" };
    const state = await workerState(call);
    if (state.kind === "not-known") return { kind: "cannot-know", why: state.why };
    if (state.value !== wanted) return { kind: "not-yet" };
    return { kind: "already", proof: wanted === "stopped" ? "DM counts the worker as offline" : "DM counts the worker as alive" };
  };
  return {
    worker,
    form: "by-hand",
    workerState,
    look: async () => notKnown(`only people reach the host of ${worker}`),
    ask,
    async act(work, call) {
      const odd = oddIn(work);
      if (odd) return odd;
      const answer = await ask(work, call);
      return answer.kind === "already" ? answer : { kind: "by-hand", steps: describeWork(options, work) };
    },
    describe: (work) => describeWork(options, work),
  };
}
