import type { StepAction } from "../../domain/plan/step-action.ts";
import { checkBeforeStop } from "./check-before-stop.ts";
import { checkCause } from "./check-cause.ts";
import { prepareBackup, restoreCheckpoint, rewriteCheckpoint } from "./checkpoint-steps.ts";
import { compareRows } from "./compare-rows.ts";
import { copyMissingRows, removeCopiedRows } from "./copy-rows.ts";
import { handleStatement } from "./handle-statement.ts";
import { fetchRelayFile, putRelayFile, restoreRelayFiles, rewriteRelayMeta, startWorker, stopWorker } from "./host-steps.ts";
import { keepTaskYaml } from "./keep-task-yaml.ts";
import { pauseTask } from "./pause-task.ts";
import { proveGtidStream } from "./prove-gtid-stream.ts";
import { resumeTask } from "./resume-task.ts";
import {
  keepSourceYaml,
  startSource,
  stopSource,
  switchRelay,
  transferSource,
  updateSource,
  verifyRelay,
} from "./source-steps.ts";
import { startTask } from "./start-task.ts";
import type { StepRoutine } from "./step-action.ts";
import { stopTask } from "./stop-task.ts";
import { verifyRecovered } from "./verify-recovered.ts";
import { waitUntilGone } from "./wait-until-gone.ts";
import { watchPastFile } from "./watch-past-file.ts";

export const ROUTINES: Readonly<Record<StepAction["kind"], StepRoutine>> = {
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
