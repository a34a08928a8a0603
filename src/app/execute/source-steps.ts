import type { SourceObservation } from "../../domain/observation/observation.ts";
import type { SourceSettingsWanted } from "../../domain/plan/step-action.ts";
import { keeperOf } from "../../domain/run/undo.ts";
import type { WriteOutcome } from "../ports/dm.ts";
import { sourcePassword } from "../survey/source-facts.ts";
import { cannotKnow, wasBrokenOff } from "./dm-questions.ts";
import { keptSourceName } from "./kept-names.ts";
import { actionOf, type StepAnswer, type StepContext, type StepOutcome, type StepRoutine } from "./step-action.ts";
import { pause } from "./wait-until-gone.ts";

/** The source's own YAML, password filled in, so that it can be made again as it was. */
export const keepSourceYaml: StepRoutine = {
  writes: false,
  async ask({ store, run, step }) {
    const kept = await store.kept.get(keptSourceName(run.id, step.target.source));
    return kept === null ? { kind: "not-yet" } : { kind: "already", proof: "sealed" };
  },
  async act({ dm, facts, run, step, store, seal, signal }) {
    const { source } = step.target;
    const answer = await dm.sourceConfig(source, signal);
    if (answer.kind !== "config")
      return { kind: "failed", why: answer.kind === "not-offered" ? "this DM hands out no source's YAML" : answer.why };
    const password = sourcePassword(facts, run.plan.cluster, source);
    if (password === null) return { kind: "failed", why: `the configuration gives no password for source ${source}` };
    const whole = facts.yaml.withSourceSettings(answer.yaml, { gtid: null, relay: null, password });
    await store.kept.put(keptSourceName(run.id, source), seal.seal(whole));
    return { kind: "done", proof: `sha-256 ${facts.hashing.sha256(facts.yaml.masked(whole)).slice(0, 12)}` };
  },
};

export const stopSource: StepRoutine = {
  writes: true,
  async ask(context) {
    const there = await sourceThere(context);
    if (there === null) return { kind: "already", proof: "DM lists the source no more" };
    return "why" in there ? cannotKnow(there.why) : { kind: "not-yet" };
  },
  async act(context) {
    const { dm, step, timeoutMs, signal } = context;
    return written(context, this, await dm.stopSource(step.target.source, timeoutMs, signal));
  },
};

/** Bound anew, so that its settings are in force: proved by the settings that DM hands out and by a worker that has it. */
export const startSource: StepRoutine = {
  writes: true,
  async ask(context) {
    const { settings } = actionOf(context, "start-source");
    const there = await sourceThere(context);
    if (there === null) return { kind: "not-yet" };
    if ("why" in there) return cannotKnow(there.why);
    const differs = await settingsDiffer(context, settings);
    if (differs !== null) return cannotKnow(`the source is there, but ${differs}: somebody made it meanwhile`);
    return there.worker === null ? { kind: "not-yet" } : { kind: "already", proof: `bound to ${there.worker}` };
  },
  async act(context) {
    const { settings } = actionOf(context, "start-source");
    const { dm, timeoutMs, signal } = context;
    const yaml = await rendered(context, settings);
    if (yaml === null) return { kind: "failed", why: "the kept YAML of the source is not in the store" };
    return written(context, this, await dm.startSource(yaml, timeoutMs, signal));
  },
};

/** OpenAPI's PUT. Not in force by itself: the move that follows is what counts. */
export const updateSource: StepRoutine = {
  writes: true,
  async ask(context) {
    const { settings } = actionOf(context, "update-source");
    const described = await context.dm.describeSource(context.step.target.source, context.signal);
    if (described.kind !== "described") return cannotKnow(described.kind === "not-known" ? described.why : described.kind);
    const isSo = settings.gtid === null || described.description.enable_gtid === settings.gtid;
    return isSo ? { kind: "already", proof: `enable_gtid: ${String(described.description.enable_gtid)}` } : { kind: "not-yet" };
  },
  async act(context) {
    const { settings } = actionOf(context, "update-source");
    const { dm, facts, run, step, timeoutMs, signal } = context;
    const { source } = step.target;
    const described = await dm.describeSource(source, signal);
    if (described.kind !== "described") return { kind: "failed", why: `OpenAPI does not describe the source: ${described.kind}` };
    const password = sourcePassword(facts, run.plan.cluster, source);
    if (password === null) return { kind: "failed", why: `the configuration gives no password for source ${source}` };
    const { status_list: _status, task_name_list: _tasks, ...own } = described.description as Record<string, unknown>;
    const wanted = { ...own, password, ...(settings.gtid === null ? {} : { enable_gtid: settings.gtid }) };
    return written(context, this, await dm.updateSource(source, wanted, timeoutMs, signal));
  },
};

export const transferSource: StepRoutine = {
  writes: true,
  async ask(context) {
    const { worker } = actionOf(context, "transfer-source");
    const there = await sourceThere(context);
    if (there === null) return cannotKnow("DM does not list the source");
    if ("why" in there) return cannotKnow(there.why);
    return there.worker === worker ? { kind: "already", proof: `bound to ${worker}` } : { kind: "not-yet" };
  },
  async act(context) {
    const { worker } = actionOf(context, "transfer-source");
    const { dm, step, timeoutMs, signal } = context;
    return written(context, this, await dm.transferSource(step.target.source, worker, timeoutMs, signal));
  },
};

