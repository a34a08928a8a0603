import type { Downstream } from "../databases/downstream.ts";
import type { Upstream } from "../databases/upstream.ts";
import { bindSource, moveWorkers, newSource } from "./binding.ts";
import { flush, startingPoint } from "./checkpoints.ts";
import { accessDenied, badConnection, ddlUnsupported, invalidConnection } from "./errors.ts";
import { fail, whatFails } from "./failing.ts";
import {
  atLeast,
  type ClearedBy,
  type DmErrorModel,
  isBehind,
  isV1,
  type Position,
  type Source,
  type SourceConfig,
  type Subtask,
  type Task,
  type Trouble,
  type Version,
  type Worker,
} from "./model.ts";
import { moveRelay, readsRelay, startRelay } from "./relay.ts";
import { defaultConfig } from "./source-yaml.ts";
import { readTask } from "./task-yaml.ts";
import { clockOf, type WorldOptions } from "./world-options.ts";

export type { WorldOptions } from "./world-options.ts";

/**
 * A DM cluster that lives: upstreams are written to, subtasks follow, flush their checkpoints, fail, are resumed with growing
 * pauses, let go late. Its surfaces only read it. `step` moves it on; `start` does so five times a second.
 */
export class World {
  readonly version: Version;
  readonly downstream: Downstream;
  readonly upstreams: Readonly<Record<string, Upstream>>;
  readonly workers = new Map<string, Worker>();
  readonly sources = new Map<string, Source>();
  readonly tasks = new Map<string, Task>();
  readonly subtasks = new Map<string, Subtask>();
  readonly leaseMs: number;
  /** Rows that a subtask passed without applying them; no surface tells of them. */
  readonly missedRows: { readonly task: string; readonly source: string; readonly file: number }[] = [];
  readonly isUnstamped: boolean;
  readonly hasOpenapi: boolean;
  /** Whether applications write to the upstreams. */
  isWrittenTo = true;
  readonly #letGoAfterMs: number;
  readonly #flushEveryMs: number;
  readonly #tickMs: number;
  readonly #clock: () => number;
  /** What a new subtask meets again: a statement stays in the binlog. */
  readonly #lasting = new Map<string, Trouble>();
  /** Binlogs of sources that were removed: the same upstream may be named again. */
  readonly #binlogs = new Map<string, Pick<Source, "upstream" | "upstreamIsUp" | "hugeFiles">>();
  #timer: NodeJS.Timeout | null = null;
  #refuseNextStart: { readonly reason: string; readonly how: "precheck" | "per-source" } | null = null;
  #logId = 0;

  constructor(options: WorldOptions) {
    this.version = options.version;
    this.downstream = options.downstream;
    this.upstreams = options.upstreams ?? {};
    this.#letGoAfterMs = options.letGoAfterMs ?? 600;
    this.#flushEveryMs = options.flushEveryMs ?? 1_000;
    this.leaseMs = options.leaseMs ?? 60_000;
    this.isUnstamped = options.isUnstamped ?? false;
    this.hasOpenapi = (options.openapi ?? true) && atLeast(options.version, "v5.3");
    this.#tickMs = options.tickMs ?? 200;
    this.#clock = clockOf(options);
    const count = options.sources.length + (options.freeWorkers ?? 1);
    for (let index = 0; index < count; index++) {
      const name = `worker${index + 1}`;
      this.workers.set(name, { name, address: `127.0.0.1:${8262 + index}`, state: "alive", leaseEndsAt: null });
    }
    for (const [index, { id, relay = false, ...rest }] of options.sources.entries()) {
      const config = { ...defaultConfig(), ...rest, enableRelay: relay || isV1(options.version) };
      this.createSource(id, config, { file: 3, position: 4_000 + index, gtid: 100 });
    }
    for (const yaml of options.tasks) this.startTask(yaml, readTask(yaml).sources);
  }

  start(): void {
    if (this.#tickMs > 0) this.#timer ??= setInterval(() => this.step(), this.#tickMs);
  }
  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }
  now(): number {
    return this.#clock();
  }

