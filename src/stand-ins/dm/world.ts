import { bindSource, createSource } from "./binding.ts";
import { openRealSide, standInSide } from "./database-side.ts";
import { connectionError, failSubtask, type HugeTransaction, keyOf, writeHugeTransaction } from "./faults.ts";
import {
  atLeast,
  type ClearedBy,
  type DmErrorModel,
  isV1,
  type RelayFolder,
  type Source,
  type SourceConfig,
  type StatementOperator,
  type Subtask,
  type Task,
  type Trouble,
  type Version,
  type Worker,
} from "./model.ts";
import { moveAllWorkers, moveSource, streamsOf } from "./move-source.ts";
import { repairRelayByHand } from "./relay.ts";
import { writeControl } from "./relay-files.ts";
import { binlogAt, writeTraffic } from "./source-life.ts";
import { defaultConfig } from "./source-yaml.ts";
import * as subtasks from "./subtasks.ts";
import type { Target } from "./target.ts";
import { readTask } from "./task-yaml.ts";
import { openShop } from "./traffic.ts";
import type { Statement, UpstreamSide } from "./upstream-side.ts";
import { crashWorker, returnWorker, stopWorker } from "./worker-life.ts";
import { clockOf, RELAY_BYTES_PER_SECOND, SYNC_BYTES_PER_SECOND, type WorldOptions } from "./world-options.ts";

/**
 * A DM cluster that lives: upstreams are written to, subtasks read their binlogs row by row, write the rows and their checkpoints
 * downstream, fail, are resumed with growing pauses, let go late. Its surfaces only read it. `step` moves it on; `start` does so
 * five times a second.
 */
export class World {
  readonly version: Version;
  readonly workers = new Map<string, Worker>();
  readonly sources = new Map<string, Source>();
  readonly tasks = new Map<string, Task>();
  readonly subtasks = new Map<string, Subtask>();
  readonly targets = new Map<Subtask, Target>();
  readonly leaseMs: number;
  readonly isUnstamped: boolean;
  readonly hasOpenapi: boolean;
  /** Where the workers' disks are; null: they have none. */
  readonly relayRoot: string | null;
  readonly flushEveryMs: number;
  /** How fast it reads from now on. */
  syncBytesPerSecond: number;
  readonly relayBytesPerSecond: number;
  readonly tickMs: number;
  /** Whether applications write to the upstreams. */
  isWrittenTo: boolean;
  readonly #letGoAfterMs: number;
  readonly #clock: () => number;
  /** What a new subtask meets again. */
  readonly lasting = new Map<string, Trouble>();
  /** What people had done with statements, by task and source. */
  readonly operators = new Map<string, StatementOperator[]>();
  /** The upstreams of all sources, also of those that were removed: they may be named again. */
  readonly sides = new Map<string, UpstreamSide>();
  /** Masters that the list of members shows besides the one that answers. */
  standbyMasters = 0;
  /** What lies on the workers' disks. */
  readonly relayFolders = new Map<string, RelayFolder>();
  /** In which file each task of a source was stopped. */
  readonly stoppedAt = new Map<string, Map<string, number>>();
  /** The next order of a shop that is written to, by source. */
  readonly nextOrder = new Map<string, number | null>();
  readonly writtenAt = new Map<string, number>();
  readonly #moving = new Map<object, Promise<void>>();
  #timer: NodeJS.Timeout | null = null;
  #refuseNextStart: { readonly reason: string; readonly how: "precheck" | "per-source" } | null = null;
  #logId = 0;

  private constructor(options: WorldOptions) {
    this.version = options.version;
    this.#letGoAfterMs = options.letGoAfterMs ?? 600;
    this.flushEveryMs = options.flushEveryMs ?? 1_000;
    this.syncBytesPerSecond = options.syncBytesPerSecond ?? SYNC_BYTES_PER_SECOND;
    this.relayBytesPerSecond = options.relayBytesPerSecond ?? RELAY_BYTES_PER_SECOND;
    this.leaseMs = options.leaseMs ?? 60_000;
    this.isUnstamped = options.isUnstamped ?? false;
    this.hasOpenapi = (options.openapi ?? true) && atLeast(options.version, "v5.3");
    this.relayRoot = options.relayFolder ?? null;
    this.tickMs = options.tickMs ?? 200;
    this.isWrittenTo = options.isWrittenTo ?? true;
    this.#clock = clockOf(options);
    const count = options.sources.length + (options.freeWorkers ?? 1);
    for (let index = 0; index < count; index++) {
      const name = `worker${index + 1}`;
      this.workers.set(name, { name, address: `127.0.0.1:${8262 + index}`, state: "alive", leaseEndsAt: null });
    }
    if (this.relayRoot) writeControl(this.relayRoot, [...this.workers.keys()]);
  }