export const switchRelay: StepRoutine = {
  writes: true,
  async ask(context) {
    const { on } = actionOf(context, "switch-relay");
    const entries = await entriesOf(context);
    if ("why" in entries) return cannotKnow(entries.why);
    const isOn = entries.entries.some(({ relay }) => relay !== null);
    // A worker that does not answer shows no relay either; that is not one that is off.
    const silent = entries.entries.find(({ answered }) => !answered);
    if (!isOn && silent) return cannotKnow(silent.message || "the source's worker does not answer");
    return isOn === on ? { kind: "already", proof: isOn ? "DM lists a relay" : "DM lists no relay" } : { kind: "not-yet" };
  },
  async act(context) {
    const { on, workers } = actionOf(context, "switch-relay");
    const { dm, step, timeoutMs, signal } = context;
    return written(context, this, await dm.switchRelay({ source: step.target.source, on, workers }, timeoutMs, signal));
  },
};

const GOOD_SAMPLES = 4;

/** Running over several samples without a step back: a relay that turns on a file says Running nearly all the time (over-4gib-lab). */
export const verifyRelay: StepRoutine = {
  writes: false,
  ask: async () => ({ kind: "not-yet" }),
  async act(context) {
    const { past } = actionOf(context, "verify-relay");
    const beyond = past === null ? 0 : Number(/\.(\d+)$/.exec(past)?.[1] ?? 0);
    let good = 0;
    let first: Place | null = null;
    let before: Place = { fileNumber: 0, position: 0 };
    let last = "no answer";
    while (!context.signal.aborted) {
      const entries = await entriesOf(context);
      if ("why" in entries && context.signal.aborted) break;
      const relay = "why" in entries ? null : (entries.entries.find((entry) => entry.relay !== null)?.relay ?? null);
      if (relay === null) last = "why" in entries ? entries.why : "DM lists no relay for the source";
      else {
        const here = relay.relayPosition ?? { fileNumber: 0, position: 0 };
        const [error] = relay.result?.errors ?? [];
        last = error
          ? `${relay.stageAsSaid}: ${error.rawCause || error.message}`.slice(0, 300)
          : `${relay.stageAsSaid} at ${here.fileNumber}, ${here.position}`;
        first ??= here;
        good = relay.stage === "Running" && !error && !isFurther(before, here) && here.fileNumber > beyond ? good + 1 : 0;
        before = here;
        // One that stands still behind its upstream is Running too.
        const moves = relay.caughtUp === true || isFurther(here, first);
        if (good >= GOOD_SAMPLES && (moves || past !== null)) return { kind: "done", proof: last };
      }
      await pause(context);
    }
    const what = past === null ? "the relay does not run and move" : `the relay is not past ${past}`;
    return { kind: "failed", why: `${what} within ${context.step.atMostSeconds} s: ${last}` };
  },
};

interface Place {
  readonly fileNumber: number;
  readonly position: number;
}
const isFurther = (a: Place, b: Place): boolean =>
  a.fileNumber > b.fileNumber || (a.fileNumber === b.fileNumber && a.position > b.position);

type Entries = { readonly entries: readonly SourceObservation[] } | { readonly why: string };

async function entriesOf({ dm, step, signal }: StepContext): Promise<Entries> {
  const status = await dm.sourceStatus(step.target.source, signal);
  return status.kind === "answered" ? { entries: status.entries } : { why: status.why };
}

/** null: DM answers and does not know the source. */
async function sourceThere({
  dm,
  step,
  signal,
}: StepContext): Promise<{ readonly worker: string | null } | { readonly why: string } | null> {
  const config = await dm.sourceConfig(step.target.source, signal);
  if (config.kind === "absent") return null;
  if (config.kind !== "config") return { why: config.kind === "not-offered" ? "this DM hands out no source's YAML" : config.why };
  const status = await dm.sourceStatus(step.target.source, signal);
  if (status.kind === "not-known") return { why: status.why };
  return { worker: status.entries.find(({ worker, answered }) => worker !== null && answered)?.worker ?? null };
}

async function settingsDiffer(
  { dm, facts, step, signal, run, store, seal }: StepContext,
  wanted: SourceSettingsWanted,
): Promise<string | null> {
  const config = await dm.sourceConfig(step.target.source, signal);
  const now = config.kind === "config" ? facts.yaml.readSource(config.yaml) : null;
  if (!now) return null;
  const kept = await store.kept.get(keptSourceName(keeperOf(run), step.target.source));
  const before = kept === null ? null : facts.yaml.readSource(seal.open(kept));
  const gtid = wanted.gtid ?? before?.enableGtid ?? now.enableGtid;
  const relay = wanted.relay ?? before?.enableRelay ?? now.enableRelay;
  if (now.enableGtid !== gtid) return `it has enable-gtid: ${now.enableGtid}`;
  return now.enableRelay === relay ? null : `it has enable-relay: ${now.enableRelay}`;
}

async function rendered({ store, seal, run, step, facts }: StepContext, settings: SourceSettingsWanted): Promise<string | null> {
  const kept = await store.kept.get(keptSourceName(keeperOf(run), step.target.source));
  return kept === null ? null : facts.yaml.withSourceSettings(seal.open(kept), { ...settings, password: null });
}

/** What DM answered is not believed: the step's own question decides, asked until its time is over. */
async function written(context: StepContext, routine: Pick<StepRoutine, "ask">, outcome: WriteOutcome): Promise<StepOutcome> {
  if (outcome.kind === "unknown") return { kind: "unclear", why: outcome.why };
  let answer: StepAnswer = { kind: "not-yet" };
  while (!context.signal.aborted) {
    const asked = await routine.ask({ ...context, wasBegun: true });
    if (wasBrokenOff(context, asked)) break;
    answer = asked;
    if (answer.kind === "already") return { kind: "done", proof: answer.proof };
    if (outcome.kind === "refused") return { kind: "failed", why: outcome.said };
    await pause(context);
  }
  return { kind: "unclear", why: answer.kind === "cannot-know" ? answer.why : "DM took it, but it is not to be seen" };
}
