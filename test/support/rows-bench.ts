import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";
import { stringify } from "yaml";
import { systemClock } from "../../src/adapters/clock/system-clock.ts";
import type { Chat } from "../../src/app/ports/chat.ts";
import type { Clock } from "../../src/app/ports/clock.ts";
import type { Policy } from "../../src/app/ports/settings.ts";
import type { Store } from "../../src/app/ports/store.ts";
import type { TaskFile } from "../../src/app/ports/task-files.ts";
import type { ClusterConnection } from "../../src/config/config.ts";
import type { StepAction } from "../../src/domain/plan/step-action.ts";
import type { Run } from "../../src/domain/run/run.ts";
import { startDownstream } from "../../src/stand-ins/databases/downstream.ts";
import { startUpstream, type Upstream } from "../../src/stand-ins/databases/upstream.ts";
import type { RealUpstream } from "../../src/stand-ins/dm/database-side.ts";
import { startDmStandIn } from "../../src/stand-ins/dm/dm-stand-in.ts";
import type { Version } from "../../src/stand-ins/dm/model.ts";
import type { WorldOptions } from "../../src/stand-ins/dm/world-options.ts";
import { noGroups, startEngine } from "./engine.ts";

export const ACCOUNTS = {
  task: { user: "dm_task", password: "task-secret" },
  source: { user: "dm_source", password: "source-secret" },
  probe: { user: "medic_probe", password: "probe-secret" },
  meta: { user: "medic_meta", password: "meta-secret" },
  rows: { user: "medic_rows", password: "rows-secret" },
} as const;

export interface RowsBenchOptions
  extends Partial<Pick<WorldOptions, "relayFolder" | "freeWorkers" | "leaseMs" | "letGoAfterMs" | "openapi">> {
  readonly version?: Version;
  readonly relay?: boolean;
  readonly enableGtid?: boolean;
  readonly checkEnable?: boolean;
  readonly flavor?: "mariadb" | "mysql";
  readonly policy?: Partial<Policy>;
  /** Takes accounts away or adds hosts. */
  readonly connection?: (whole: ClusterConnection) => ClusterConnection;
  /** Seconds of the stand-in DM in one of ours. */
  readonly speed?: number;
  readonly pollMs?: number;
  /** Instead of one of its own; closed with the bench. */
  readonly store?: Store;
  readonly clock?: Clock;
  readonly chat?: Chat;
}

/** The databases between which the stand-in DM replicates: stand-ins or real ones. */
export interface Sides {
  readonly upstream: Upstream | (RealUpstream & { readonly port: number });
  readonly downstreamPort: number;
}

/** The use cases between stand-in databases with rows and a stand-in DM that moves forty times as fast as ours, unless told otherwise. */
export async function startRowsBench(options: RowsBenchOptions = {}) {
  const users = Object.fromEntries(Object.values(ACCOUNTS).map(({ user, password }) => [user, password]));
  const readers = [ACCOUNTS.probe.user];
  const downstream = await startDownstream({ users, readers });
  const upstream = await startUpstream({ users, readers, flavor: options.flavor ?? "mariadb" });
  const bench = await startBenchBetween({ upstream, downstreamPort: downstream.port }, options);
  return {
    ...bench,
    ...{ downstream, upstream },
    async end(): Promise<void> {
      await bench.end();
      await downstream.stop();
      await upstream.stop();
    },
  };
}

