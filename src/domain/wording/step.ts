import type { Step } from "../plan/plan.ts";
import type { StepAction } from "../plan/step-action.ts";
import type { Language } from "./language.ts";
import { prepareBackup, restoreCheckpoint, rewriteCheckpoint } from "./steps/checkpoint-steps.ts";
import {
  fetchRelayFile,
  putRelayFile,
  restoreRelayFiles,
  rewriteRelayMeta,
  startWorker,
  stopWorker,
} from "./steps/host-steps.ts";
import { compareRows, copyMissingRows, handleStatement, removeCopiedRows } from "./steps/row-steps.ts";
import {
  keepSourceYaml,
  proveGtidStream,
  startSource,
  stopSource,
  switchRelay,
  transferSource,
  updateSource,
  verifyRelay,
} from "./steps/source-steps.ts";
import { dmctlScope, quoted, type Sayer, type StepSaid, type StepWords } from "./steps/step-words.ts";
import {
  checkBeforeStop,
  checkCause,
  keepTaskYaml,
  pauseTask,
  resumeTask,
  startTask,
  stopTask,
  verifyRecovered,
  waitUntilGone,
  watchPastFile,
} from "./steps/task-steps.ts";

export type { StepWords };

const SAYERS: { readonly [Kind in StepAction["kind"]]: Sayer<Kind> } = {
  "keep-task-yaml": keepTaskYaml,
  "keep-source-yaml": keepSourceYaml,
  "check-before-stop": checkBeforeStop,
  "check-cause": checkCause,
  "stop-task": stopTask,
  "wait-until-gone": waitUntilGone,
  "start-task": startTask,
  "resume-task": resumeTask,
  "pause-task": pauseTask,
  "verify-recovered": verifyRecovered,
  "watch-past-file": watchPastFile,
  "prepare-backup": prepareBackup,
  "rewrite-checkpoint": rewriteCheckpoint,
  "restore-checkpoint": restoreCheckpoint,
  "stop-source": stopSource,
  "start-source": startSource,
  "update-source": updateSource,
  "transfer-source": transferSource,
  "switch-relay": switchRelay,
  "prove-gtid-stream": proveGtidStream,
  "verify-relay": verifyRelay,
  "fetch-relay-file": fetchRelayFile,
  "stop-worker": stopWorker,
  "start-worker": startWorker,
  "put-relay-file": putRelayFile,
  "rewrite-relay-meta": rewriteRelayMeta,
  "restore-relay-files": restoreRelayFiles,
  "handle-statement": handleStatement,
  "compare-rows": compareRows,
  "copy-missing-rows": copyMissingRows,
  "remove-copied-rows": removeCopiedRows,
};

export interface StepView {
  readonly language: Language;
  /** `v1.0` or `v2+`; the calls differ. */
  readonly generation?: string;
  /** For commands by hand; without it a place holder stands there. */
  readonly masterAddress?: string;
}

/** One step in words, with its exact call. */
export function stepWords({ action, target, atMostSeconds }: Step, view: StepView): StepWords {
  const { language, generation = "v2+", masterAddress = "<master>:8261" } = view;
  const said: StepSaid<StepAction["kind"]> = {
    action,
    name: target.task === null ? target.source : `${target.task} @ ${target.source}`,
    task: target.task ?? "",
    source: target.source,
    atMostSeconds,
    language,
    say: (en, zh) => (language === "en" ? en : zh),
    generation,
    dmctl: `dmctl --master-addr ${quoted(masterAddress)}`,
    scope: dmctlScope({ generation, source: target.source }),
    master: masterAddress,
  };
  return (SAYERS[action.kind] as Sayer<StepAction["kind"]>)(said);
}
