import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { sha256 } from "../../src/adapters/keys/keys.ts";
import { createLog } from "../../src/adapters/log/log.ts";
import { openSqliteStore } from "../../src/adapters/store/sqlite-store.ts";
import { createKnowSources } from "../../src/app/know-sources.ts";
import type { Store } from "../../src/app/ports/store.ts";
import { known, notKnown } from "../../src/domain/observation/known.ts";
import type { SourceObservation } from "../../src/domain/observation/observation.ts";
import { someSettings } from "../support/engine.ts";
import { type FakeParts, fakeSources, SOURCE_YAML } from "../support/fake-sources.ts";
import { aFile, BIG, globalRow } from "../support/gates/replay-cases.ts";
import { anError, anObservation, aRelay, aSource, aSubtask, at } from "../support/observations.ts";

const MINUTE = 60_000;
let store: Store;
beforeEach(async () => {
  store = await openSqliteStore({ file: ":memory:", hashing: sha256 });
});
afterEach(() => store.close());

/** Looks at what DM says at that minute; `asked` names what was asked outside, in order. */
function looking(parts: FakeParts = {}, isActive = true) {
  const asked: string[] = [];
  let now = 0;
  const facts = fakeSources({
    ...parts,
    downstream:
      parts.downstream === null
        ? null
        : {
            checkpointRows: async () => {
              asked.push("rows");
              return known([globalRow({ file: "mysql-bin.000003" })]);
            },
            ...parts.downstream,
          },
    upstream:
      parts.upstream === null
        ? null
        : {
            binlogFiles: async () => {
              asked.push("files");
              return known([aFile(3, 900), aFile(4, 900, true)]);
            },
            ...parts.upstream,
          },
  });
  const know = createKnowSources({
    ...{ facts, store, settings: someSettings({ lookAtBinlogsSeconds: 300, forgottenAfterSeconds: 600 }) },
    ...{
      clock: { now: () => now, monotonic: () => now, sleep: async () => {} },
      log: createLog("silent"),
      isActive: () => isActive,
    },
  });
  return {
    asked,
    async at(minute: number, source: SourceObservation = aSource([aSubtask()])) {
      now = minute * MINUTE;
      return know.about(anObservation([source], { at: now }), new AbortController().signal);
    },
  };
}
const failing = aSource([aSubtask({ errors: [anError(11_038, "get event err EOF")] })]);
const relayAt = (position: number) => aSource([aSubtask()], { relay: aRelay({ relayPosition: at(position) }) });

const WITH_GTIDS = { kind: "config" as const, yaml: SOURCE_YAML.replace("enable-gtid: false", "enable-gtid: true") };
const byGtids = (reads: "by-gtid" | "by-position" | "not-told"): FakeParts => ({
  dm: { sourceConfig: async () => WITH_GTIDS },
  upstream: { dumpStreams: async () => known([{ user: "dm_source", host: "dm", reads }]) },
});

