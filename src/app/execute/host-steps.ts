import { say } from "../../domain/wording/phrases.ts";
import type { FileWork, HandStep, HostOutcome, HostWork, MetaWork } from "../ports/worker-host.ts";
import { cannotKnow } from "./dm-questions.ts";
import {
  asDmTells,
  callOf,
  fileWork,
  hasMoved,
  hostOf,
  keep,
  keptFileWork,
  metaWork,
  readKept,
  restoreWork,
} from "./host-work.ts";
import { keptFetchName, keptFileWorkName, keptMetaWorkName } from "./kept-names.ts";
import { actionOf, type StepAnswer, type StepContext, type StepOutcome, type StepRoutine } from "./step-action.ts";
import { pause } from "./wait-until-gone.ts";

/** How often another worker must be seen to hold the source before it counts. */
const LOOKS_AT_ANOTHER = 5;

/** Fetched while the worker still runs, so that it stands still only for the renames. What is replaced is known only once it is stopped. */
export const fetchRelayFile: StepRoutine = {
  writes: true,
  isLong: true,
  async ask(context) {
    const { worker, file, sizeBytes } = actionOf(context, "fetch-relay-file");
    const host = hostOf(context, worker);
    // Before it was begun there is nothing to look for; by hand nothing shows until the commands were.
    if (!host || (host.form === "command" && !context.wasBegun)) return { kind: "not-yet" };
    const looked = await host.look(callOf(context));
    if (looked.kind === "not-known" && host.form === "command") return cannotKnow(looked.why);
    const work =
      looked.kind === "known"
        ? fileWork(context, looked.value, file, sizeBytes)
        : await readKept<FileWork>(context, keptFileWorkName(context.run.id, worker));
    if (work === null) return { kind: "not-yet" };
    return asked(context, worker, { kind: "fetch-binlog", ...work });
  },
  async act(context) {
    const { worker, file, sizeBytes } = actionOf(context, "fetch-relay-file");
    const host = hostOf(context, worker);
    if (!host) return noHost(worker);
    const looked = await host.look(callOf(context));
    // The host itself judges its space: a copy that is there already needs none.
    if (looked.kind === "not-known" && host.form === "command") return { kind: "failed", why: looked.why };
    const work =
      looked.kind === "known"
        ? fileWork(context, looked.value, file, sizeBytes)
        : await asDmTells(context, worker, file, sizeBytes);
    if ("why" in work) return { kind: "failed", why: work.why };
    await keep(context, keptFetchName(context.run.id, worker), { subDirectory: work.subDirectory });
    return outcomeOf(await host.act({ kind: "fetch-binlog", ...work }, callOf(context)));
  },
};

export const stopWorker: StepRoutine = {
  writes: true,
  async ask(context) {
    const { worker } = actionOf(context, "stop-worker");
    return asked(context, worker, { kind: "stop-worker" });
  },
  async act(context) {
    const { worker } = actionOf(context, "stop-worker");
    const holder = await holderOf(context);
    if (holder !== null && holder !== worker)
      return { kind: "failed", why: `worker ${holder} holds the source now, not ${worker}: its files are on another host` };
    const host = hostOf(context, worker);
    return host ? outcomeOf(await host.act({ kind: "stop-worker" }, callOf(context))) : noHost(worker);
  },
};

/** Started, and it still holds the source: a free worker may have taken it meanwhile, and then the repaired files are on the wrong host. */
export const startWorker: StepRoutine = {
  writes: true,
  async ask(context) {
    const { worker } = actionOf(context, "start-worker");
    const answer = await asked(context, worker, { kind: "start-worker" });
    if (answer.kind !== "already") return answer;
    const holder = await holderOf(context);
    return isHeldWell(context, holder, worker)
      ? { kind: "already", proof: `${answer.proof}; ${heldBy(holder, worker)}` }
      : { kind: "not-yet" };
  },
  async act(context) {
    const { worker } = actionOf(context, "start-worker");
    const host = hostOf(context, worker);
    if (!host) return noHost(worker);
    const outcome = outcomeOf(await host.act({ kind: "start-worker" }, callOf(context)));
    if (outcome.kind !== "done") return outcome;
    let holder: string | null = null;
    // One that has taken the source keeps it: there is nothing to wait for.
    for (let others = 0; others < LOOKS_AT_ANOTHER && !context.signal.aborted; await pause(context)) {
      holder = await holderOf(context);
      if (isHeldWell(context, holder, worker)) return { ...outcome, proof: `${outcome.proof}; ${heldBy(holder, worker)}` };
      others = holder === null ? 0 : others + 1;
    }
    return {
      kind: "failed",
      why:
        holder === null
          ? `${worker} runs, but no worker holds the source yet`
          : `worker ${holder} has taken the source meanwhile: the repaired files lie on the host of ${worker}`,
    };
  },
};

