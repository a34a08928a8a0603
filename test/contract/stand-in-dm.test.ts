import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { parse } from "yaml";
import { type Downstream, startDownstream } from "../../src/stand-ins/databases/downstream.ts";
import { type DmStandIn, startDmStandIn } from "../../src/stand-ins/dm/dm-stand-in.ts";
import type { Version } from "../../src/stand-ins/dm/model.ts";

/** One call that a real DM was asked, and what it answered. */
interface Recorded {
  readonly name: string;
  readonly request: { readonly method: string; readonly path: string; readonly body?: unknown; readonly raw?: string };
  readonly response: {
    readonly status: number;
    readonly contentType: string | null;
    readonly json?: unknown;
    readonly text?: string;
  };
}

/** What happened to the real cluster between two calls. */
const EVENTS: Readonly<Record<string, (dm: DmStandIn) => Promise<void>>> = {
  "8.1.0: status, DDL refused": (dm) =>
    dm.world.writeRefusedDdl("replica-1", "alter table shop.orders add column s int, drop primary key, modify id int not null"),
  "1.0.7: status, DDL refused": (dm) => dm.world.writeUpstream("replica-1"),
};

/** Fields whose very value counts; of all others the kind of value does. */
const EXACT = new Set([
  ...["result", "op", "stage", "unit", "source", "worker", "name", "isCanceled", "synced", "binlogType", "sourceID"],
  ...["ErrCode", "ErrClass", "ErrScope", "ErrLevel", "code", "error_code", "details", "alive", "addr", "relayCatchUpMaster"],
  ...[
    "source_name",
    "worker_name",
    "bound_source_name",
    "bound_stage",
    "enable",
    "enable_gtid",
    "total",
    "task_mode",
    "shard_mode",
  ],
  ...["enable-gtid", "enable-relay", "flavor", "source-id", "task-mode", "password", "check-enable", "backoff-max", "safe-mode"],
]);

/** An answer without what differs between two clusters: texts keep the code that they begin with, and whether they hold more. */
function outline(value: unknown, key = ""): unknown {
  if (Array.isArray(value)) return value.map((element) => outline(element, key));
  if (value !== null && typeof value === "object")
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, outline(inner, name)]));
  if (typeof value === "string" && key === "cfg" && value !== "") return outline(parse(value));
  if (EXACT.has(key) || value === null || value === "") return value;
  if (typeof value !== "string") return typeof value;
  const codes = [...value.matchAll(/\[code=(\d+):class=([\w-]+):scope=([\w-]+):level=(\w+)\]/g)].map(([whole]) => whole);
  return { codes, workaround: /Workaround: /.test(value), stack: /\.go:\d+/.test(value) };
}

for (const { version, sources, freeWorkers } of [
  { version: "v8.1.0", sources: [], freeWorkers: 2 },
  { version: "v1.0.7", sources: [{ id: "replica-1" }], freeWorkers: 0 },
] as const satisfies readonly { version: Version; sources: readonly { id: string }[]; freeWorkers: number }[]) {
  const number = version.slice(1);
  const file = new URL(`../recorded/dm-${number}/calls.jsonl`, import.meta.url);
  const calls = (await readFile(file, "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Recorded);

  describe(`the stand-in DM answers every recorded call as DM ${version} did`, () => {
    let downstream: Downstream;
    let dm: DmStandIn;
    let now = Date.parse("2026-11-23T10:00:00Z");

    before(async () => {
      downstream = await startDownstream({ users: { root: "" } });
      dm = await startDmStandIn({
        version,
        sources,
        freeWorkers,
        tasks: [],
        downstream,
        isUnstamped: true,
        clock: () => now,
        tickMs: 0,
        isWrittenTo: false,
      });
    });
    after(async () => {
      await dm.stop();
      await downstream.stop();
    });

    test("the recording is whole", () => assert.equal(calls.length, version === "v8.1.0" ? 70 : 26));
    for (const [index, recorded] of calls.entries())
      test(`${index + 1}. ${recorded.name}`, async () => {
        now += 1_000;
        await dm.world.step();
        await EVENTS[`${number}: ${recorded.name}`]?.(dm);
        await dm.world.step();
        const answered = await ask(dm.url, recorded.request, downstream.port);
        const { response } = recorded;
        assert.equal(answered.status, response.status);
        assert.equal(answered.contentType, response.contentType);
        if (response.json === undefined) assert.equal(answered.text, response.text);
        else assert.deepEqual(outline(JSON.parse(answered.text.replaceAll(`:${dm.port}`, ":8261"))), outline(response.json));
      });
  });
}

async function ask(url: string, { method, path, body, raw }: Recorded["request"], port: number) {
  const text = raw ?? (body === undefined ? undefined : JSON.stringify(body).replaceAll("port: 34000", `port: ${port}`));
  const response = await fetch(url + path, {
    method,
    ...(text === undefined ? {} : { body: text, headers: { "content-type": "application/json" } }),
  });
  return { status: response.status, contentType: response.headers.get("content-type"), text: await response.text() };
}
