import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";
import { stringify } from "yaml";
import { type Downstream, startDownstream } from "../../src/stand-ins/databases/downstream.ts";
import { startUpstream, type Upstream } from "../../src/stand-ins/databases/upstream.ts";
import type { RealUpstream } from "../../src/stand-ins/dm/database-side.ts";
import { type DmStandIn, startDmStandIn } from "../../src/stand-ins/dm/dm-stand-in.ts";
import type { WorldOptions } from "../../src/stand-ins/dm/world-options.ts";

/** The laboratory of over-4gib-lab.md over again, with stand-ins: one source `replica-1`, one task `dm_test`, a clock moved by hand. */
export interface LabOptions extends Partial<Omit<WorldOptions, "sources" | "tasks" | "upstreams" | "downstream" | "clock">> {
  readonly relay?: boolean;
  readonly enableGtid?: boolean;
  readonly checkEnable?: boolean;
  /** Real databases instead of the stand-ins. */
  readonly upstream?: RealUpstream;
  readonly downstream?: { readonly port: number; readonly user: string; readonly password: string };
  readonly flavor?: "mariadb" | "mysql";
}

export interface YamlOptions {
  readonly isSafe?: boolean;
  readonly meta?: { readonly "binlog-name": string; readonly "binlog-pos": number; readonly "binlog-gtid"?: string } | null;
}

export const FIRST = { "binlog-name": "mysql-bin.000001", "binlog-pos": 4 };

export interface CheckpointLine {
  readonly of: string;
  readonly file: string;
  readonly position: number;
  readonly gtid: string;
}

