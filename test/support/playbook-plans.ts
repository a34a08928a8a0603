import type { PlaybookId } from "../../src/domain/diagnosis/finding.ts";
import type { Plan, Target } from "../../src/domain/plan/plan.ts";
import { compareRows } from "../../src/domain/playbooks/compare-rows.ts";
import { copyMissingRows } from "../../src/domain/playbooks/copy-missing-rows.ts";
import { fixAndResume } from "../../src/domain/playbooks/fix-and-resume.ts";
import { pauseTask } from "../../src/domain/playbooks/pause-task.ts";
import type { StepDraft } from "../../src/domain/playbooks/playbook.ts";
import { replaceRelayFile } from "../../src/domain/playbooks/replace-relay-file.ts";
import { resetRelay } from "../../src/domain/playbooks/reset-relay.ts";
import { resumeTask } from "../../src/domain/playbooks/resume-task.ts";
import { rewindSyncCheckpoint } from "../../src/domain/playbooks/rewind-sync-checkpoint.ts";
import { skipOrReplaceStatement } from "../../src/domain/playbooks/skip-or-replace-statement.ts";
import { startTask } from "../../src/domain/playbooks/start-task.ts";
import { stopStartTask } from "../../src/domain/playbooks/stop-start-task.ts";
import { stopTask } from "../../src/domain/playbooks/stop-task.ts";
import { type GtidSwitchFacts, switchToGtid } from "../../src/domain/playbooks/switch-to-gtid.ts";
import type { ModelSource } from "./model-world.ts";
import { aPlan } from "./samples.ts";

export const TASKS: readonly Target[] = ["a", "b"].map((task) => ({ task, source: "s1", unit: "Sync" }));
const SOURCE: Target = { task: null, source: "s1", unit: "InvalidUnit" };
const target = TASKS[0]!;
const timing = { waitUntilGoneSeconds: 60, verifySeconds: 60, passFileSeconds: 3_600, compareSeconds: 3_600 };
const base = { target, timing, stopOperation: 7 as const };
const file = "mysql-bin.000002";
const SIZE = 4_600_195_888;
const rewritten = { metaSchema: "dm_meta", backupTable: "a_bak", asSeen: [] };

/** A plan of one playbook, and how the source reads its relay before it. */
export interface PlannedPlaybook {
  readonly name: string;
  readonly playbook: PlaybookId;
  readonly relay: ModelSource["relay"];
  readonly steps: readonly StepDraft[];
  /** How the tasks are found. */
  readonly found: "original" | "no" | "paused";
}

const planned = (
  playbook: PlaybookId,
  steps: readonly StepDraft[],
  parts: Partial<Omit<PlannedPlaybook, "playbook" | "steps">> = {},
): PlannedPlaybook => ({ name: playbook, relay: "off", found: "original", ...parts, playbook, steps });

function toGtids(name: string, relay: ModelSource["relay"], parts: Partial<GtidSwitchFacts>): PlannedPlaybook {
  const tasks = TASKS.map((own) => ({ target: own, rewrite: { form: "align" as const }, ...rewritten }));
  const facts: GtidSwitchFacts = {
    ...base,
    ...{ tasks, file, sizeBytes: SIZE, isAhead: false, relayAfterwards: false },
    road: { kind: "gateway", relayWorkers: [] },
    ...parts,
  };
  return planned("switch-to-gtid", switchToGtid.steps(facts), { name: `switch-to-gtid, ${name}`, relay });
}

/** Every playbook, in each of its forms. */
export const PLANNED: readonly PlannedPlaybook[] = [
  planned("resume-task", resumeTask.steps(base), { found: "paused" }),
  planned("fix-and-resume", fixAndResume.steps({ ...base, cause: { kind: "none-known" } }), { found: "paused" }),
  planned("pause-task", pauseTask.steps(base)),
  planned("start-task", startTask.steps(base), { found: "no" }),
  planned("stop-task", stopTask.steps(base)),
  planned("stop-start-task", stopStartTask.steps(base)),
  planned(
    "rewind-sync-checkpoint",
    rewindSyncCheckpoint.steps({ ...base, ...rewritten, file, sizeBytes: SIZE, previousGtids: null }),
  ),
  toGtids("by the gateway", "by-setting", {}),
  toGtids("by the gateway, relay workers named", ["w1"], { road: { kind: "gateway", relayWorkers: ["w1"] } }),
  toGtids("by the gateway, relay on again", "by-setting", { relayAfterwards: true }),
  toGtids("before the file is reached", "off", { isAhead: true }),
  toGtids("by OpenAPI and a move", "off", { road: { kind: "openapi", relayWorkers: null, freeWorker: "w2" } }),
  toGtids("by OpenAPI and a move, relay on again", ["w1"], {
    road: { kind: "openapi", relayWorkers: ["w1"], freeWorker: "w2" },
    relayAfterwards: true,
  }),
  planned(
    "replace-relay-file",
    replaceRelayFile.steps({
      ...{ ...base, target: SOURCE, tasks: TASKS, worker: "w1", file, nextFile: "mysql-bin.000003", sizeBytes: SIZE },
      ...{ commands: null, nextGtids: null, fetchSeconds: 3_600 },
    }),
    { relay: "by-setting" },
  ),
  planned("reset-relay", resetRelay.steps({ ...base, target: SOURCE, tasks: TASKS, road: { kind: "gateway" } }), {
    ...{ name: "reset-relay, by the gateway", relay: "by-setting" },
  }),
  planned(
    "reset-relay",
    resetRelay.steps({ ...base, target: SOURCE, tasks: TASKS, road: { kind: "openapi", workers: ["w1"] } }),
    {
      ...{ name: "reset-relay, by OpenAPI", relay: ["w1"] },
    },
  ),
  planned(
    "skip-or-replace-statement",
    skipOrReplaceStatement.steps({
      ...base,
      action: { kind: "handle-statement", how: "skip", position: null, statement: "ALTER TABLE t DROP COLUMN c", instead: [] },
    }),
  ),
  planned("compare-rows", compareRows.steps(base)),
  planned("copy-missing-rows", copyMissingRows.steps({ ...base, comparison: "C-1" })),
];

export function planOf({ playbook, steps }: PlannedPlaybook): Plan {
  const targets = [...TASKS, SOURCE];
  return aPlan("P-1", { playbook, targets, steps: steps.map((step, index) => ({ ...step, number: index + 1 })) });
}
