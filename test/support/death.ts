import assert from "node:assert/strict";
import { sha256 } from "../../src/adapters/keys/keys.ts";
import type { ActiveLease } from "../../src/app/active-lease.ts";
import type { FactSources } from "../../src/app/fact-sources.ts";
import { verifyChain } from "../../src/domain/audit/verify-chain.ts";
import type { Run } from "../../src/domain/run/run.ts";
import { OPERATOR } from "./engine.ts";
import { createLife, type Life, livingIn } from "./life.ts";
import { mortalStore, runWords } from "./mortal-store.ts";
import { type MortalWire, startMortalWire } from "./mortal-wire.ts";
import { type RowsBench, type RowsBenchOptions, startRowsBench } from "./rows-bench.ts";

/** One run, in which processes are to die wherever they can. */
export interface Mortal {
  readonly options?: RowsBenchOptions;
  /** Brings the trouble about, has the run approved, and returns its id. */
  begin(bench: RowsBench): Promise<string>;
  /** What people do where the run waits for them, before they press Done; false: nothing, and that is its end. */
  person?(bench: RowsBench, run: Run): Promise<boolean>;
  /** What must be true at the end, however often a process died on the way. */
  check(bench: RowsBench, run: Run): Promise<void>;
  /** What was done outside so far, besides the calls that DM got: the same at each point, whatever died before. */
  seen?(bench: RowsBench): unknown;
  /** Points at which nobody dies here, because a death there ends otherwise and has a test of its own. */
  readonly spared?: RegExp;
  /** What the n-th process reaches outside, where that is not what the bench has. */
  outside?(facts: FactSources, process: number, life: Life): FactSources;
}

/** Made anew for each run where something of it is used up. */
export type Trial = Mortal | (() => Mortal);
const made = (trial: Trial): Mortal => (typeof trial === "function" ? trial() : trial);

export interface Lived {
  readonly run: Run;
  /** Every point at which a process could have died, in order. */
  readonly points: readonly string[];
  /** What had been done outside when a point was reached first. */
  readonly doneAt: ReadonlyMap<string, string>;
  /** And at the end. */
  readonly done: string;
  readonly processes: number;
}

/** Points that a run passes or not as time goes: how far a long step is, and the intent of a step that only looks. */
const BY_CHANCE = / told$|audit run-taken-over| (?:wait-until-gone|verify-\w+|watch-past-file|prove-gtid-stream) started$/;

/**
 * The run once undisturbed, and once more in which a process dies at each point that it reaches for the first time: before and after
 * every write to the store, before and after each statement that the accounts for writing send, after each call that changed something
 * in DM or on a host. After each death another process goes on. At every point exactly what was done in the undisturbed run must have
 * been done, and both must end alike.
 */
export async function dieEverywhere(trial: Trial): Promise<{ readonly whole: Lived; readonly torn: Lived }> {
  const mortal = made(trial);
  const whole = await live(mortal, () => false);
  const died = new Set<string>();
  const torn = await live(made(trial), (point) => {
    if (mortal.spared?.test(point)) return false;
    const isNew = !died.has(point);
    died.add(point);
    return isNew;
  });
  for (const [point, done] of whole.doneAt)
    if (torn.doneAt.has(point)) assert.equal(torn.doneAt.get(point), done, `done outside at "${point}"`);
  assert.deepEqual(endOf(torn), endOf(whole));
  const untried = whole.points.filter((point) => !died.has(point) && !BY_CHANCE.test(point) && !mortal.spared?.test(point));
  assert.deepEqual(untried, [], "no process died there");
  return { whole, torn };
}

/** A run in which one process dies, at the first point that is one of these. */
export async function dieOnce(trial: Trial, at: RegExp): Promise<Run> {
  let isDead = false;
  const { run } = await live(made(trial), (point) => {
    if (isDead || !at.test(point)) return false;
    isDead = true;
    return true;
  });
  assert.ok(isDead, `no point ${at}`);
  return run;
}

/** Where a run ended, without what depends on time. */
const endOf = ({ run: { state, steps }, done }: Lived) => ({
  done,
  state: state.kind,
  left: "left" in state ? state.left : null,
  caveats: state.kind === "succeeded" ? state.caveats : [],
  steps: steps.map(({ step, state: { kind } }) => `${step.number} ${step.action.kind} ${kind}`),
});

