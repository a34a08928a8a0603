import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SourceObservation } from "../../../src/domain/observation/observation.ts";
import { type RememberedTask, rememberTasks } from "../../../src/domain/signals/stopped-tasks.ts";
import { anObservation, aSource, aSubtask } from "../../support/observations.ts";

const known = (parts: Partial<RememberedTask> = {}): RememberedTask => ({
  ...{ cluster: "shop", task: "orders", source: "s1", firstSeenAt: 1, goneSince: null },
  ...parts,
});
const NOW = 1_000_000;
const silent = (parts: Partial<SourceObservation> = {}) =>
  aSource([], { source: "s1", answered: false, message: "no answer", ...parts });

type Change = readonly [task: string, goneSince: number | null];
/** [what DM lists, what is remembered before, what changes] */
const CASES: readonly (readonly [string, readonly SourceObservation[], readonly RememberedTask[], readonly Change[]])[] = [
  ["a task that was never seen is remembered", [aSource([aSubtask()])], [], [["orders", null]]],
  ["one that is still there changes nothing", [aSource([aSubtask()])], [known()], []],
  [
    "one that an answering worker does not list any more is gone since now",
    [aSource([], { source: "s1" })],
    [known()],
    [["orders", NOW]],
  ],
  ["one that stays away keeps its first moment", [aSource([], { source: "s1" })], [known({ goneSince: 5 })], []],
  ["one that comes back is there again", [aSource([aSubtask()])], [known({ goneSince: 5 })], [["orders", null]]],
  ["a worker that does not answer says nothing of its tasks", [silent()], [known()], []],
  [
    "a placeholder of a source that no worker holds is no task, and no sign that one is gone",
    [silent({ answered: true, subtasks: [aSubtask({ stage: "InvalidStage", unit: "InvalidUnit" })] })],
    [known()],
    [],
  ],
  [
    "a source that is gone with its tasks, where all others answer",
    [aSource([aSubtask({ source: "s2" })], { source: "s2" })],
    [known()],
    [
      ["orders", NOW],
      ["orders", null],
    ],
  ],
  ["a source that is not listed while another is silent says nothing", [silent({ source: "s2" })], [known()], []],
  ["a paused or failed one is there", [aSource([aSubtask({ stage: "Paused", errors: [], isCanceled: true })])], [known()], []],
  [
    "the same name on another source is another task",
    [aSource([aSubtask()]), aSource([aSubtask({ source: "s2" })])],
    [known()],
    [["orders", null]],
  ],
];

describe("tasks that DM has listed", () => {
  for (const [name, sources, before, changes] of CASES)
    test(name, () => {
      const changed = rememberTasks(before, anObservation(sources, { at: NOW }));
      assert.deepEqual(changed.map(({ task, goneSince }) => [task, goneSince]).sort(), changes.map((one) => [...one]).sort());
    });
});
