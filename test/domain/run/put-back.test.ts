import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { PLAYBOOK_IDS } from "../../../src/domain/diagnosis/finding.ts";
import { targetKey } from "../../../src/domain/plan/target-key.ts";
import { newRun } from "../../../src/domain/run/new-run.ts";
import type { Run, StepRecord, StepState } from "../../../src/domain/run/run.ts";
import {
  againFrom,
  leftAfterPuttingBack,
  leftAt,
  nextStep,
  putBack,
  waitsForPerson,
  withStep,
} from "../../../src/domain/run/run-progress.ts";
import { isUnsafe } from "../../../src/domain/run/standing.ts";
import { stepsToUndo } from "../../../src/domain/run/undo.ts";
import { createModelWorld, type ModelWorld } from "../../support/model-world.ts";
import { PLANNED, type PlannedPlaybook, planOf, TASKS } from "../../support/playbook-plans.ts";

/** How a step may end that is not done. `hadEffect`: what it is for has come about all the same. */
interface Stop {
  readonly state: "failed" | "unknown" | "by-hand";
  readonly hadEffect: boolean;
}
const STOPS: readonly Stop[] = [
  { state: "failed", hadEffect: false },
  { state: "unknown", hadEffect: false },
  { state: "unknown", hadEffect: true },
];
const BY_HAND: readonly Stop[] = [
  { state: "by-hand", hadEffect: false },
  { state: "by-hand", hadEffect: true },
];
const HAND_STEPS = /-worker$|-relay-file|-relay-meta/;

function stopsOf({ step }: StepRecord): readonly Stop[] {
  const { kind } = step.action;
  // The process runs, and another worker has taken the source.
  const tooLate: Stop[] = kind === "start-worker" ? [{ state: "failed", hadEffect: true }] : [];
  return [...STOPS, ...tooLate, ...(HAND_STEPS.test(kind) ? BY_HAND : [])];
}

const DONE: StepState = { kind: "done", at: 1, proof: "", alreadySo: false, caveat: null };
const stopped = ({ state }: Stop): StepState =>
  state === "by-hand" ? { kind: state, at: 1, commands: "…" } : { kind: state, at: 1, why: "…" };

function worldFor({ relay, found }: PlannedPlaybook): ModelWorld {
  const world = createModelWorld(relay);
  for (const task of TASKS) world.add(targetKey(task), { runs: found });
  return world;
}

/** A start counts as failed only where the master does not list the task. */
const isPossible = ({ step }: StepRecord, { state }: Stop, world: ModelWorld): boolean =>
  step.action.kind !== "start-task" || state !== "failed" || world.tasks.get(targetKey(step.target))?.runs === "no";

/** Carries the run until `stopAt`, where it stops so; null: it ends before. */
function carry(run: Run, world: ModelWorld, stopAt: number, stop: Stop): Run | null {
  for (let now = run; ; ) {
    const next = nextStep(now);
    if (next === null) return null;
    const { number } = next.step;
    if (number === stopAt) {
      if (stop.hadEffect) world.take(next.step);
      return withStep(now, number, stopped(stop));
    }
    if (!world.take(next.step)) return withStep(now, number, { kind: "failed", at: 1, why: "refused" });
    now = withStep(now, number, DONE);
  }
}

const toTheEnd = (run: Run, world: ModelWorld): Run => {
  let now = run;
  for (let next = nextStep(now); next !== null; next = nextStep(now)) {
    // A worker that has not let go yet: said on the card, and "Go on" a moment later does it.
    if (next.step.action.kind === "start-task" && !world.take(next.step)) {
      assert.ok(waitsForPerson(withStep(now, next.step.number, stopped(STOPS[0]!)), stopped(STOPS[0]!)));
      world.letGo();
    }
    assert.ok(
      world.take(next.step),
      `${next.step.number} ${next.step.action.kind} of ${taken(now)} ${JSON.stringify([...world.tasks])} ${JSON.stringify(world.source)}`,
    );
    now = withStep(now, next.step.number, DONE);
  }
  return now;
};

const taken = ({ steps }: Run): string =>
  steps
    .map(
      ({ step, state }) =>
        `${step.number} ${step.action.kind} ${step.target.task ?? ""} ${state.kind} ${"was" in state ? state.was : ""}`,
    )
    .join(", ");

function assertWorks({ found, playbook }: PlannedPlaybook, world: ModelWorld, run: Run): void {
  const where = taken(run);
  assert.deepEqual(world.harm, [], where);
  for (const [name, task] of world.tasks) {
    // A start that may have been made after all is left as it is, and so is a resume.
    const fits = found === "original" ? task.runs === "original" : task.runs === "original" || task.runs === found;
    assert.ok(fits, `${name} ${task.runs}: ${where}`);
  }
  assert.equal(world.worker.runs, true, where);
  assert.ok(world.worker.hasReadThem || !world.worker.hasOtherFiles, where);
  // Rows that were copied to the end stay: they are those of the upstream, and an undo can remove them.
  const isCopied = run.steps.some(({ step, state }) => step.action.kind === "copy-missing-rows" && state.kind === "done");
  assert.equal(world.copied.rows, isCopied, where);
  const { source } = world;
  assert.equal(source.isThere, true, where);
  // What ran to the plan's end runs on with the plan's settings.
  if (playbook === "switch-to-gtid" && source.gtid) return;
  assert.deepEqual([source.gtid, source.relay], [world.found.gtid, world.found.relay], where);
  if (Array.isArray(source.relay))
    assert.ok(source.relay.includes(source.worker), `relay on ${source.relay}, source on ${source.worker}: ${where}`);
}

