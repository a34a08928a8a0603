import assert from "node:assert/strict";
import { mkdirSync, readdirSync, renameSync as renameOnHost, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { stringify } from "yaml";
import { createCommandHost } from "../../../src/adapters/worker-host/command-host.ts";
import type { WorkerHostOptions } from "../../../src/adapters/worker-host/options.ts";
import type { HostAnswer, HostOutcome, HostWork, WorkerHost } from "../../../src/app/ports/worker-host.ts";
import { loadConfig } from "../../../src/config/config.ts";
import { FILE, META_AFTER, META_BEFORE, makeRelayHost, type RelayHost, SUB } from "../../support/relay-host.ts";

// Here the bot runs on the worker's host itself (`run: []`): the same commands, no login before each. Over ssh: command-host-ssh.test.ts.
let host: RelayHost;
beforeEach(() => {
  host = makeRelayHost();
});
afterEach(() => host.end());

const call = { timeoutMs: 60_000, signal: new AbortController().signal };
const worker = (parts: Partial<WorkerHostOptions> = {}): WorkerHost => createCommandHost(host.options([], parts));
const fetch = (): HostWork => ({ kind: "fetch-binlog", ...host.file });
const put = (): HostWork => ({ kind: "put-in-place", ...host.file });
const write = (): HostWork => ({ kind: "write-relay-meta", ...host.meta });
const restore = (): HostWork => ({ kind: "restore", file: host.file, meta: host.meta });
const place = (name: string): string => join(host.relay, SUB, name);
const told = (outcome: HostOutcome | HostAnswer): string => (outcome.kind === "refused" ? outcome.reason.key : outcome.kind);
const isAsBefore = (): void => {
  assert.deepEqual(host.bytes(FILE), host.partial);
  assert.equal(host.bytes("relay.meta")?.toString(), META_BEFORE);
};
async function doAll(on: WorkerHost, ...works: readonly HostWork[]): Promise<void> {
  for (const work of works) assert.equal((await on.act(work, call)).kind, "done", work.kind);
}

describe("the repair", () => {
  test("an old file that relay never had is no obstacle, and undo takes the copy away again", async () => {
    rmSync(place(FILE));
    host.file = { ...host.file, replacesBytes: null };
    host.control("stop");
    const on = worker();

    await doAll(on, fetch(), put(), write());
    assert.deepEqual(host.bytes(FILE), host.whole);
    assert.equal(host.rights(FILE), host.rights("relay.meta"));

    await doAll(on, restore());
    assert.equal(host.bytes(FILE), null);
    assert.equal(host.bytes("relay.meta")?.toString(), META_BEFORE);
  });

  test("fetching does not mind that a running worker writes to the relay's file; what is put in its place is held against it as it was when stopped", async () => {
    const on = worker();
    writeFileSync(place(FILE), host.whole.subarray(0, 9_876));
    await doAll(on, fetch());
    writeFileSync(place(FILE), host.whole.subarray(0, 1_234));
    host.control("stop");

    assert.equal(told(await on.act(put(), call)), "relay-changed-meanwhile");
    host.file = { ...host.file, replacesBytes: 1_234 };
    await doAll(on, put());

    assert.deepEqual(host.bytes(FILE), host.whole);
  });

  test("after an undo it can be done again, and undone again", async () => {
    host.control("stop");
    const on = worker();

    await doAll(on, fetch(), put(), write(), restore());
    isAsBefore();
    await doAll(on, put(), write());

    assert.deepEqual(host.bytes(FILE), host.whole);
    await doAll(on, restore());
    isAsBefore();
  });

  test("an undo before relay.meta was touched puts only the file back", async () => {
    host.control("stop");
    const on = worker();

    await doAll(on, fetch(), put(), restore());

    isAsBefore();
    assert.equal(told(await on.ask(restore(), call)), "already");
  });

  test("a death between the two renames is gone on from, or taken back", async () => {
    for (const next of [put(), restore()]) {
      host.control("stop");
      const on = worker();
      await doAll(on, fetch());
      renameOnHost(place(FILE), join(host.relay, "dm-medic-R-2", `${FILE}.before`));

      assert.equal(told(await on.ask(next, call)), "not-yet");
      await doAll(on, next);

      assert.deepEqual(host.bytes(FILE), next.kind === "restore" ? host.partial : host.whole);
      await on.act(restore(), call);
      await doAll(on, { kind: "clean-up", run: "R-2", file: FILE });
    }
  });

  test("the work folder lies beside the sub-directory, because v1.0 fails on a foreign name in it", async () => {
    host.control("stop");
    await doAll(worker(), fetch(), put(), write());

    assert.deepEqual(namesIn(join(host.relay, SUB)), ["mysql-bin.000001", FILE, "relay.meta"]);
    assert.deepEqual(namesIn(host.relay), [SUB, "dm-medic-R-2", "server-uuid.index"]);
    assert.equal(host.rights("dm-medic-R-2").split(" ")[1], host.rights(".").split(" ")[1]);
  });

  test("clean-up removes what the run made, and never what somebody else put there", async () => {
    host.control("stop");
    const on = worker();
    await doAll(on, fetch());
    writeFileSync(join(host.relay, "dm-medic-R-2", "notes.txt"), "mine");

    const outcome = await on.act({ kind: "clean-up", run: "R-2", file: FILE }, call);

    assert.equal(outcome.kind, "failed");
    assert.deepEqual(namesIn(join(host.relay, "dm-medic-R-2")), ["notes.txt"]);
  });
});

describe("what is refused, with everything left as it was", () => {
  const cases: readonly (readonly [string, () => void, () => HostWork, string, Partial<WorkerHostOptions>?])[] = [
    ["files while the worker runs: the copy in place", () => host.control("start"), put, "relay-worker-runs"],
    ["files while the worker runs: relay.meta", () => host.control("start"), write, "relay-worker-runs"],
    [
      "a copy in place that nobody fetched",
      () => rmSync(join(host.relay, "dm-medic-R-2"), { recursive: true }),
      put,
      "relay-not-fetched",
    ],
    ["the relay's file changed meanwhile", () => writeFileSync(place(FILE), "longer or shorter"), put, "relay-changed-meanwhile"],
    ["the relay's file went away", () => rmSync(place(FILE)), put, "relay-changed-meanwhile"],
    ["the relay's file is a link", linkInstead, put, "relay-changed-meanwhile"],
    [
      "relay.meta changed meanwhile",
      () => writeFileSync(place("relay.meta"), META_BEFORE.replace("592", "593")),
      write,
      "relay-changed-meanwhile",
    ],
    ["the upstream was switched", switchUpstream, put, "relay-sub-directory-moved"],
    ["the upstream was switched, relay.meta", switchUpstream, write, "relay-sub-directory-moved"],
    ["a file larger than the disk", removeCopy, () => ({ ...fetch(), sizeBytes: 2 ** 52 }) as HostWork, "relay-space"],
    ["no way to fetch", removeCopy, fetch, "relay-not-configured", { fetch: null }],
    ["a file that ended early", () => shorten(), fetch, "relay-size-differs"],
    [
      "a file that is another one",
      removeCopy,
      fetch,
      "relay-checksum-differs",
      { sha256: { where: "here", words: ["echo", "0".repeat(64)] } },
    ],
  ];
  function removeCopy(): void {
    rmSync(join(host.relay, "dm-medic-R-2"), { recursive: true });
  }
  function shorten(): void {
    removeCopy();
    writeFileSync(join(host.upstream, FILE), host.whole.subarray(0, 300_000));
  }
  function switchUpstream(): void {
    mkdirSync(join(host.relay, "0-102.000002"));
    writeFileSync(join(host.relay, "server-uuid.index"), `${SUB}\n0-102.000002\n`);
  }
  function linkInstead(): void {
    rmSync(place(FILE));
    symlinkSync(join(host.upstream, FILE), place(FILE));
  }

  for (const [what, change, work, key, parts] of cases)
    test(`${what}: ${key}`, async () => {
      host.control("stop");
      await doAll(worker(), fetch());
      change();
      const before = [host.bytes(FILE), host.bytes("relay.meta")];

      const outcome = await worker(parts).act(work(), call);

      assert.equal(told(outcome), key);
      assert.deepEqual([host.bytes(FILE), host.bytes("relay.meta")], before);
      if (work().kind === "fetch-binlog") assert.deepEqual(leftOver(), []);
    });

  test("an undo once somebody else has changed relay.meta or the file", async () => {
    const others = [
      () => writeFileSync(place("relay.meta"), META_AFTER.replace("= 4", "= 99")),
      () => writeFileSync(place(FILE), "truncated by DM"),
    ];
    for (const change of others) {
      host.control("stop");
      const on = worker();
      await doAll(on, fetch(), put(), write());
      change();
      const before = [host.bytes(FILE), host.bytes("relay.meta")];

      assert.equal(told(await on.act(restore(), call)), "relay-changed-meanwhile");
      assert.deepEqual([host.bytes(FILE), host.bytes("relay.meta")], before);

      host.end();
      host = makeRelayHost();
    }
  });

  test("an undo while the worker runs", async () => {
    host.control("stop");
    const on = worker();
    await doAll(on, fetch(), put(), write(), { kind: "start-worker" });

    assert.equal(told(await on.act(restore(), call)), "relay-worker-runs");
    assert.equal(host.bytes("relay.meta")?.toString(), META_AFTER);
  });

  test("a new relay.meta that is no TOML, or changes more than our three values", async () => {
    host.control("stop");
    const texts = [`${META_BEFORE}\nbroken`, META_AFTER.replace("binlog-gtid", "binlog-other")];
    for (const after of texts) {
      const work: HostWork = { kind: "write-relay-meta", ...host.meta, texts: { before: META_BEFORE, after } };

      assert.equal(told(await worker().act(work, call)), "relay-meta-unreadable");
    }
    isAsBefore();
  });

  test("names that a shell would read, before anything runs", async () => {
    const log = join(host.folder, "log");
    const spy = { run: ["sh", "-c", `echo "$@" >> ${log}; exec "$@"`, "sh"] };
    const on = createCommandHost({ ...host.options([]), ...spy });
    for (const bad of ["a b", "a'b", 'a"b', "a;reboot", "$(id)", "../x", "-rf", "a\nb", "a`id`"])
      for (const work of [
        { ...fetch(), file: `${bad}.000001` },
        { ...put(), subDirectory: bad },
        { ...write(), run: bad },
        { kind: "restore", file: { ...host.file, file: `${bad}.000001` }, meta: null },
        { kind: "clean-up", run: "R-2", file: `${bad}.000001` },
      ] as HostWork[]) {
        assert.equal(told(await on.ask(work, call)), "relay-name-odd", `${work.kind} ${bad}`);
        assert.equal(told(await on.act(work, call)), "relay-name-odd", `${work.kind} ${bad}`);
      }

    assert.equal(statSync(log, { throwIfNoEntry: false }), undefined);
    await on.workerState(call);
    assert.ok(statSync(log).size > 0, "the log would have shown it");
  });
});

describe("the worker's process", () => {
  test("a word that is neither running nor stopped is not known, and nothing is done on it", async () => {
    host.control("stop");
    await doAll(worker(), fetch());
    writeFileSync(join(host.folder, "word"), "deactivating\n");

    const [state, stop, wrote] = [
      await worker().workerState(call),
      await worker().act({ kind: "stop-worker" }, call),
      await worker().act(put(), call),
    ];

    assert.deepEqual(state, { kind: "not-known", why: 'its status is "deactivating"', lacks: null });
    assert.deepEqual([stop.kind, wrote.kind], ["failed", "failed"]);
    isAsBefore();
  });

  test("a unit that does not exist is not known, though systemctl calls it inactive", async () => {
    const status = {
      where: "here" as const,
      words: ["sh", "-c", "echo inactive; exit 4"],
      running: ["active"],
      stopped: ["inactive"],
    };

    assert.equal((await worker({ status }).workerState(call)).kind, "not-known");
  });

  test("a stop that is refused failed, with what was said", async () => {
    const stop = { where: "on-host" as const, words: [join(host.folder, "worker-ctl"), "broken"] };

    assert.deepEqual(await worker({ stop }).act({ kind: "stop-worker" }, call), { kind: "failed", why: "Unit not found." });
    assert.ok(host.isRunning());
  });

  test("one that does not stop in time is unknown; later its question decides", async () => {
    host.setStubborn(true);

    const outcome = await worker().act({ kind: "stop-worker" }, { ...call, timeoutMs: 1_500 });

    assert.deepEqual(outcome, { kind: "unknown", why: "the order was given; it is not stopped yet" });
    assert.equal(told(await worker().ask({ kind: "stop-worker" }, call)), "not-yet");
    host.setStubborn(false);
    host.control("stop");
    assert.equal(told(await worker().ask({ kind: "stop-worker" }, call)), "already");
  });

  test("stopping and starting twice is done once", async () => {
    const kinds: string[] = [];
    for (const kind of ["start-worker", "stop-worker", "stop-worker", "start-worker", "start-worker"] as const)
      kinds.push((await worker().act({ kind }, call)).kind);

    assert.deepEqual(kinds, ["already", "done", "already", "done", "already"]);
  });
});

test("what the relay directory does not hold is not known, with the host's own words", async () => {
  rmSync(join(host.relay, "server-uuid.index"));

  const facts = await worker().look(call);

  assert.match(facts.kind === "not-known" ? facts.why : "", /server-uuid\.index: No such file/);
  assert.equal((await worker().act(fetch(), call)).kind, "failed");
});

test("a host as the configuration hands it over is reached", async () => {
  const { options } = host;
  const words = (command: { readonly words: readonly string[] } | null) => ({ onHost: command?.words });
  const { stop, start, status, relayDirectory } = options([]);
  const commands = { stop: words(stop), start: words(start), status: words(status) };
  const file = join(host.folder, "c.yaml");
  writeFileSync(
    file,
    stringify({
      clusters: [
        {
          name: "shop",
          masters: ["http://127.0.0.1:1"],
          channel: "C0ABC",
          roles: { viewer: {}, operator: {}, approver: {}, admin: {} },
          workerHosts: { w1: { form: "command", run: [], relayDirectory, ...commands } },
        },
      ],
      slack: { mode: "socket", botToken: "${T}", appToken: "${T}", defaultChannel: "C0ABC" },
      store: { sqlite: ":memory:" },
    }),
  );
  const loaded = loadConfig(file, { T: "secret", PATH: process.env.PATH });
  assert.equal(loaded.kind, "ok", JSON.stringify(loaded));
  if (loaded.kind !== "ok") return;

  const on = createCommandHost(loaded.config.clusters[0]!.workerHosts[0]!);

  assert.deepEqual(await on.workerState(call), { kind: "known", value: "running" });
  assert.equal((await on.act({ kind: "stop-worker" }, call)).kind, "done");
  assert.equal((await on.look(call)).kind, "known");
});

const leftOver = (): string[] => {
  const folder = join(host.relay, "dm-medic-R-2");
  return statSync(folder, { throwIfNoEntry: false }) ? namesIn(folder) : [];
};
function namesIn(folder: string): string[] {
  return readdirSync(folder).sort();
}
