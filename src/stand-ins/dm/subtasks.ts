import { dropMeta } from "./checkpoint-store.ts";
import { type CheckpointWork, flush, readMemory, safeWindowMs } from "./checkpoints.ts";
import { accessDenied } from "./errors.ts";
import { fail, whatFails } from "./failing.ts";
import { keyOf } from "./faults.ts";
import type { DmErrorModel, Source, Subtask, Task, Trouble } from "./model.ts";
import { masterAt, wrapped } from "./places.ts";
import { readOn, rollBack } from "./syncer.ts";
import { Target, TargetTrouble } from "./target.ts";
import type { World } from "./world.ts";

/** The life of a subtask on its worker: made, moved, paused, let go. One thing at a time is done with each. */
export function newSubtask(definition: Task, source: string, trouble: Trouble | null, now: number): Subtask {
  return {
    ...{
      definition,
      task: definition.name,
      source,
      unit: "Sync",
      stage: "Running",
      isCanceled: false,
      errors: [],
      sync: null,
      synced: false,
      events: 0,
    },
    ...{
      trouble,
      failingAt: null,
      busy: null,
      movedAt: now,
      attempts: 0,
      resumeAt: null,
      flushedAt: 0,
      goneAt: null,
      isWanted: false,
    },
  };
}

/** Waits its turn, then does the work alone. */
export function inTurn<T>(subtask: Subtask, work: () => Promise<T>): Promise<T> {
  const turn = (subtask.busy ?? Promise.resolve()).then(work);
  const done = turn.then(
    () => {},
    () => {},
  );
  subtask.busy = done;
  void done.then(() => {
    if (subtask.busy === done) subtask.busy = null;
  });
  return turn;
}

/** A login that failed when the unit was to be made: it stays so until the subtask is made anew. */
export function failLogin(world: World, subtask: Subtask, cause: string): void {
  const errors = [accessDenied(subtask.task, cause)];
  subtask.unit = null;
  subtask.trouble = { errors, clearedBy: "stop-start", until: Number.POSITIVE_INFINITY };
  fail(world, subtask, errors, world.now());
}

/** The rows are read and written down again as they are in memory; what the downstream answers instead makes it fail. */
export async function begin(world: World, subtask: Subtask): Promise<void> {
  const work = workOf(world, subtask);
  if (!work || subtask.unit === null || subtask.sync !== null) return;
  try {
    subtask.sync = await readMemory(work);
    const trouble = subtask.sync.panic;
    if (trouble) {
      subtask.sync.panic = null;
      return fail(world, subtask, [trouble], world.now());
    }
    await flush(work, subtask);
  } catch (error) {
    if (!(error instanceof TargetTrouble)) throw error;
    fail(world, subtask, [error.error], world.now());
  }
}

export function workOf(world: World, subtask: Subtask): CheckpointWork | null {
  const { definition: task } = subtask;
  const source = world.sources.get(subtask.source);
  if (!source) return null;
  return {
    task,
    source,
    target: targetOf(world, subtask, task),
    version: world.version,
    now: world.now(),
    flushEveryMs: world.flushEveryMs,
  };
}

function targetOf(world: World, subtask: Subtask, task: Task): Target {
  const known = world.targets.get(subtask);
  if (known) return known;
  const target = new Target(task.target, world.version);
  world.targets.set(subtask, target);
  return target;
}

/** Moves a subtask on to this moment. */
export async function move(world: World, subtask: Subtask, now: number): Promise<void> {
  // Another took its place while it waited for its turn.
  if (world.subtask(subtask.task, subtask.source) !== subtask) return;
  const elapsedMs = Math.max(0, now - subtask.movedAt);
  subtask.movedAt = now;
  if (subtask.goneAt !== null) return now >= subtask.goneAt ? letGo(world, subtask) : undefined;
  if (world.workerOf(subtask.source)?.state !== "alive") return;
  if (subtask.trouble && now >= subtask.trouble.until) subtask.trouble = null;
  if (subtask.stage === "Paused") return maybeResume(world, subtask, now);
  const errors = whatFails(world, subtask, now) ?? (await follow(world, subtask, now, elapsedMs));
  // Meanwhile a person may have paused it.
  if (errors && subtask.stage === "Running") {
    if (subtask.sync) rollBack(subtask.sync);
    fail(world, subtask, errors, now);
  }
}

async function follow(world: World, subtask: Subtask, now: number, elapsedMs: number): Promise<readonly DmErrorModel[] | null> {
  if (subtask.sync === null) await begin(world, subtask);
  const work = workOf(world, subtask);
  const memory = subtask.sync;
  const instance = work?.task.instances.get(subtask.source);
  if (!work || !memory || !instance || subtask.stage !== "Running") return null;
  // Small things are read at once, whatever the clock says.
  const bytes = (elapsedMs / 1000) * world.syncBytesPerSecond + 1_000_000;
  const trouble = await readOn(
    { ...work, subtask, memory, instance, operators: world.operators.get(keyOf(subtask.task, subtask.source)) ?? [], now },
    bytes,
  );
  if (trouble) return trouble;
  if (now - subtask.flushedAt >= world.flushEveryMs) {
    const flushed = await flush({ ...work, now }, subtask);
    if (flushed.kind === "failed") return flushed.errors;
    subtask.attempts = 0;
  }
  subtask.synced = isSynced(work.source, subtask);
  return null;
}

