import { parse } from "yaml";
import type { Downstream } from "../databases/downstream.ts";
import { badConnection, connectionRefused, invalidConnection, isResumable } from "./errors.ts";
import {
  type DmErrorModel,
  fileName,
  gtidText,
  isV1,
  type Position,
  type Source,
  type Subtask,
  type Task,
  type Version,
  type Worker,
} from "./model.ts";

export interface WorldOptions {
  readonly version: Version;
  readonly sources: readonly {
    readonly id: string;
    readonly checkEnable?: boolean;
    readonly backoffMaxSeconds?: number;
    readonly relay?: boolean;
  }[];
  /** Task YAML texts, started at once. */
  readonly tasks: readonly string[];
  readonly downstream: Downstream;
  readonly freeWorkers?: number;
  /** How long a worker holds on to a stopped subtask. */
  readonly letGoAfterMs?: number;
  readonly flushEveryMs?: number;
}

/**
 * A DM cluster that lives: upstreams are written to, subtasks follow, flush their checkpoints, fail, are resumed with growing
 * pauses, let go late. Its surfaces only read it. `step` moves it on; `start` does so five times a second.
 */
export class World {
  readonly version: Version;
  readonly downstream: Downstream;
  readonly workers = new Map<string, Worker>();
  readonly sources = new Map<string, Source>();
  readonly tasks = new Map<string, Task>();
  readonly subtasks = new Map<string, Subtask>();
  readonly #letGoAfterMs: number;
  readonly #flushEveryMs: number;
  #timer: NodeJS.Timeout | null = null;
  #refuseNextStart: string | null = null;

  constructor(options: WorldOptions) {
    this.version = options.version;
    this.downstream = options.downstream;
    this.#letGoAfterMs = options.letGoAfterMs ?? 600;
    this.#flushEveryMs = options.flushEveryMs ?? 1_000;
    const count = options.sources.length + (options.freeWorkers ?? 1);
    for (let index = 0; index < count; index++) {
      const name = `worker${index + 1}`;
      this.workers.set(name, { name, address: `127.0.0.1:${8262 + index}`, state: "alive" });
    }
    for (const [index, { id, checkEnable = true, backoffMaxSeconds = 300, relay = false }] of options.sources.entries()) {
      const upstream: Position = { file: 3, position: 4_000 + index, gtid: 100 };
      this.sources.set(id, {
        id,
        worker: `worker${index + 1}`,
        config: { checkEnable, backoffMaxSeconds, enableGtid: false },
        upstream,
        upstreamIsUp: true,
        relay: relay || isV1(options.version) ? { stage: "Running", errors: [], position: upstream } : null,
      });
    }
    for (const yaml of options.tasks) this.startTask(yaml, []);
  }