/** A repair of the worker's files is of use only where it holds the source; what is put back is well wherever the source is held. */
const isHeldWell = ({ run }: StepContext, holder: string | null, worker: string): holder is string =>
  holder === worker || (run.puttingBack !== null && holder !== null);
const heldBy = (holder: string, worker: string): string =>
  holder === worker ? "it holds the source" : `${holder} has taken the source meanwhile and holds it`;

export const putRelayFile: StepRoutine = {
  writes: true,
  async ask(context) {
    const { worker } = actionOf(context, "put-relay-file");
    const work = await readKept<FileWork>(context, keptFileWorkName(context.run.id, worker));
    return work ? asked(context, worker, { kind: "put-in-place", ...work }) : { kind: "not-yet" };
  },
  async act(context) {
    const { worker, file, sizeBytes } = actionOf(context, "put-relay-file");
    const host = hostOf(context, worker);
    if (!host) return noHost(worker);
    const looked = await host.look(callOf(context));
    if (looked.kind === "not-known" && host.form === "command") return { kind: "failed", why: looked.why };
    const moved = looked.kind === "known" ? await hasMoved(context, worker, looked.value.subDirectory) : null;
    if (moved !== null) return { kind: "failed", why: moved };
    const work = await keptFileWork(context, worker, looked.kind === "known" ? looked.value : null, file, sizeBytes);
    if ("why" in work) return { kind: "failed", why: work.why };
    return outcomeOf(await host.act({ kind: "put-in-place", ...work }, callOf(context)));
  },
};

/** relay.meta is read with the worker stopped; its image is kept before anything is written. */
export const rewriteRelayMeta: StepRoutine = {
  writes: true,
  async ask(context) {
    const { worker } = actionOf(context, "rewrite-relay-meta");
    const work = await readKept<MetaWork>(context, keptMetaWorkName(context.run.id, worker));
    return work ? asked(context, worker, { kind: "write-relay-meta", ...work }) : { kind: "not-yet" };
  },
  async act(context) {
    const { worker } = actionOf(context, "rewrite-relay-meta");
    const host = hostOf(context, worker);
    if (!host) return noHost(worker);
    const work = await metaWork(context, host);
    if ("why" in work) return { kind: "failed", why: work.why };
    await keep(context, keptMetaWorkName(context.run.id, worker), work);
    const outcome = outcomeOf(await host.act({ kind: "write-relay-meta", ...work }, callOf(context)));
    const images = work.texts ? { details: { before: work.texts.before, after: work.texts.after } } : {};
    return outcome.kind === "done" ? { ...outcome, ...images } : outcome;
  },
};

export const restoreRelayFiles: StepRoutine = {
  writes: true,
  async ask(context) {
    const work = await restoreWork(context);
    return asked(context, actionOf(context, "restore-relay-files").worker, work);
  },
  async act(context) {
    const { worker } = actionOf(context, "restore-relay-files");
    const host = hostOf(context, worker);
    return host ? outcomeOf(await host.act(await restoreWork(context), callOf(context))) : noHost(worker);
  },
};

const noHost = (worker: string): StepOutcome => ({
  kind: "failed",
  why: `no way to the host of ${worker} is configured (workerHosts)`,
});

async function asked(context: StepContext, worker: string, work: HostWork): Promise<StepAnswer> {
  const host = hostOf(context, worker);
  if (!host) return { kind: "not-yet" };
  const answer = await host.ask(work, callOf(context));
  switch (answer.kind) {
    case "already":
    case "not-yet":
      return answer;
    case "refused":
      return cannotKnow(say(answer.reason, "en"));
    case "cannot-know":
      return cannotKnow(answer.why);
    case "not-checkable":
      // Nothing outside the host shows it: after the commands were shown, the person's Done is what there is.
      return context.wasShown ? { kind: "already", proof: "done by hand; it cannot be seen from outside" } : { kind: "not-yet" };
    default:
      return answer satisfies never;
  }
}

function outcomeOf(outcome: HostOutcome): StepOutcome {
  switch (outcome.kind) {
    case "done":
    case "already":
      return { kind: "done", proof: outcome.proof };
    case "by-hand":
      return { kind: "by-hand", commands: outcome.steps.map(handText).join("\n\n") };
    case "refused":
      return { kind: "failed", why: say(outcome.reason, "en") };
    case "failed":
      return { kind: "failed", why: outcome.why };
    case "unknown":
      return { kind: "unclear", why: outcome.why };
    default:
      return outcome satisfies never;
  }
}

const handText = (step: HandStep): string => [`# ${say(step.say, "en")}`, ...step.commands].join("\n");

/** The worker that DM counts as holding the source. */
async function holderOf({ dm, step, signal }: StepContext): Promise<string | null> {
  const status = await dm.sourceStatus(step.target.source, signal);
  if (status.kind === "not-known") return null;
  return status.entries.find(({ answered, worker }) => answered && worker !== null)?.worker ?? null;
}