/** Everything is as it should be, or is about to be looked at by a person. */
function assertNoSilence(run: Run, world: ModelWorld, stop: Stop, found: PlannedPlaybook["found"]): void {
  const isWell =
    [...world.tasks.values()].every(({ runs }) => runs === found || runs === "original") &&
    world.source.isThere &&
    world.worker.runs &&
    (world.source.relay !== "off" || world.found.relay === "off" || world.source.gtid);
  assert.ok(isWell || waitsForPerson(run, stopped(stop)), `nobody is called: ${taken(run)}`);
}

describe("put back leads to a working cluster from wherever a run stopped", () => {
  test("every playbook that changes anything is in the table", () => {
    const named = new Set(PLANNED.map(({ playbook }) => playbook));
    assert.deepEqual(
      PLAYBOOK_IDS.filter((id) => !named.has(id)),
      ["undo"],
    );
  });

  for (const planned of PLANNED) {
    const begun = newRun("R-1", planOf(planned), 0, 60);

    test(`${planned.name}: after every way in which every step may end`, () => {
      let tried = 0;
      for (const record of begun.steps)
        for (const stop of stopsOf(record)) {
          const world = worldFor(planned);
          const waiting = carry(begun, world, record.step.number, stop)!;
          assertNoSilence(waiting, world, stop, planned.found);

          const ended = toTheEnd(putBack(waiting, "U1", 2), world);

          assertWorks(planned, world, ended);
          assert.equal(isUnsafe(ended), false, taken(ended));
          tried++;
        }
      assert.ok(tried >= 3 * begun.steps.length);
    });

    test(`${planned.name}: also when the put-back itself stops on its way and is asked for again`, () => {
      for (const record of begun.steps)
        for (const first of stopsOf(record)) {
          const steps = putBack(carry(begun, worldFor(planned), record.step.number, first)!, "U1", 2).steps.filter(
            ({ state }) => state.kind === "todo",
          );
          for (const again of steps)
            for (const second of stopsOf(again)) {
              const world = worldFor(planned);
              const waiting = carry(begun, world, record.step.number, first)!;
              const back = putBack(waiting, "U1", 2);
              const before = carry(back, world, again.step.number, { state: "unknown", hadEffect: false })!;
              const hasCome = before.steps.find(({ step }) => step === again.step)?.state.kind === "unknown";
              if (hasCome && !isPossible(again, second, world)) continue;
              if (hasCome && second.hadEffect) world.take(again.step);
              const stuck = hasCome ? withStep(before, again.step.number, stopped(second)) : before;
              assertNoSilence(stuck, world, second, planned.found);

              const ended = toTheEnd(putBack(stuck, "U1", 3), world);

              assertWorks(planned, world, ended);
            }
        }
    });
  }

  for (const planned of PLANNED) {
    const begun = newRun("R-1", planOf(planned), 0, 60);

    test(`${planned.name}: go on ends as a run that never stopped, from a put-back as one that was put back`, () => {
      const whole = worldFor(planned);
      toTheEnd(begun, whole);
      for (const record of begun.steps)
        for (const stop of stopsOf(record)) {
          const world = worldFor(planned);
          const waiting = carry(begun, world, record.step.number, stop)!;
          if (!waitsForPerson(waiting, stopped(stop))) continue;

          toTheEnd(againFrom(waiting), world);

          const end = ({ tasks, source, worker, copied, harm }: ModelWorld) =>
            JSON.stringify([[...tasks], source, worker, copied, harm]);
          assert.equal(end(world), end(whole), taken(waiting));
        }
    });

    test(`${planned.name}: a put-back that stands still goes on to its end`, () => {
      for (const record of begun.steps)
        for (const first of stopsOf(record))
          for (let at = 0; ; at++) {
            const world = worldFor(planned);
            const back = putBack(carry(begun, world, record.step.number, first)!, "U1", 2);
            const step = back.steps.filter(({ state }) => state.kind === "todo")[at];
            if (!step) break;
            const stuck = carry(back, world, step.step.number, STOPS[1]!)!;

            assertWorks(planned, world, toTheEnd(againFrom(stuck), world));
          }
    });

    test(`${planned.name}: an undo as a plan of its own brings the same back, and stands still loudly on its way`, () => {
      for (const record of begun.steps)
        for (const stop of stopsOf(record)) {
          const world = worldFor(planned);
          const waiting = carry(begun, world, record.step.number, stop)!;
          const possible = stepsToUndo(waiting);
          if (!isUnsafe(waiting)) continue;
          assert.equal(possible.kind, "steps");
          const steps = possible.kind === "steps" ? possible.steps : [];
          const undo = newRun("R-2", planOf({ ...planned, playbook: "undo", steps }), 0, 60);
          assert.ok(isUnsafe(undo), taken(undo));

          const ended = toTheEnd(undo, world);

          assertWorks(planned, world, ended);
          assert.equal(isUnsafe(ended), false, taken(ended));
        }
    });
  }

  test("what somebody else stopped in the middle of a replay goes on in safe mode, never from the old rows", () => {
    const planned = PLANNED.find(({ playbook }) => playbook === "rewind-sync-checkpoint")!;
    const begun = newRun("R-1", planOf(planned), 0, 60);
    const watch = begun.steps.find(({ step }) => step.action.kind === "watch-past-file")!;
    const world = worldFor(planned);
    const waiting = carry(begun, world, watch.step.number, STOPS[0]!)!;
    world.removeTask("a @ s1");

    const back = putBack(waiting, "U1", 2);
    const ended = toTheEnd(back, world);

    assert.deepEqual(
      back.steps.filter(({ state }) => state.kind === "todo").map(({ step }) => step.action.kind),
      ["start-task", "resume-task", "watch-past-file", "stop-task", "wait-until-gone", "start-task"],
    );
    assertWorks(planned, world, ended);
  });

  test("rows that are not those that the run wrote are not brought back; asked again, the task goes on in safe mode", () => {
    const planned = PLANNED.find(({ playbook }) => playbook === "rewind-sync-checkpoint")!;
    const begun = newRun("R-1", planOf(planned), 0, 60);
    const start = begun.steps.find(({ step }) => step.action.kind === "start-task")!;
    const world = worldFor(planned);
    const waiting = carry(begun, world, start.step.number, STOPS[0]!)!;
    world.tasks.get("a @ s1")!.rows = 7;

    const refused = carry(putBack(waiting, "U1", 2), world, 99, STOPS[0]!)!;
    const ended = toTheEnd(putBack(refused, "U1", 3), world);

    assert.equal(refused.steps.find(({ step }) => step.action.kind === "restore-checkpoint")?.state.kind, "failed");
    assert.ok(isUnsafe(refused));
    assert.equal(leftAt(refused, refused.steps.find(({ state }) => state.kind === "failed")!), "task-gone");
    assertWorks(planned, world, ended);
  });

  const LEFT = [
    ["stop-start-task", "start-task", { state: "failed", hadEffect: false }, "task-running"],
    ["reset-relay", "verify-recovered", { state: "failed", hadEffect: false }, "as-before"],
    ["replace-relay-file", "put-relay-file", { state: "unknown", hadEffect: true }, "as-before"],
    ["skip-or-replace-statement", "handle-statement", { state: "unknown", hadEffect: false }, "not-known"],
    ["start-task", "start-task", { state: "unknown", hadEffect: false }, "not-known"],
    ["stop-start-task", "keep-task-yaml", { state: "unknown", hadEffect: false }, "task-untouched"],
  ] as const;
  for (const [playbook, kind, stop, left] of LEFT)
    test(`a run of ${playbook} that was put back at ${kind} says ${left}`, () => {
      const planned = PLANNED.findLast((one) => one.playbook === playbook)!;
      const begun = newRun("R-1", planOf(planned), 0, 60);
      const world = worldFor(planned);
      const at = begun.steps.find(({ step }) => step.action.kind === kind)!;
      const waiting = carry(begun, world, at.step.number, stop)!;
      assert.equal(leftAfterPuttingBack(toTheEnd(putBack(waiting, "U1", 2), world)), left);
    });

  test("a relay that is off for the repair is not left off without a word", () => {
    const planned = PLANNED.findLast(({ playbook }) => playbook === "reset-relay")!;
    const begun = newRun("R-1", planOf(planned), 0, 60);
    const at = begun.steps.find(({ step }) => step.action.kind === "verify-recovered")!;
    const waiting = carry(begun, worldFor(planned), at.step.number, STOPS[0]!)!;
    assert.equal(isUnsafe(waiting), true);
    assert.equal(leftAt(waiting, waiting.steps.find(({ state }) => state.kind === "failed")!), "relay-off");
  });

  test("what a person is asked to do by hand is not said to be done", () => {
    const planned = PLANNED.find(({ playbook }) => playbook === "replace-relay-file")!;
    const begun = newRun("R-1", planOf(planned), 0, 60);
    const at = begun.steps.find(({ step }) => step.action.kind === "stop-worker")!;
    const waiting = carry(begun, worldFor(planned), at.step.number, BY_HAND[0]!)!;
    assert.equal(leftAt(waiting, waiting.steps.find(({ state }) => state.kind === "by-hand")!), "task-untouched");
  });
});
