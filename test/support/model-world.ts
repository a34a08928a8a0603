import type { Step } from "../../src/domain/plan/plan.ts";
import type { StepAction } from "../../src/domain/plan/step-action.ts";
import { targetKey } from "../../src/domain/plan/target-key.ts";

/** Where a task had been when the run began, where its rows are set back to, and somewhere between. */
const HAD_BEEN = 10;
const SET_BACK = 2;
const HALFWAY = 5;

export interface ModelTask {
  source: string;
  /** What the master lists. */
  runs: "no" | "original" | "safe-mode" | "paused";
  /** The worker has not let go of it yet. */
  lingers: boolean;
  /** Where its checkpoint rows stand. */
  rows: number;
}

export interface ModelSource {
  isThere: boolean;
  gtid: boolean;
  relay: "off" | "by-setting" | readonly string[];
  worker: string;
}

/**
 * DM with two tasks on one source, as far as a run's steps can tell: what DM refuses (over-4gib-lab, dm-facts §1.3, §1.4) is refused,
 * and what would harm data is remembered.
 */
export function createModelWorld(relay: ModelSource["relay"] = "off") {
  const found: ModelSource = { isThere: true, gtid: false, relay, worker: "w1" };
  const source: ModelSource = { ...found };
  const tasks = new Map<string, ModelTask>();
  const worker = { runs: true, hasOtherFiles: false, hasReadThem: false };
  const harm: string[] = [];
  const copied = { rows: false };

  const settings = (gtid: boolean | null, wanted: boolean | null): void => {
    source.gtid = gtid ?? found.gtid;
    source.relay = (wanted ?? found.relay === "by-setting") ? "by-setting" : "off";
  };
  const busy = (): boolean => [...tasks.values()].some(({ runs, lingers }) => runs !== "no" || lingers);

  /** The step's effect; false: it is refused, or its proof cannot be had. */
  function take({ action, target }: Pick<Step, "action" | "target">): boolean {
    const task = tasks.get(targetKey(target));
    switch (action.kind) {
      case "stop-task":
      case "wait-until-gone":
      case "start-task":
      case "resume-task":
      case "pause-task":
      case "watch-past-file":
      case "rewrite-checkpoint":
      case "restore-checkpoint":
        return task !== undefined && takeTask(task, action);
      case "stop-source":
        if (!source.isThere) return true;
        if (busy() || Array.isArray(source.relay)) return false;
        Object.assign(source, { isThere: false, relay: "off" });
        return true;
      case "start-source": {
        const gtid = action.settings.gtid ?? found.gtid;
        if (source.isThere) return source.gtid === gtid;
        source.isThere = true;
        settings(action.settings.gtid, action.settings.relay);
        return true;
      }
      case "update-source":
        if (busy() || source.relay !== "off") return false;
        source.gtid = action.settings.gtid ?? source.gtid;
        return true;
      case "transfer-source":
        source.worker = action.worker;
        return source.isThere;
      case "switch-relay":
        if (!source.isThere) return false;
        source.relay = !action.on ? "off" : (action.workers?.length ?? 0) > 0 ? action.workers! : "by-setting";
        return true;
      case "stop-worker":
        worker.runs = false;
        return true;
      case "start-worker":
        Object.assign(worker, { runs: true, hasReadThem: worker.hasOtherFiles });
        return true;
      case "put-relay-file":
      case "rewrite-relay-meta":
        if (worker.runs) return false;
        worker.hasOtherFiles = true;
        return true;
      case "restore-relay-files":
        if (worker.hasReadThem) harm.push("relay files were changed back after the worker had read them");
        if (worker.hasOtherFiles && worker.runs) return false;
        worker.hasOtherFiles = false;
        return true;
      case "copy-missing-rows":
        copied.rows = true;
        return true;
      case "remove-copied-rows":
        copied.rows = false;
        return true;
      default:
        return true;
    }
  }

  function takeTask(task: ModelTask, action: StepAction): boolean {
    switch (action.kind) {
      case "stop-task":
        if (!source.isThere) return task.runs === "no";
        if (task.runs !== "no") Object.assign(task, { runs: "no", lingers: true });
        return true;
      case "wait-until-gone":
        if (task.runs !== "no" && action.unlessHeld) return true;
        if (task.runs !== "no" || !source.isThere) return false;
        task.lingers = false;
        return true;
      case "start-task":
        if (task.runs !== "no") return task.runs === action.form;
        if (!source.isThere || task.lingers) return false;
        if (action.form === "original" && task.rows < HAD_BEEN) harm.push("replayed without safe mode");
        if (action.form === "safe-mode" && task.rows < HAD_BEEN) task.rows = HALFWAY;
        task.runs = action.form;
        return true;
      case "resume-task":
        if (task.runs === "no") return false;
        if (task.runs === "paused") task.runs = "original";
        return true;
      case "pause-task":
        task.runs = "paused";
        return true;
      case "watch-past-file":
        if (task.runs === "no") return false;
        task.rows = HAD_BEEN + 1;
        return true;
      case "rewrite-checkpoint":
        if (task.runs !== "no" || task.lingers) return false;
        task.rows = SET_BACK;
        return true;
      case "restore-checkpoint":
        if (task.rows === HAD_BEEN) return true;
        if (task.runs !== "no" || task.lingers || task.rows !== SET_BACK) return false;
        task.rows = HAD_BEEN;
        return true;
      default:
        return true;
    }
  }

  return {
    ...{ source, found, tasks, worker, harm, copied, take },
    /** The workers come to the end of what they were in. */
    letGo(): void {
      for (const task of tasks.values()) task.lingers = false;
    },
    /** Somebody else stops what replays. */
    removeTask(key: string): void {
      Object.assign(tasks.get(key)!, { runs: "no", lingers: false });
    },
    add(key: string, task: Partial<ModelTask> = {}): void {
      tasks.set(key, { source: "s1", runs: "original", lingers: false, rows: HAD_BEEN, ...task });
    },
  };
}
export type ModelWorld = ReturnType<typeof createModelWorld>;
