import { judgeStreams, type StreamVerdict } from "../../domain/binlog/streams.ts";
import { databasesOf } from "../fact-sources.ts";
import type { StepContext, StepOutcome, StepRoutine } from "./step-action.ts";
import { pause } from "./wait-until-gone.ts";

/** The precheck of a start opens a stream of its own and closes it: what counts is what stays (over-4gib-lab). */
const SAME_SAMPLES = 3;
const BOUND = "the source was bound anew with enable-gtid: true";

/** Where the upstream tells streams by GTID from others; MariaDB does not, and then the new binding is what is known. */
export const proveGtidStream: StepRoutine = {
  writes: false,
  ask: async () => ({ kind: "not-yet" }),
  async act(context) {
    const { facts, run, step, signal } = context;
    const { source } = step.target;
    const probe = databasesOf(facts, run.plan.cluster).upstreams.get(source);
    if (!probe)
      return { kind: "done", proof: BOUND, caveat: "no account looks at the upstream, so the GTID stream itself was not seen" };
    const user = await accountOf(context);
    const tasks = run.plan.targets.filter((target) => target.source === source && target.task !== null).length;
    let verdict: StreamVerdict = { kind: "not-yet", why: "no stream is open" };
    let same = 0;
    while (!signal.aborted) {
      const answer = await probe.dumpStreams(signal);
      if (answer.kind === "not-known")
        return { kind: "done", proof: BOUND, caveat: `the GTID stream itself was not seen: ${answer.why}` };
      const now = judgeStreams(answer.value, user, tasks);
      same = now.kind === verdict.kind && now.kind !== "not-yet" ? same + 1 : 1;
      verdict = now;
      if (verdict.kind !== "not-yet" && same >= SAME_SAMPLES) break;
      await pause(context);
    }
    return outcomeOf(verdict, user);
  },
};

function outcomeOf(verdict: StreamVerdict, user: string | null): StepOutcome {
  const unknownUser = user === null ? "the source's account is not known, so another's streams may be among them" : null;
  switch (verdict.kind) {
    case "by-gtid":
      return { kind: "done", proof: verdict.proof, ...(unknownUser === null ? {} : { caveat: unknownUser }) };
    case "mixed":
      return { kind: "done", proof: verdict.proof, caveat: verdict.caveat };
    case "not-told":
      return { kind: "done", proof: BOUND, caveat: "this upstream does not tell streams by GTID from others" };
    case "not-yet":
      return { kind: "failed", why: `GTIDs are not in force: ${verdict.why}` };
    default:
      return verdict satisfies never;
  }
}

/** The account with which DM reads the source. */
async function accountOf({ dm, facts, step, signal }: StepContext): Promise<string | null> {
  const config = await dm.sourceConfig(step.target.source, signal);
  return config.kind === "config" ? (facts.yaml.readSource(config.yaml)?.login.user ?? null) : null;
}