describe("what the databases know of a source", () => {
  test("rows are read before the files are listed: else a row would seem to stand ahead of the upstream", async () => {
    const looks = looking();
    await looks.at(0);
    assert.deepEqual(looks.asked, ["rows", "files"]);
  });

  test("is asked for every few minutes while all is well, and again soon while something fails", async () => {
    const looks = looking();
    for (const minute of [0, 1, 4]) await looks.at(minute);
    assert.equal(looks.asked.length, 2);
    await looks.at(4.5, failing);
    await looks.at(4.6, failing);
    assert.equal(looks.asked.length, 4);
    await looks.at(5, failing);
    assert.equal(looks.asked.length, 6);
  });

  test("an upstream that cannot be asked is told as not known, never as empty", async () => {
    const looks = looking({ upstream: { binlogFiles: async () => notKnown("connect ECONNREFUSED") } });
    const knowledge = (await looks.at(0)).knowledgeOf("s1");
    assert.deepEqual(knowledge?.files, notKnown("connect ECONNREFUSED"));
  });

  for (const [name, parts, expected] of [
    ["its configuration says no GTIDs", {}, false],
    ["DM does not hand the configuration out (v1.0)", { dm: { sourceConfig: async () => ({ kind: "not-offered" }) } }, false],
    ["DM does not answer", { dm: { sourceConfig: async () => ({ kind: "not-known", why: "HTTP 500" }) } }, null],
    ["its configuration cannot be read", { dm: { sourceConfig: async () => ({ kind: "config", yaml: "source-id: [" }) } }, null],
    ["its configuration says GTIDs, and its stream does", byGtids("by-gtid"), true],
    ["its configuration says GTIDs, and the worker goes on by position", byGtids("by-position"), false],
    ["its configuration says GTIDs, and the upstream tells no difference", byGtids("not-told"), true],
  ] as const satisfies readonly (readonly [string, FakeParts, boolean | null])[])
    test(`how the source reads where ${name}: ${expected === null ? "not known" : expected ? "by GTIDs" : "by position"}`, async () => {
      const knowledge = (await looking(parts).at(0)).knowledgeOf("s1");
      assert.equal(knowledge?.readsByGtid, expected);
    });

  test("nothing is known where no account is configured", async () => {
    assert.equal((await looking({ downstream: null, upstream: null }).at(0)).knowledgeOf("s1"), null);
  });

  test("but what several samples show is", async () => {
    const looks = looking({ downstream: null, upstream: null });
    for (const [minute, position] of [
      [0, 900],
      [1, 4],
      [2, 800],
      [3, 5],
    ] as const)
      await looks.at(minute, relayAt(position));
    const knowledge = (await looks.at(4, relayAt(600))).knowledgeOf("s1");
    assert.equal(knowledge?.relayFalls.length, 2);
    assert.equal(knowledge?.files.kind, "not-known");
  });

  test("a relay that is off ends its trail", async () => {
    const looks = looking({ downstream: null, upstream: null });
    for (const [minute, position] of [
      [0, 900],
      [1, 4],
    ] as const)
      await looks.at(minute, relayAt(position));
    await looks.at(2);
    for (const [minute, position] of [
      [3, 800],
      [4, 5],
    ] as const)
      await looks.at(minute, relayAt(position));
    assert.equal((await looks.at(5, relayAt(6))).knowledgeOf("s1"), null);
  });
});

describe("what is remembered", () => {
  const withBig = { upstream: { binlogFiles: async () => known([aFile(2, BIG), aFile(3, 900), aFile(4, 900, true)]) } };

  test("a file over 4 GiB that DM is past, read by position: rows may be missing, and the record says so once", async () => {
    const looks = looking(withBig);
    await looks.at(0);
    const { memory } = await looks.at(10);

    assert.deepEqual(
      memory.suspicions.map(({ task, file, wasSeenPassing }) => [task, file, wasSeenPassing]),
      [["orders", "mysql-bin.000002", false]],
    );
    const events = await store.audit.read(1, 100);
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ["rows-suspected"],
    );
  });

  test("no suspicion where the source reads by GTIDs, or how it reads is not known", async () => {
    const byGtid = {
      ...withBig,
      dm: {
        sourceConfig: async () => ({
          kind: "config" as const,
          yaml: SOURCE_YAML.replace("enable-gtid: false", "enable-gtid: true"),
        }),
      },
    };
    const unread = { ...withBig, dm: { sourceConfig: async () => ({ kind: "not-known" as const, why: "HTTP 500" }) } };
    for (const parts of [byGtid, unread]) assert.deepEqual((await looking(parts).at(0)).memory.suspicions, []);
  });

  test("a copy that stands by remembers nothing", async () => {
    await looking(withBig, false).at(0);
    for (const kind of ["task", "big-file", "rows-suspicion"] as const) assert.deepEqual(await store.records.list(kind), []);
    assert.deepEqual(await store.audit.read(1, 10), []);
  });

  test("a task that is gone is told only after it has been gone for a while", async () => {
    const looks = looking();
    await looks.at(0);
    const empty = aSource([], { source: "s1" });
    assert.deepEqual((await looks.at(1, empty)).memory.stopped, []);
    assert.deepEqual((await looks.at(10.9, empty)).memory.stopped, []);
    assert.deepEqual((await looks.at(11, empty)).memory.stopped, [{ task: "orders", source: "s1", goneSince: MINUTE }]);
  });
});