/** One run from beginning to end; another process begins whenever one has died. */
async function live(
  { options = {}, begin, check, seen = () => null, outside = (facts) => facts, person = async () => false }: Mortal,
  dies: (point: string) => boolean,
): Promise<Lived> {
  const wire = await startMortalWire();
  const bench = await startRowsBench({ speed: 400, pollMs: 8, ...options, connection: throughWire(wire, options) });
  const points: string[] = [];
  const doneAt = new Map<string, string>();
  try {
    const id = await begin(bench);
    const before = bench.writes().length;
    const endedBefore = await endingsOf(bench.store, id);
    const done = (): string => JSON.stringify([bench.writes().slice(before), seen(bench)]);
    const reached = (point: string): boolean => {
      points.push(point);
      if (/^after \d+ [^:]+$/.test(point) && !doneAt.has(point)) doneAt.set(point, done());
      return dies(point);
    };
    let processes = 0;
    let turns = 0;
    let owner = "bench";
    while (!(await hasEnded(bench, id)) || (await person(bench, (await bench.store.runs.get(id))!))) {
      if (await hasEnded(bench, id)) {
        turns++;
        const answered = await bench.executor.byPerson(id, OPERATOR, "go-on");
        assert.equal(answered.kind, "done");
      }
      processes++;
      const life = createLife(reached);
      wire.belongsTo(life);
      const lease = await takeLease(bench, owner, `process ${processes}`);
      owner = `process ${processes}`;
      await bench
        .executorOver(mortalStore(bench.store, life), lease, mortalFacts(outside(bench.facts, processes, life), life))
        .goOn(bench.signal);
      // A comparison is carried beside what `goOn` waits for.
      await bench.until("the process is done", async () => life.isDead() || (await hasEnded(bench, id)), 30_000);
      const run = (await bench.store.runs.get(id))!;
      assert.ok(life.isDead() || run.state.kind !== "running", `it stands still at ${runWords(run)}`);
      assert.ok(processes < 1_000, "it comes to no end");
    }
    const run = (await bench.store.runs.get(id))!;
    wire.belongsTo(null);
    await check(bench, run);
    await assertWellEnded(bench, run, endedBefore + turns);
    return { run, points, doneAt, done: done(), processes };
  } finally {
    await bench.end();
    await wire.stop();
  }
}

const hasEnded = async ({ store }: RowsBench, id: string): Promise<boolean> =>
  (await store.runs.get(id))!.state.kind !== "running";

const throughWire =
  (wire: MortalWire, { connection = (whole) => whole }: RowsBenchOptions): NonNullable<RowsBenchOptions["connection"]> =>
  (whole) => {
    const { metaWriter, rowWriter, ...rest } = connection(whole);
    wire.leadsTo(whole.downstream!.port);
    const by = <Login extends { readonly port: number }>(login: Login | null): Login | null =>
      login ? { ...login, port: wire.port } : null;
    return { ...rest, metaWriter: by(metaWriter), rowWriter: by(rowWriter) };
  };

/** The lease as a process holds it that began when the one before it had died and its lease was over. */
async function takeLease({ store }: RowsBench, before: string, owner: string): Promise<ActiveLease> {
  await store.leases.giveUp("active", before);
  const taken = await store.leases.take("active", owner, 600);
  if (taken.kind !== "held") throw new Error(`the lease is ${taken.owner}'s`);
  return { start: async () => {}, stop: async () => {}, held: () => ({ fence: taken.fence, timeLeftMs: () => 600_000 }) };
}

/** Calls that change something in DM; after each of them a process may die. A host's commands have their own points. */
const CHANGES = /^(?:operate|startTask|handleStatement|stopSource|startSource|updateSource|transferSource|switchRelay)$/;

function mortalFacts(facts: FactSources, life: Life): FactSources {
  return livingIn({ ...facts }, life, (call) => {
    if (CHANGES.test(call)) life.reachAgain("after", call);
  });
}

const endingsOf = async (store: RowsBench["store"], run: string): Promise<number> =>
  (await store.audit.about({ run }, 1_000)).filter(({ kind }) => kind === "run-ended").length;

/** A run that waited for a person has ended before. */
async function assertWellEnded({ store }: RowsBench, run: Run, endedBefore: number): Promise<void> {
  assert.equal(await endingsOf(store, run.id), endedBefore + 1, "one ending in the audit record");
  const locks = (await store.runs.locks()).filter((lock) => lock.run === run.id);
  if (run.state.kind === "needs-person") assert.ok(locks.length > 0, "a run that waits keeps its locks");
  else assert.deepEqual(locks, [], "its locks are released");
  const faults = verifyChain(await store.audit.read(1, 10_000), [], { sha256: sha256.sha256, isSigned: () => true });
  assert.deepEqual(faults, [], "the audit chain verifies");
}