/** As DM says it: what is written down stands where the upstream stands. */
function isSynced(source: Source, { sync }: Subtask): boolean {
  const master = masterAt(source);
  return sync !== null && sync.flushed.global.file === master.file && sync.flushed.global.position === wrapped(master.position);
}

function maybeResume(world: World, subtask: Subtask, now: number): void {
  if (subtask.isCanceled || subtask.resumeAt === null || now < subtask.resumeAt) return;
  goOn(world, subtask, now);
}

function goOn(world: World, subtask: Subtask, now: number): void {
  Object.assign(subtask, { stage: "Running", isCanceled: false, errors: [], resumeAt: null, failingAt: null });
  if (subtask.sync) subtask.sync.safeUntil = now + safeWindowMs(world.version, world.flushEveryMs);
}

/** A person's pause: what is in memory is written down, and stays in memory. */
export async function pause(world: World, subtask: Subtask): Promise<void> {
  const wasRunning = subtask.stage === "Running";
  Object.assign(subtask, { stage: "Paused", isCanceled: true, resumeAt: null });
  if (!wasRunning) return;
  await inTurn(subtask, async () => {
    await writeDown(world, subtask);
  });
}

export function resume(world: World, subtask: Subtask): void {
  if (subtask.trouble?.clearedBy === "resume") subtask.trouble = null;
  goOn(world, subtask, world.now());
  subtask.attempts = 0;
}

/** The exit flush; false: the downstream does not take it now. */
async function writeDown(world: World, subtask: Subtask): Promise<boolean> {
  const work = workOf(world, subtask);
  if (!work || subtask.unit !== "Sync") return true;
  const flushed = await flush(work, subtask, true);
  if (flushed.kind === "flushed") subtask.synced = isSynced(work.source, subtask);
  return flushed.kind !== "locked";
}

/** The worker stops it gracefully. */
export const end = (world: World, subtask: Subtask): Promise<boolean> => inTurn(subtask, () => writeDown(world, subtask));

/** Rows that were edited too early are overwritten, unless it was paused: then they were written down already. While they are locked it is tried again. */
async function letGo(world: World, subtask: Subtask): Promise<void> {
  if (subtask.stage === "Running" && !(await writeDown(world, subtask))) return;
  forget(world, subtask);
  const task = world.tasks.get(subtask.task);
  if (subtask.isWanted && task) await make(world, task, subtask.source, null);
}

function forget(world: World, subtask: Subtask): void {
  world.targets.get(subtask)?.close();
  world.targets.delete(subtask);
  const key = keyOf(subtask.task, subtask.source);
  if (world.subtasks.get(key) === subtask) world.subtasks.delete(key);
  const { source, task, sync } = subtask;
  if (sync) world.stoppedAt.set(source, (world.stoppedAt.get(source) ?? new Map()).set(task, sync.flushed.global.file));
}

/** A new subtask; while its worker still lets go of an old one, that one's place is taken later. */
export async function want(world: World, task: Task, source: string, loginError: string | null): Promise<Subtask> {
  const leaving = world.subtask(task.name, source);
  if (leaving === null || leaving.goneAt === null) return make(world, task, source, loginError);
  leaving.isWanted = true;
  return leaving;
}

async function make(world: World, task: Task, source: string, loginError: string | null): Promise<Subtask> {
  const old = world.subtask(task.name, source);
  if (old) forget(world, old);
  const subtask = newSubtask(task, source, world.lasting.get(keyOf(task.name, source)) ?? null, world.now());
  world.subtasks.set(keyOf(task.name, source), subtask);
  if (loginError !== null) failLogin(world, subtask, loginError);
  else if (world.workerOf(source)?.state === "alive") await inTurn(subtask, () => begin(world, subtask));
  return subtask;
}

/** The same subtask anew, from its rows: one that runs writes them down before, one that a person paused stays paused. */
export async function renew(world: World, old: Subtask): Promise<void> {
  const { stage, isCanceled } = old;
  if (stage === "Running") await end(world, old);
  const fresh = await make(world, old.definition, old.source, null);
  if (isCanceled && fresh.stage === "Running") Object.assign(fresh, { stage, isCanceled });
}

/** Its rows go, for good. */
export async function dropRows(world: World, task: Task): Promise<void> {
  const target = new Target(task.target, world.version);
  await dropMeta(target, { metaSchema: task.metaSchema, task: task.name }).catch(() => {}); // an unreachable downstream keeps them
  target.close();
}