  start(): void {
    this.#timer ??= setInterval(() => this.step(Date.now()), 200);
  }
  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }

  step(now: number): void {
    for (const source of this.sources.values()) this.#moveSource(source);
    for (const [key, subtask] of this.subtasks) {
      if (subtask.goneAt !== null && now >= subtask.goneAt) {
        this.#flush(subtask, now); // the exit flush: rows that were edited too early are overwritten
        this.subtasks.delete(key);
      } else if (this.workerOf(subtask.source)?.state === "alive" && subtask.goneAt === null) this.#moveSubtask(subtask, now);
    }
  }

  workerOf(source: string): Worker | null {
    const name = this.sources.get(source)?.worker;
    return name ? (this.workers.get(name) ?? null) : null;
  }
  subtask(task: string, source: string): Subtask | null {
    return this.subtasks.get(JSON.stringify([task, source])) ?? null;
  }
  /** Subtasks that the master still knows. */
  held(task: string): Subtask[] {
    return [...this.subtasks.values()].filter((subtask) => subtask.task === task && subtask.goneAt === null);
  }

  // ---- what people and DM do to it

  startTask(yaml: string, only: readonly string[]): Subtask[] {
    const task = readTask(yaml);
    const wanted = only.length > 0 ? task.sources.filter((source) => only.includes(source)) : task.sources;
    this.tasks.set(task.name, { ...task, yaml });
    return wanted.map((source) => this.#createSubtask(task, source));
  }
  pause(subtask: Subtask): void {
    Object.assign(subtask, { stage: "Paused", isCanceled: true, resumeAt: null });
  }
  resume(subtask: Subtask): void {
    if (subtask.trouble?.clearedBy === "resume") subtask.trouble = null;
    Object.assign(subtask, { stage: "Running", isCanceled: false, errors: [], resumeAt: null, attempts: 0 });
  }
  remove(subtask: Subtask, now: number): void {
    subtask.goneAt = now + this.#letGoAfterMs;
    if (this.held(subtask.task).length === 0) this.tasks.delete(subtask.task);
  }
  takeStartRefusal(): string | null {
    const reason = this.#refuseNextStart;
    this.#refuseNextStart = null;
    return reason;
  }

  // ---- injections, for scenarios and tests

  failSubtask(
    task: string,
    source: string,
    errors: readonly DmErrorModel[],
    clearedBy: NonNullable<Subtask["trouble"]>["clearedBy"],
    forMs = Number.POSITIVE_INFINITY,
  ): void {
    const subtask = this.subtask(task, source);
    if (!subtask) throw new Error(`there is no subtask ${task} @ ${source}`);
    subtask.trouble = { errors, clearedBy, until: Date.now() + forMs };
    this.#fail(subtask, errors, Date.now());
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
  crashWorker(name: string): void {
    const worker = this.workers.get(name);
    if (worker) worker.state = "crashed";
  }
  /** A graceful end: the master knows at once and unbinds its source. */
  stopWorker(name: string): void {
    const worker = this.workers.get(name);
    if (worker) worker.state = "offline";
    for (const source of this.sources.values()) if (source.worker === name) source.worker = null;
  }
  returnWorker(name: string): void {
    const worker = this.workers.get(name);
    if (worker) worker.state = "alive";
    for (const source of this.sources.values()) source.worker ??= name;
  }
  refuseNextStart(reason: string): void {
    this.#refuseNextStart = reason;
  }

  // ---- how it moves by itself

  #createSubtask(task: Task, source: string): Subtask {
    const known = this.downstream.checkpoints.get(task.name)?.find((row) => row.id === source && row.isGlobal);
    const upstream = this.sources.get(source)?.upstream ?? { file: 1, position: 4, gtid: 1 };
    // Checkpoint rows are read here and nowhere else; a resume keeps what is in memory.
    const position = known
      ? { file: Number(known.file.split(".")[1]), position: known.position, gtid: Number(known.gtid.split("-")[2] ?? 1) }
      : upstream;
    const subtask: Subtask = {
      task: task.name,
      source,
      unit: "Sync",
      stage: "Running",
      isCanceled: false,
      errors: [],
      position,
      synced: false,
      events: 0,
      trouble: null,
      attempts: 0,
      resumeAt: null,
      flushedAt: 0,
      goneAt: null,
    };
    this.subtasks.set(JSON.stringify([task.name, source]), subtask);
    this.#flush(subtask, Date.now());
    return subtask;
  }

  #moveSource(source: Source): void {
    const { file, position, gtid } = source.upstream;
    source.upstream = { file, position: position + 37 + (gtid % 5) * 11, gtid: gtid + 1 };
    if (source.relay?.stage === "Running") source.relay.position = source.upstream;
  }

  #moveSubtask(subtask: Subtask, now: number): void {
    if (subtask.trouble && now >= subtask.trouble.until) subtask.trouble = null;
    const errors = this.#whatFails(subtask);
    if (subtask.stage === "Paused") this.#maybeResume(subtask, now);
    else if (errors) this.#fail(subtask, errors, now);
    else this.#follow(subtask, now);
  }

  #whatFails(subtask: Subtask): readonly DmErrorModel[] | null {
    if (subtask.trouble) return subtask.trouble.errors;
    if (this.downstream.isUp()) return null;
    const port = this.tasks.get(subtask.task)?.target.port ?? 4000;
    return [subtask.attempts === 0 ? invalidConnection() : connectionRefused(port)];
  }

  #follow(subtask: Subtask, now: number): void {
    const upstream = this.sources.get(subtask.source)?.upstream;
    if (!upstream) return;
    subtask.events += Math.max(0, upstream.gtid - subtask.position.gtid);
    Object.assign(subtask, { position: upstream, synced: true, attempts: 0 });
    if (now - subtask.flushedAt >= this.#flushEveryMs) this.#flush(subtask, now);
  }

  #fail(subtask: Subtask, errors: readonly DmErrorModel[], now: number): void {
    const source = this.sources.get(subtask.source);
    const pauseSeconds = Math.min(source?.config.backoffMaxSeconds ?? 300, 2 ** subtask.attempts);
    const resumes = !isV1(this.version) && source?.config.checkEnable === true && errors.every(isResumable);
    Object.assign(subtask, {
      stage: "Paused",
      isCanceled: false,
      errors,
      synced: false,
      attempts: subtask.attempts + 1,
      resumeAt: resumes ? now + pauseSeconds * 1000 : null,
    });
  }

  #maybeResume(subtask: Subtask, now: number): void {
    if (subtask.isCanceled || subtask.resumeAt === null || now < subtask.resumeAt) return;
    Object.assign(subtask, { stage: "Running", errors: [], resumeAt: null });
  }

  #flush(subtask: Subtask, now: number): void {
    if (!this.downstream.isUp()) return;
    subtask.flushedAt = now;
    const rows = this.downstream.checkpoints.get(subtask.task) ?? [];
    const global = {
      id: subtask.source,
      schema: "",
      table: "",
      file: fileName(subtask.position),
      position: subtask.position.position,
      gtid: gtidText(subtask.position),
      isGlobal: true,
    };
    this.downstream.checkpoints.set(subtask.task, [...rows.filter((row) => row.id !== subtask.source || !row.isGlobal), global]);
  }
}

/** Throws what the YAML reader says when it is none. */
export function readTask(yaml: string): Task {
  const content = parse(yaml) as {
    name: string;
    "target-database": Task["target"];
    "mysql-instances": { "source-id": string }[];
  };
  return {
    name: content.name,
    yaml,
    sources: content["mysql-instances"].map((instance) => instance["source-id"]),
    target: { ...content["target-database"], password: String(content["target-database"].password ?? "") },
  };
}
