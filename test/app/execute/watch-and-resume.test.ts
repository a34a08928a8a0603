import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { resumeTask } from "../../../src/app/execute/resume-task.ts";
import type { StepContext } from "../../../src/app/execute/step-action.ts";
import { watchPastFile } from "../../../src/app/execute/watch-past-file.ts";
import type { SourceStatusOutcome } from "../../../src/app/ports/dm.ts";
import type { CheckpointRow } from "../../../src/domain/binlog/checkpoint-row.ts";
import type { SubtaskObservation } from "../../../src/domain/observation/observation.ts";
import type { StepAction } from "../../../src/domain/plan/step-action.ts";
import { newRun } from "../../../src/domain/run/new-run.ts";
import { fakeSources, ORDERS } from "../../support/fake-sources.ts";
import { aRow, BIG, globalRow } from "../../support/gates/replay-cases.ts";
import { anError, aSource, aSubtask, at } from "../../support/observations.ts";
import { aPlan } from "../../support/samples.ts";

const answered = (...subtasks: SubtaskObservation[]): SourceStatusOutcome => ({ kind: "answered", entries: [aSource(subtasks)] });
const SILENT: SourceStatusOutcome = { kind: "not-known", why: "HTTP 502" };
const ABSENT = answered();
const sync = aSubtask().progress!;
const here = (file: number, position: number, parts: Parameters<typeof aSubtask>[0] = {}, synced = false): SourceStatusOutcome =>
  answered(
    aSubtask({ ...parts, progress: sync.kind === "sync" ? { ...sync, syncerPosition: at(position, file), synced } : null }),
  );
const FAILED = answered(aSubtask({ errors: [anError(10_006, "Error 1062 (23000): Duplicate entry '1'")] }));

/** The statuses come one after the other, the last one for ever; `asked` counts them. */
function context(
  action: StepAction,
  statuses: readonly SourceStatusOutcome[],
  rows: readonly CheckpointRow[] | null = null,
): StepContext & { asked(): number } {
  const ended = new AbortController();
  let asked = 0;
  const step = { number: 1, target: ORDERS, action, atMostSeconds: 60 };
  return {
    ...{ step, run: newRun("R-1", aPlan("P-1", { targets: [ORDERS], steps: [step] }), 0, 60), facts: fakeSources() },
    ...{
      clock: { now: () => 0, monotonic: () => asked, sleep: async () => {} },
      signal: ended.signal,
      pollMs: 1,
      tell: () => {},
    },
    ...{
      store: { kept: { get: async () => (rows === null ? null : JSON.stringify(rows)) } },
      seal: { open: (text: string) => text },
    },
    dm: {
      sourceStatus: async () => {
        const status = statuses[Math.min(asked, statuses.length - 1)]!;
        // The step's own time is over once everything was said for a while.
        if (++asked > statuses.length + 60) ended.abort();
        return status;
      },
    },
    asked: () => asked,
  } as unknown as StepContext & { asked(): number };
}

const WATCH = { kind: "watch-past-file", file: "mysql-bin.004451", sizeBytes: BIG } as const;
const IN_FILE = here(4_451, 894);
const PAST = here(4_452, 4);
const furthest = [globalRow(), aRow({ file: "mysql-bin.004453", position: 120 })];

/** [what the statuses show, them, the rows that were kept, how the watch ends] */
const WATCHED: readonly (readonly [string, readonly SourceStatusOutcome[], readonly CheckpointRow[] | null, RegExp])[] = [
  ["past the file over three samples", [IN_FILE, PAST], null, /^done past mysql-bin\.004451/],
  ["a worker that lists it only a moment later", [ABSENT, ABSENT, SILENT, PAST], null, /^done/],
  ["a task that is gone", [IN_FILE, ABSENT], null, /^failed the worker does not list it any more: somebody stopped it/],
  ["an error for an instant while DM resumes by itself", [IN_FILE, FAILED, FAILED, PAST], null, /^done/],
  ["an error that stays", [FAILED], null, /^failed Paused: Error 1062/],
  [
    "a person's pause that stays",
    [here(4_451, 894, { stage: "Paused", errors: [], isCanceled: true })],
    null,
    /^failed somebody paused it/,
  ],
  [
    "a shard DDL lock that was opened meanwhile",
    [here(4_452, 4, { unresolvedDdlLock: "orders-`shop`.`orders`" })],
    null,
    /^failed a shard DDL lock was opened meanwhile/,
  ],
  ["a master that stays silent", [SILENT], null, /^failed not past .* HTTP 502/],
  ["a giant transaction in which it stands still", [IN_FILE], null, /^failed not past mysql-bin\.004451/],
  ["past the file, and not yet where it had been", [PAST], furthest, /^failed not past .*where DM had been/],
  ["past the file and past where it had been", [PAST, here(4_453, 120)], furthest, /^done/],
  ["past the file and at the upstream's end", [here(4_452, 4, {}, true)], furthest, /^done/],
];

describe("the watch over a replay", () => {
  for (const [name, statuses, rows, expected] of WATCHED)
    test(`${name}: ${expected.source.slice(1, 40)}`, async () => {
      const outcome = await watchPastFile.act(context(WATCH, statuses, rows));
      assert.match(outcome.kind === "done" ? `done ${outcome.proof}` : `failed ${"why" in outcome ? outcome.why : ""}`, expected);
    });
});

/** [what the worker says, what the resume's question answers] */
const RESUMED: readonly (readonly [string, SourceStatusOutcome, string])[] = [
  ["it runs", answered(aSubtask()), "already"],
  ["it is on its way", answered(aSubtask({ stage: "Resuming" })), "already"],
  ["it is paused by an error", FAILED, "not-yet"],
  ["it is paused by a person", answered(aSubtask({ stage: "Paused", errors: [], isCanceled: true })), "not-yet"],
  ["it was made a moment ago", answered(aSubtask({ stage: "New" })), "the worker is only making it (stage New)"],
  ["it is not listed", ABSENT, "the source's worker does not list the task: somebody stopped it"],
  ["nobody answers", SILENT, "HTTP 502"],
];

describe("whether a task runs again already", () => {
  for (const [name, status, expected] of RESUMED)
    test(`${name}: ${expected}`, async () => {
      const answer = await resumeTask.ask(context({ kind: "resume-task" }, [status]));
      assert.equal(answer.kind === "cannot-know" ? answer.why : answer.kind, expected);
    });
});