export async function startLab({
  relay = false,
  enableGtid = false,
  checkEnable = true,
  upstream,
  downstream,
  flavor,
  ...options
}: LabOptions = {}) {
  let now = Date.parse("2026-11-23T10:00:00Z");
  const standIns: { upstream: Upstream | null; downstream: Downstream | null } = {
    upstream: upstream ? null : await startUpstream(flavor ? { flavor } : {}),
    downstream: downstream ? null : await startDownstream(),
  };
  const target = downstream ?? { port: standIns.downstream!.port, user: "root", password: "" };
  const dm: DmStandIn = await startDmStandIn({
    ...{ version: "v8.1.0", tasks: [], clock: () => now, tickMs: 0, isWrittenTo: false, letGoAfterMs: 2_000 },
    ...options,
    sources: [{ id: "replica-1", relay, enableGtid, checkEnable }],
    upstreams: { "replica-1": upstream ?? standIns.upstream! },
  });
  const db: Connection = await createConnection({ host: "127.0.0.1", ...target, dateStrings: true });
  const { world } = dm;
  const source = () => world.sourceNamed("replica-1");

  async function call(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    const response = await fetch(dm.url + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    const text = await response.text();
    return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
  }
  /** Seconds pass one by one. */
  async function pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      now += 1_000;
      await world.step();
    }
  }
  async function passUntil(what: string, isSo: () => boolean | Promise<boolean>, atMostSeconds = 300): Promise<void> {
    for (let second = 0; second < atMostSeconds; second++) {
      if (await isSo()) return;
      await pass(1);
    }
    throw new Error(`${what}: not within ${atMostSeconds} s`);
  }
  const yaml = ({ isSafe = false, meta = FIRST }: YamlOptions = {}): string =>
    stringify({
      name: "dm_test",
      "task-mode": "incremental",
      "meta-schema": "dm_meta",
      "target-database": { host: "127.0.0.1", ...target },
      "mysql-instances": [
        { "source-id": "replica-1", ...(meta ? { meta } : {}), "block-allow-list": "bal", "syncer-config-name": "sync" },
      ],
      "block-allow-list": { bal: { "do-dbs": ["shop"] } },
      syncers: { sync: { "worker-count": 4, batch: 10, "safe-mode": isSafe } },
    });
  const start = (how?: YamlOptions) => call("POST", "/apis/v1alpha1/tasks", { task: yaml(how) });
  /** Stops the task and waits until the worker let go. */
  async function stopTask(): Promise<void> {
    await call("PUT", "/apis/v1alpha1/tasks/dm_test", { op: world.version.startsWith("v1.") ? 1 : 7 });
    await passUntil("the worker let go", () => world.ofSource("replica-1").length === 0);
  }
  async function ids(): Promise<number[]> {
    const [rows] = await db.query<RowDataPacket[]>("SELECT id FROM shop.orders ORDER BY id");
    return rows.map((row) => Number(row.id));
  }
  async function checkpoint(): Promise<CheckpointLine[]> {
    const [rows] = await db.query<RowDataPacket[]>(
      "SELECT * FROM dm_meta.dm_test_syncer_checkpoint WHERE id = 'replica-1' ORDER BY is_global DESC, cp_schema, cp_table",
    );
    return rows.map((row) => ({
      of: Number(row.is_global) === 1 ? "global" : `${row.cp_schema}.${row.cp_table || "(schema)"}`,
      ...{ file: String(row.binlog_name), position: Number(row.binlog_pos), gtid: String(row.binlog_gtid ?? "") },
    }));
  }
  const setRows = async (set: string, where = "1 = 1"): Promise<void> =>
    void (await db.query(`UPDATE dm_meta.dm_test_syncer_checkpoint SET ${set} WHERE id = 'replica-1' AND ${where}`));
  /** Every table row to the global row's name, position and GTID set: what loses nothing. */
  async function alignToGlobal(): Promise<void> {
    const global = (await checkpoint()).find(({ of }) => of === "global")!;
    await setRows(
      `binlog_name = '${global.file}', binlog_pos = ${global.position}, binlog_gtid = '${global.gtid}'`,
      "is_global = 0",
    );
  }
  const subtask = () => world.subtask("dm_test", "replica-1");
  const isPast = (file: number): boolean => (subtask()?.sync?.flushed.global.file ?? 0) > file;

  await world.write("replica-1", ["CREATE DATABASE IF NOT EXISTS shop CHARACTER SET utf8mb4"]);
  await world.write("replica-1", ["CREATE TABLE shop.orders (id INT NOT NULL PRIMARY KEY, note VARCHAR(40))"]);
  await world.write("replica-1", ["INSERT INTO shop.orders VALUES (1, 'one')"]);
  // The huge file shall not be the first one: there are GTIDs before it.
  await source().side.rotate();
  await world.write("replica-1", ["INSERT INTO shop.orders VALUES (2, 'two')"]);

  return {
    ...{
      dm,
      world,
      db,
      source,
      subtask,
      call,
      pass,
      passUntil,
      yaml,
      start,
      stopTask,
      ids,
      checkpoint,
      setRows,
      alignToGlobal,
      isPast,
    },
    upstream: standIns.upstream,
    downstream: standIns.downstream,
    now: () => now,
    hugeFile: 2,
    /** Row A within 4 GiB of a giant transaction, row B past them, row C in the next file. */
    writeHuge: () =>
      world.writeHugeTransaction("replica-1", {
        before: ["INSERT INTO shop.orders (id, note) VALUES (200, 'A')"],
        past: ["INSERT INTO shop.orders (id, note) VALUES (201, 'B')"],
        next: ["INSERT INTO shop.orders (id, note) VALUES (202, 'C')"],
      }),
    status: async () => {
      const { sources } = (await call("GET", "/apis/v1alpha1/status/?sources=replica-1")) as { sources: Record<string, never>[] };
      return sources[0]!;
    },
    async end(): Promise<void> {
      db.destroy();
      await dm.stop();
      await standIns.upstream?.stop();
      await standIns.downstream?.stop();
    },
  };
}
export type Lab = Awaited<ReturnType<typeof startLab>>;