  static async open(options: WorldOptions): Promise<World> {
    const world = new World(options);
    for (const [index, [id, upstream]] of Object.entries(options.upstreams ?? {}).entries()) {
      const side = "login" in upstream ? await openRealSide(upstream) : standInSide(upstream);
      world.sides.set(id, side);
      if (!("login" in upstream)) upstream.showStreams(() => streamsOf(world, id));
      // Shops may flow into one: each has numbers of its own.
      const first = world.isWrittenTo ? await openShop(side) : null;
      world.nextOrder.set(id, first === null ? null : first + index * 1_000_000);
    }
    for (const [index, { id, relay = false, ...rest }] of options.sources.entries()) {
      const own = world.sides.get(id)?.login ?? {};
      const config = { ...defaultConfig(), ...own, ...rest, enableRelay: relay || isV1(options.version) };
      if (!world.sides.has(id)) world.sides.set(id, binlogAt(3, 4_000 + index, 100));
      await world.createSource(id, config);
    }
    for (const yaml of options.tasks) await world.startTask(yaml, readTask(yaml).sources);
    return world;
  }

  start(): void {
    if (this.tickMs > 0) this.#timer ??= setInterval(() => this.#tick(), this.tickMs);
  }
  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }
  /** Ends what is under way and lets go of every connection. */
  async close(): Promise<void> {
    this.stop();
    await this.settled();
    for (const target of this.targets.values()) target.close();
    for (const side of this.sides.values()) await side.close();
  }
  /** Nothing of what was begun is still under way. */
  async settled(): Promise<void> {
    while (this.#moving.size > 0) await Promise.all(this.#moving.values());
    for (const { busy } of this.subtasks.values()) await busy;
  }
  now(): number {
    return this.#clock();
  }

  /** Everything moves on to this moment. */
  async step(now = this.now()): Promise<void> {
    await moveAllWorkers(this, now);
    await Promise.all([...this.sources.values()].map((source) => moveSource(this, source, now)));
    await Promise.all([...this.subtasks.values()].map((subtask) => this.#moveSubtask(subtask, now)));
  }
  /** The timer waits for nobody: who is still busy is left out. */
  #tick(): void {
    const now = this.now();
    const alone = (of: object, work: () => Promise<void>): void => {
      if (this.#moving.has(of)) return;
      this.#moving.set(
        of,
        work().finally(() => this.#moving.delete(of)),
      );
    };
    alone(this, () => moveAllWorkers(this, now));
    for (const source of this.sources.values()) alone(source, () => moveSource(this, source, now));
    for (const subtask of this.subtasks.values()) alone(subtask, () => this.#moveSubtask(subtask, now));
  }
  #moveSubtask(subtask: Subtask, now: number): Promise<void> {
    return subtasks.inTurn(subtask, () => subtasks.move(this, subtask, now));
  }

  workerOf(source: string): Worker | null {
    const name = this.sources.get(source)?.worker;
    return name ? (this.workers.get(name) ?? null) : null;
  }
  sourceOf(worker: string): Source | null {
    for (const source of this.sources.values()) if (source.worker === worker) return source;
    return null;
  }
  sourceNamed(id: string): Source {
    const source = this.sources.get(id);
    if (!source) throw new Error(`there is no source ${id}`);
    return source;
  }
  subtask(task: string, source: string): Subtask | null {
    return this.subtasks.get(keyOf(task, source)) ?? null;
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
    return [...this.subtasks.values()].filter((subtask) => subtask.source === source);
  }
  /** Tasks whose subtasks the master still knows on the source. */
  tasksOf(source: string): string[] {
    return this.ofSource(source).flatMap(({ task, goneAt }) => (goneAt === null ? [task] : []));
  }
  nextLogId(): string {
    return String(++this.#logId);
  }

  // ---- what people and DM do to it

  createSource(id: string, config: SourceConfig): Promise<Source> {
    return createSource(this, id, config);
  }
  /** Names the worker that the source is bound to now, and makes its subtasks anew there. */
  transferSource(source: Source, worker: string): Promise<void> {
    return bindSource(this, source, worker);
  }
  removeSource(id: string): void {
    this.sources.delete(id);
  }
  /** The subtasks that were made; each has read its checkpoint rows, or failed at it. */
  async startTask(
    yaml: string,
    wanted: readonly string[],
    { loginError = null as string | null, removeMeta = false } = {},
  ): Promise<Subtask[]> {
    const task = readTask(yaml);
    this.tasks.set(task.name, task);
    if (removeMeta) await subtasks.dropRows(this, task);
    return Promise.all(wanted.map((source) => subtasks.want(this, task, source, loginError)));
  }
  pause(subtask: Subtask): Promise<void> {
    return subtasks.pause(this, subtask);
  }
  resume(subtask: Subtask): void {
    subtasks.resume(this, subtask);
  }
  /** `dropsMeta`: its checkpoint rows go with it, at once and for good. */
  async remove(subtask: Subtask, { dropsMeta = false } = {}): Promise<void> {
    Object.assign(subtask, { goneAt: this.now() + this.#letGoAfterMs, isWanted: false, ...(dropsMeta ? { unit: null } : {}) });
    if (this.held(subtask.task).length === 0) this.tasks.delete(subtask.task);
    if (dropsMeta) await subtasks.inTurn(subtask, () => subtasks.dropRows(this, subtask.definition));
  }
  /** Relay switched on or off, or another worker: the subtasks are made anew and read their checkpoints. */
  async renewSubtasks(source: string): Promise<void> {
    await Promise.all(this.ofSource(source).map((old) => (old.goneAt === null ? subtasks.renew(this, old) : undefined)));
  }
  takeStartRefusal(): { readonly reason: string; readonly how: "precheck" | "per-source" } | null {
    const refusal = this.#refuseNextStart;
    this.#refuseNextStart = null;
    return refusal;
  }

  // ---- injections, for scenarios and tests

  /** Runs statements on a source's upstream: SQL (table names with their schema), or changes of rows as they are; the subtasks read them later. */
  write(id: string, statements: readonly Statement[]): Promise<void> {
    return this.sourceNamed(id).side.write(statements);
  }
  /** Applications write a bit. */
  writeUpstream(id: string): Promise<void> {
    return writeTraffic(this, this.sourceNamed(id), this.now());
  }
  /** A statement that DM does not take: every subtask of the source stops there until it is skipped or replaced. */
  writeRefusedDdl(id: string, sql = "alter table shop.orders drop primary key"): Promise<void> {
    return this.sourceNamed(id).side.write([sql], { isRefused: true });
  }
  /** One transaction of more than 4 GiB; the file ends behind it. */
  writeHugeTransaction(id: string, rows: HugeTransaction = {}): Promise<void> {
    return writeHugeTransaction(this, id, rows);
  }
  failSubtask(task: string, source: string, errors: readonly DmErrorModel[], clearedBy: ClearedBy, forMs?: number): void {
    const subtask = this.subtask(task, source);
    if (!subtask) throw new Error(`there is no subtask ${task} @ ${source}`);
    failSubtask(this, subtask, errors, clearedBy, forMs);
  }
  breakConnections(
    kind: "invalid-connection" | "bad-connection",
    clearedBy: "itself" | "resume" | "stop-start",
    only?: (subtask: Subtask) => boolean,
    forMs?: number,
  ): void {
    for (const subtask of this.subtasks.values())
      if (only?.(subtask) ?? true) failSubtask(this, subtask, connectionError(kind), clearedBy, forMs);
  }
  upstreamDies(id: string): void {
    this.sourceNamed(id).side.setUp(false);
  }
  upstreamReturns(id: string): void {
    this.sourceNamed(id).side.setUp(true);
  }
  /** Its memory is lost; the master notices when its lease ends. */
  crashWorker(name: string): void {
    crashWorker(this, name);
  }
  /** A graceful end: the master knows at once and gives its source to a free worker, if there is one. */
  stopWorker(name: string): Promise<void> {
    return stopWorker(this, name);
  }
  returnWorker(name: string): Promise<void> {
    return returnWorker(this, name);
  }
  /** A person lays the huge file that the relay stands at whole into its folder, and lets relay.meta name the next one. */
  repairRelay(id: string): void {
    repairRelayByHand(this.sourceNamed(id), this.now());
  }
  refuseNextStart(reason: string, how: "precheck" | "per-source" = "precheck"): void {
    this.#refuseNextStart = { reason, how };
  }
}
