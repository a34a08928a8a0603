import type { StepAction } from "../../domain/plan/plan.ts";
import { checkBeforeStop } from "./check-before-stop.ts";
import { keepTaskYaml } from "./keep-task-yaml.ts";
import { resumeTask } from "./resume-task.ts";
import { startTask } from "./start-task.ts";
import type { StepRoutine } from "./step-action.ts";
import { stopTask } from "./stop-task.ts";
import { verifyRecovered } from "./verify-recovered.ts";
import { waitUntilGone } from "./wait-until-gone.ts";

export const ROUTINES: Readonly<Record<StepAction["kind"], StepRoutine>> = {
  "keep-task-yaml": keepTaskYaml,
  "check-before-stop": checkBeforeStop,
  "stop-task": stopTask,
  "wait-until-gone": waitUntilGone,
  "start-task": startTask,
  "resume-task": resumeTask,
  "verify-recovered": verifyRecovered,
};