/** The databases have the accounts of `ACCOUNTS`, and stay. */
export async function startBenchBetween(
  { upstream, downstreamPort }: Sides,
  {
    version = "v8.1.0",
    relay = false,
    enableGtid = false,
    checkEnable = true,
    flavor: _,
    policy = {},
    speed = 40,
    pollMs = 60,
    connection = (whole) => whole,
    clock = systemClock,
    chat = noGroups,
    store,
    ...world
  }: RowsBenchOptions,
) {
  const at = { host: "127.0.0.1", port: downstreamPort };
  const yaml = (name = "orders", schema = name === "orders" ? "shop" : name): string =>
    stringify({
      name,
      "task-mode": "incremental",
      "meta-schema": "dm_meta",
      "target-database": { ...at, ...ACCOUNTS.task },
      "mysql-instances": [
        {
          "source-id": "replica-1",
          meta: { "binlog-name": "mysql-bin.000001", "binlog-pos": 4 },
          "block-allow-list": "own",
          "syncer-config-name": "sync",
        },
      ],
      "block-allow-list": { own: { "do-dbs": [schema] } },
      syncers: { sync: { "worker-count": 4, batch: 10 } },
    });
  const dm = await startDmStandIn({
    ...{ version, tasks: [], isWrittenTo: false, secondsPerSecond: speed, tickMs: speed > 100 ? 5 : 20 },
    ...world,
    sources: [{ id: "replica-1", relay, enableGtid, checkEnable, backoffMaxSeconds: 10, ...ACCOUNTS.source }],
    upstreams: { "replica-1": upstream },
  });
  const source = () => dm.world.sourceNamed("replica-1");
  const write = (...statements: string[]) => dm.world.write("replica-1", statements);
  await write("CREATE DATABASE shop CHARACTER SET utf8mb4");
  await write("CREATE TABLE shop.orders (id INT NOT NULL PRIMARY KEY, note VARCHAR(40))");
  await write("INSERT INTO shop.orders VALUES (1, 'one')");
  await source().side.rotate();
  await write("INSERT INTO shop.orders VALUES (2, 'two')");
  await dm.world.startTask(yaml(), ["replica-1"]);

  const engine = await startEngine(
    connection({
      ...{ name: "shop", masters: [dm.url], tls: null, taskFolder: null, taskFiles: [], taskPassword: null },
      downstream: { ...at, ...ACCOUNTS.probe },
      metaWriter: { ...at, ...ACCOUNTS.meta },
      rowWriter: { ...at, ...ACCOUNTS.rows },
      sources: new Map([
        [
          "replica-1",
          { upstream: { host: "127.0.0.1", port: upstream.port, ...ACCOUNTS.probe }, password: ACCOUNTS.source.password },
        ],
      ]),
      workerHosts: [],
    }),
    {
      yamlOf: async (_, task): Promise<TaskFile> => ({ kind: "file", path: `${task}.yaml`, text: yaml(task) }),
      downstreamPassword: () => ACCOUNTS.task.password,
      sourcePassword: () => ACCOUNTS.source.password,
    },
    { lookAtBinlogsSeconds: 1, passFileSeconds: 60, waitUntilGoneSeconds: 20, verifySeconds: 20, ...policy },
    pollMs,
    { clock, chat, store },
  );
  const db: Connection = await createConnection({ ...at, ...ACCOUNTS.task, dateStrings: true });

  async function ids(): Promise<number[]> {
    const [rows] = await db.query<RowDataPacket[]>("SELECT id FROM shop.orders ORDER BY id");
    return rows.map((row) => Number(row.id));
  }
  async function until(what: string, isSo: () => boolean | Promise<boolean>, atMostMs = 15_000): Promise<void> {
    for (const end = Date.now() + atMostMs; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 20)))
      if (await isSo()) return;
    throw new Error(`${what}: not within ${atMostMs} ms`);
  }
  const subtask = (task = "orders") => dm.world.subtask(task, "replica-1");
  const isPast = (file: number, task = "orders"): boolean => (subtask(task)?.sync?.flushed.global.file ?? 0) > file;
  await until("the first rows arrive", async () => (await ids().catch((): number[] => [])).includes(2));

  return {
    ...engine,
    ...{ dm, world: dm.world, db, source, subtask, write, ids, until, isPast, yaml },
    hugeFile: 2,
    /** Row 200 within 4 GiB of one transaction, row 201 past them, row 202 in the next file. */
    writeHuge: () =>
      dm.world.writeHugeTransaction("replica-1", {
        before: ["INSERT INTO shop.orders VALUES (200, 'A')"],
        past: ["INSERT INTO shop.orders VALUES (201, 'B')"],
        next: ["INSERT INTO shop.orders VALUES (202, 'C')"],
      }),
    /** Carries a run to its end and returns it. */
    async finish(id: string): Promise<Run> {
      await engine.executor.goOn(engine.signal);
      await until(`${id} has ended`, async () => (await engine.store.runs.get(id))!.state.kind !== "running", 60_000);
      return (await engine.store.runs.get(id))!;
    },
    async checkpoint(task = "orders") {
      const [rows] = await db.query<RowDataPacket[]>(
        `SELECT * FROM dm_meta.${task}_syncer_checkpoint ORDER BY is_global DESC, cp_schema, cp_table`,
      );
      return rows.map((row) => ({
        of: Number(row.is_global) === 1 ? "global" : `${row.cp_schema}.${row.cp_table}`,
        ...{ file: String(row.binlog_name), position: Number(row.binlog_pos), gtid: String(row.binlog_gtid ?? "") },
      }));
    },
    /** The writes that DM got, as `PUT tasks 7` or `POST tasks`. */
    writes: () =>
      dm.calls
        .filter(({ method }) => method !== "GET")
        .map(({ method, path, body }) => {
          const { op } = body as { readonly op?: number };
          return [method, path.split("/")[3], op].filter((part) => part !== undefined).join(" ");
        }),
    async end(): Promise<void> {
      db.destroy();
      await engine.stop();
      await dm.stop();
    },
  };
}
/** Kinds of a run's steps with how each ended: `stop-task done`. */
export const took = ({ steps }: Run): string[] => steps.map(({ step, state }) => `${step.action.kind} ${state.kind}`);
export const proofOf = ({ steps }: Run, kind: StepAction["kind"]): string => {
  const state = steps.findLast(({ step }) => step.action.kind === kind)?.state;
  return state && "proof" in state ? state.proof : state && "why" in state ? state.why : "";
};
export type RowsBench = Awaited<ReturnType<typeof startRowsBench>>;