  step(now = this.now()): void {
    moveWorkers(this, now);
    for (const source of this.sources.values()) {
      if (this.isWrittenTo && source.upstreamIsUp) this.writeUpstream(source.id);
      moveRelay(this, source, now);
    }
    const flushed: Subtask[] = [];
    for (const [key, subtask] of this.subtasks) {
      if (subtask.goneAt !== null) {
        if (now >= subtask.goneAt) this.#letGo(key, subtask);
      } else if (this.workerOf(subtask.source)?.state === "alive" && this.#moveSubtask(subtask, now)) flushed.push(subtask);
    }
    this.flush(flushed);
  }

  workerOf(source: string): Worker | null {
    const name = this.sources.get(source)?.worker;
    return name ? (this.workers.get(name) ?? null) : null;
  }
  subtask(task: string, source: string): Subtask | null {
    return this.subtasks.get(key(task, source)) ?? null;
  }
  /** Subtasks that the master still knows. */
  held(task: string): Subtask[] {
    return (this.tasks.get(task)?.sources ?? []).flatMap((source) => {
      const subtask = this.subtask(task, source);
      return subtask && (subtask.goneAt === null || subtask.isWanted) ? [subtask] : [];
    });
  }
  /** Subtasks that the source's worker has not let go of. */
  ofSource(source: string): Subtask[] {
    return [...this.tasks.keys(), ...this.#leaving()].flatMap((task) => this.subtask(task, source) ?? []);
  }
  nextLogId(): string {
    return String(++this.#logId);
  }

  // ---- what people and DM do to it

  createSource(id: string, config: SourceConfig, upstream: Position = { file: 1, position: 1_497, gtid: 7 }): Source {
    const source = { ...newSource(id, config, upstream), ...this.#binlogs.get(id) };
    this.sources.set(id, source);
    const free = [...this.workers.values()].find((worker) => worker.state === "alive" && this.sourceOf(worker.name) === null);
    if (free) bindSource(this, source, free.name);
    if (config.enableRelay) startRelay(source, null);
    this.#tellUpstream(source);
    return source;
  }
  sourceOf(worker: string): Source | null {
    for (const source of this.sources.values()) if (source.worker === worker) return source;
    return null;
  }

  /** Names the worker that the source is bound to now, and makes its subtasks anew there. */
  transferSource(source: Source, worker: string): void {
    bindSource(this, source, worker);
  }
  removeSource(id: string): void {
    const { upstream, upstreamIsUp, hugeFiles } = this.#sourceNamed(id);
    this.#binlogs.set(id, { upstream, upstreamIsUp, hugeFiles });
    this.sources.delete(id);
  }
  /** Tasks whose subtasks the master still knows on the source. */
  tasksOf(source: string): string[] {
    return this.ofSource(source).flatMap(({ task, goneAt }) => (goneAt === null ? [task] : []));
  }

  startTask(yaml: string, wanted: readonly string[], { loginError = null as string | null, removeMeta = false } = {}): Subtask[] {
    const task = readTask(yaml);
    this.tasks.set(task.name, task);
    if (removeMeta) this.downstream.checkpoints.remove(task.name);
    return wanted.map((source) => this.#wantSubtask(task, source, loginError));
  }
  pause(subtask: Subtask): void {
    if (subtask.stage === "Running") this.flush([subtask]);
    Object.assign(subtask, { stage: "Paused", isCanceled: true, resumeAt: null });
  }
  resume(subtask: Subtask): void {
    if (subtask.trouble?.clearedBy === "resume") subtask.trouble = null;
    Object.assign(subtask, { stage: "Running", isCanceled: false, errors: [], resumeAt: null, attempts: 0 });
  }
  /** `dropsMeta`: its checkpoint rows go with it, at once and for good. */
  remove(subtask: Subtask, { dropsMeta = false } = {}): void {
    Object.assign(subtask, { goneAt: this.now() + this.#letGoAfterMs, isWanted: false, ...(dropsMeta ? { unit: null } : {}) });
    if (dropsMeta) this.downstream.checkpoints.remove(subtask.task);
    if (this.held(subtask.task).length === 0) this.tasks.delete(subtask.task);
  }
  /** A person lets the failing statement be skipped or replaced; false when nothing failed. */
  handleStatement(subtask: Subtask, how: string): boolean {
    if (subtask.errors.length === 0) return false;
    if (subtask.trouble?.clearedBy === "skip") {
      this.#lasting.delete(key(subtask.task, subtask.source));
      subtask.trouble = null;
    }
    subtask.handled.push(how);
    this.resume(subtask);
    return true;
  }
  /** What was skipped or replaced is taken back while the statement still fails; false when nothing fails. */
  revertStatement(subtask: Subtask): boolean {
    if (subtask.errors.length === 0) return false;
    subtask.handled.length = 0;
    return true;
  }
  /** Relay switched on or off, or another worker: the subtasks are made anew and read their checkpoints. */
  renewSubtasks(source: string): void {
    for (const old of this.ofSource(source)) {
      if (old.goneAt !== null) continue;
      const task = this.tasks.get(old.task);
      if (!task) continue;
      this.flush([old]);
      const { stage, isCanceled } = old;
      Object.assign(this.#createSubtask(task, source, null), { stage, isCanceled });
    }
  }
  takeStartRefusal(): { readonly reason: string; readonly how: "precheck" | "per-source" } | null {
    const refusal = this.#refuseNextStart;
    this.#refuseNextStart = null;
    return refusal;
  }

  // ---- injections, for scenarios and tests

  failSubtask(
    task: string,
    source: string,
    errors: readonly DmErrorModel[],
    clearedBy: ClearedBy,
    forMs = Number.POSITIVE_INFINITY,
  ): void {
    const subtask = this.subtask(task, source);
    if (!subtask) throw new Error(`there is no subtask ${task} @ ${source}`);
    subtask.trouble = { errors, clearedBy, until: this.now() + forMs };
    if (clearedBy === "never" || clearedBy === "skip") this.#lasting.set(key(task, source), subtask.trouble);
    fail(this, subtask, errors, this.now());
  }
  breakConnections(
    kind: "invalid-connection" | "bad-connection",
    clearedBy: "itself" | "resume" | "stop-start",
    only?: (subtask: Subtask) => boolean,
    forMs?: number,
  ): void {
    const errors = [kind === "bad-connection" ? badConnection() : invalidConnection()];
    for (const subtask of this.subtasks.values())
      if (only?.(subtask) ?? true) this.failSubtask(subtask.task, subtask.source, errors, clearedBy, forMs);
  }
  /** Applications write: the upstream's position moves. */
  writeUpstream(id: string): void {
    const source = this.#sourceNamed(id);
    const { file, position, gtid } = source.upstream;
    source.upstream = { file, position: position + 37 + (gtid % 5) * 11, gtid: gtid + 1 };
    this.#tellUpstream(source);
  }
  /** A statement that the downstream refuses: every subtask of the source stops there until it is skipped or replaced. */
  writeRefusedDdl(id: string, sql?: string): void {
    this.writeUpstream(id);
    for (const subtask of this.ofSource(id))
      if (subtask.goneAt === null) this.failSubtask(subtask.task, id, [ddlUnsupported(sql)], "skip");
  }
  /** One transaction of more than 4 GiB: the file ends behind it. A relay pulls that file for ever; a reader by position loses rows. */
  writeHugeTransaction(id: string, cycleMs = 84_000): void {
    const source = this.#sourceNamed(id);
    const { file, gtid } = source.upstream;
    source.hugeFiles.add(file);
    source.upstream = { file: file + 1, position: 1_864, gtid: gtid + 2 };
    if (source.relay) source.relay.stuckOn = { file, since: this.now(), cycleMs };
    this.#tellUpstream(source);
  }
  upstreamDies(id: string): void {
    this.#sourceNamed(id).upstreamIsUp = false;
  }
  upstreamReturns(id: string): void {
    this.#sourceNamed(id).upstreamIsUp = true;
  }
  crashWorker(name: string): void {
    Object.assign(this.#workerNamed(name), { state: "crashed", leaseEndsAt: this.now() + this.leaseMs });
  }
  /** A graceful end: the master knows at once and gives its source to a free worker, if there is one. */
  stopWorker(name: string): void {
    for (const subtask of this.ofSource(this.sourceOf(name)?.id ?? "")) this.flush([subtask]);
    Object.assign(this.#workerNamed(name), { state: "crashed", leaseEndsAt: this.now() });
    moveWorkers(this, this.now());
  }
  returnWorker(name: string): void {
    Object.assign(this.#workerNamed(name), { state: "alive", leaseEndsAt: null });
    const bound = this.sourceOf(name);
    if (bound) this.renewSubtasks(bound.id);
    const unbound = [...this.sources.values()].find((source) => source.worker === null);
    if (!bound && unbound) bindSource(this, unbound, name);
  }
  refuseNextStart(reason: string, how: "precheck" | "per-source" = "precheck"): void {
    this.#refuseNextStart = { reason, how };
  }

  /** Writes the subtasks' memory over their rows; false when the downstream does not take it now. */
  flush(subtasks: readonly Subtask[]): boolean {
    return flush(this, subtasks);
  }

  // ---- how it moves by itself

  #wantSubtask(task: Task, source: string, loginError: string | null): Subtask {
    const leaving = this.subtask(task.name, source);
    if (leaving === null || leaving.goneAt === null) return this.#createSubtask(task, source, loginError);
    leaving.isWanted = true;
    return leaving;
  }

  #createSubtask(task: Task, id: string, loginError: string | null): Subtask {
    const source = this.sources.get(id);
    const subtask: Subtask = {
      task: task.name,
      source: id,
      unit: "Sync",
      stage: "Running",
      isCanceled: false,
      errors: [],
      // Checkpoint rows are read here and nowhere else; a resume keeps what is in memory.
      ...startingPoint(this, task, id),
      synced: false,
      events: 0,
      trouble: this.#lasting.get(key(task.name, id)) ?? null,
      handled: [],
      attempts: 0,
      resumeAt: null,
      flushedAt: 0,
      goneAt: null,
      isWanted: false,
    };
    this.subtasks.set(key(task.name, id), subtask);
    if (loginError !== null) {
      const errors = [accessDenied(task.name, loginError)];
      subtask.unit = null;
      subtask.trouble = { errors, clearedBy: "stop-start", until: Number.POSITIVE_INFINITY };
      fail(this, subtask, errors, this.now());
    } else if (source?.worker) this.flush([subtask]);
    return subtask;
  }

  /** The exit flush: rows that were edited too early are overwritten. It is tried until the downstream takes it. */
  #letGo(name: string, subtask: Subtask): void {
    if (subtask.unit !== null && this.downstream.isUp() && !this.flush([subtask])) return;
    this.subtasks.delete(name);
    const task = this.tasks.get(subtask.task);
    if (subtask.isWanted && task) this.#createSubtask(task, subtask.source, null);
  }

  /** Whether it is time to flush. */
  #moveSubtask(subtask: Subtask, now: number): boolean {
    if (subtask.trouble && now >= subtask.trouble.until) subtask.trouble = null;
    if (subtask.stage === "Paused") {
      this.#maybeResume(subtask, now);
      return false;
    }
    const errors = whatFails(this, subtask, now);
    if (errors) fail(this, subtask, errors, now);
    else this.#follow(subtask);
    return errors === null && now - subtask.flushedAt >= this.#flushEveryMs;
  }

  #follow(subtask: Subtask): void {
    const source = this.sources.get(subtask.source);
    if (!source) return;
    const stuckOn = readsRelay(source) ? (source.relay?.stuckOn ?? null) : null;
    subtask.attempts = 0;
    if (stuckOn) {
      subtask.synced = false;
      return;
    }
    for (const file of source.hugeFiles)
      if (!source.readsByGtid && file >= subtask.position.file && file < source.upstream.file)
        this.missedRows.push({ task: subtask.task, source: subtask.source, file });
    if (isBehind(subtask.position, source.upstream)) {
      subtask.events += Math.max(1, source.upstream.gtid - subtask.position.gtid);
      subtask.position = source.upstream;
    }
    subtask.synced = true;
  }

  #maybeResume(subtask: Subtask, now: number): void {
    if (subtask.isCanceled || subtask.resumeAt === null || now < subtask.resumeAt) return;
    Object.assign(subtask, { stage: "Running", errors: [], resumeAt: null });
  }

  #leaving(): Set<string> {
    const names = new Set<string>();
    for (const { task, goneAt } of this.subtasks.values()) if (goneAt !== null && !this.tasks.has(task)) names.add(task);
    return names;
  }
  #sourceNamed(id: string): Source {
    const source = this.sources.get(id);
    if (!source) throw new Error(`there is no source ${id}`);
    return source;
  }
  #workerNamed(name: string): Worker {
    const worker = this.workers.get(name);
    if (!worker) throw new Error(`there is no worker ${name}`);
    return worker;
  }
  #tellUpstream({ id, upstream, hugeFiles }: Source): void {
    this.upstreams[id]?.tell({ ...upstream, hugeFiles });
  }
}

const key = (task: string, source: string): string => JSON.stringify([task, source]);
