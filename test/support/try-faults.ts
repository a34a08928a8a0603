import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createConnection, type RowDataPacket } from "mysql2/promise";
import { sha256 } from "../../src/adapters/keys/keys.ts";
import type { Store, StoreParts } from "../../src/app/ports/store.ts";
import { verifyChain } from "../../src/domain/audit/verify-chain.ts";
import { isChanging } from "../../src/domain/plan/step-action.ts";
import type { Run } from "../../src/domain/run/run.ts";
import type { Document } from "../../src/domain/wording/document.ts";
import { OPERATOR } from "./engine.ts";
import { failingStore } from "./failing-store.ts";
import { type Ending, type FaultCase, type FaultStage, type RunFault, startFaultStage, TROUBLES } from "./fault-case.ts";
import { took } from "./rows-bench.ts";

/** Every row as a test: the fault, and after it what holds for all of them. */
export function tryFaults(place: string, cases: readonly FaultCase[]): void {
  describe(`faults: ${place}`, { timeout: 170_000 }, () => {
    for (const one of cases)
      test(`${one.id}: ${one.happens}`, async () => {
        const stage = await startFaultStage({ ...("trouble" in one ? TROUBLES[one.trouble].bench : {}), ...one.options });
        try {
          await ("try" in one ? one.try(stage) : tryRun(stage, one));
          assert.deepEqual(verifyChain(await stage.store.audit.read(1, 10_000), [], VERIFIER), [], "the chain");
        } finally {
          await stage.end();
        }
      });
  });
}

const VERIFIER = { sha256: sha256.sha256, isSigned: () => false };

async function tryRun(stage: FaultStage, one: RunFault): Promise<void> {
  const { playbook, request, prepare } = TROUBLES[one.trouble];
  await prepare(stage);
  const before = stage.writes().length;
  const id = await stage.approvedRun(one.playbook ?? playbook, request);
  await one.fault?.(stage);
  if (one.store) {
    const failing = failingStore(stage.store, one.store);
    await stage.executorOver(failing.store).goOn(stage.signal);
    assert.ok(failing.hasFailed(), "a fault of the store that was wanted did not happen");
  }
  if (one.at) await stage.executorOver(watched(stage, one.at)).goOn(stage.signal);
  let run = await stage.finish(id);
  await endsAs(stage, run, one.ends, 1);
  if (one.afterwards) {
    await one.afterwards.mend?.(stage);
    assert.equal((await stage.executor.byPerson(id, OPERATOR, one.afterwards.answer)).kind, "done");
    run = await stage.finish(id);
    await endsAs(stage, run, one.afterwards.ends, 2);
  }
  const told = `${JSON.stringify(run.state)} ${took(run).join(", ")}`;
  assert.deepEqual(stage.writes().slice(before), one.calls, told);
  for (const way of [stage.probeWay, stage.metaWay, stage.rowsWay, stage.upstreamWay])
    assert.equal(way.waiting(), 0, "a fault that was wanted did not happen");
  assert.equal(stage.disk.faultsLeft(), 0, "a fault of the host that was wanted did not happen");
  assert.equal(stage.dm.faultsLeft(), 0, "a fault of DM that was wanted did not happen");
  const stands = () => stage.world.held("orders")[0]?.stage ?? "absent";
  await stage.until(`the task is ${one.task ?? "Running"}, ${told}`, () => stands() === (one.task ?? "Running"));
  await stage.until(`the rows are ${one.rows ?? "those above"}`, async () =>
    isSame(await stage.ids(), one.rows ?? (await idsAbove(stage))),
  );
  await one.check?.(stage, run);
}

async function endsAs(stage: FaultStage, run: Run, { as, left, says }: Ending, endings: number): Promise<void> {
  const told = `${JSON.stringify(run.state)} ${took(run).join(", ")}`;
  assert.equal(run.state.kind, as, told);
  if (left !== undefined) assert.equal("left" in run.state && run.state.left, left, told);
  const message = await stage.store.outbox.get(`run:${run.id}`);
  assert.match(textOf(message!.document), says);
  const waits = as === "needs-person";
  assert.equal((await stage.store.runs.locks()).length > 0, waits, "locks are kept while a person is waited for, and only then");
  const buttons = message!.document.buttons.map(({ action }) => action);
  assert.equal(buttons.includes("go-on"), waits);
  await auditIsComplete(stage, run, endings);
}

/** The run's begin and every end, and of every step that was taken that it was begun and how it ended. */
async function auditIsComplete(stage: FaultStage, run: Run, endings: number): Promise<void> {
  const events = await stage.store.audit.about({ run: run.id }, 1_000);
  const count = (kind: string): number => events.filter((event) => event.kind === kind).length;
  assert.equal(count("run-started"), 1);
  assert.equal(count("run-ended"), endings);
  for (const { step, state } of run.steps) {
    const name = `${step.number} ${step.action.kind}`;
    const of = (kind: string) => events.filter((event) => event.kind === kind && event.details.step === name).length;
    if (state.kind === "todo" || state.kind === "skipped") continue;
    assert.ok(of("step-ended") >= 1, `${name} ended without an event`);
    if (isChanging(step.action) && !(state.kind === "done" && state.alreadySo) && state.kind !== "unknown")
      assert.ok(of("step-started") >= 1, `${name} began without an event`);
  }
}

const isSame = (one: readonly number[], other: readonly number[]): boolean => JSON.stringify(one) === JSON.stringify(other);

async function idsAbove({ upstream }: FaultStage): Promise<number[]> {
  const connection = await createConnection({ host: "127.0.0.1", port: upstream.port, ...upstream.owner });
  const [rows] = await connection.query<RowDataPacket[]>("SELECT id FROM shop.orders ORDER BY id");
  connection.destroy();
  return rows.map(({ id }) => Number(id));
}

/** What people read, in one line. */
export function textOf({ headline, blocks }: Document): string {
  const words: string[] = [headline];
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(walk);
    else if (typeof value === "object" && value !== null)
      for (const [key, inner] of Object.entries(value)) {
        if (key === "text" && typeof inner === "string") words.push(inner);
        else walk(inner);
      }
  };
  walk(blocks);
  return words.join(" ");
}

/** The real store; when a write has brought a step into that state, what is to happen happens before the run goes on. */
function watched(stage: FaultStage, { step, is, happen }: NonNullable<RunFault["at"]>): Store {
  let hasHappened = false;
  const { store } = stage;
  return {
    ...store,
    async transaction<T>(work: (tx: StoreParts) => Promise<T>): Promise<T> {
      const value = await store.transaction(work);
      if (hasHappened) return value;
      for (const run of await store.runs.unfinished())
        if (run.steps.some((record) => record.step.action.kind === step && record.state.kind === is)) {
          hasHappened = true;
          await happen(stage, run);
        }
      return value;
    },
  };
}
