import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { afterEach, beforeEach, describe, test } from "node:test";
import { createByHandHost } from "../../../src/adapters/worker-host/by-hand-host.ts";
import type { WorkerHostOptions } from "../../../src/adapters/worker-host/options.ts";
import type { HandStep, HostWork, WorkerHost } from "../../../src/app/ports/worker-host.ts";
import { type Known, known, notKnown } from "../../../src/domain/observation/known.ts";
import { RELAY_PHRASES } from "../../../src/domain/relay/relay-phrases.ts";
import { FILE, META_AFTER, META_BEFORE, makeRelayHost, type RelayHost } from "../../support/relay-host.ts";

let host: RelayHost;
beforeEach(() => {
  host = makeRelayHost();
});
afterEach(() => host.end());

const call = { timeoutMs: 1_000, signal: new AbortController().signal };
/** DM's word on the worker is the fake process here. */
const alive = async (): Promise<Known<boolean>> => known(host.isRunning());
const byHand = (workerAlive = alive, parts: Partial<WorkerHostOptions> = {}): WorkerHost =>
  createByHandHost(host.options([], { form: "by-hand", ...parts }), { workerAlive });
const fetch = (): HostWork => ({ kind: "fetch-binlog", ...host.file });
const put = (): HostWork => ({ kind: "put-in-place", ...host.file });
const write = (texts = host.meta.texts): HostWork => ({ kind: "write-relay-meta", ...host.meta, texts });
const restore = (): HostWork => ({ kind: "restore", file: host.file, meta: host.meta });

/** A person at the host's shell, who does exactly what is written. */
function type(steps: readonly HandStep[]): void {
  for (const { commands } of steps)
    for (const command of commands) {
      const { status, stderr } = spawnSync("sh", ["-c", command], { encoding: "utf8" });
      assert.equal(status, 0, `${command}: ${stderr}`);
    }
}
async function bySomebody(on: WorkerHost, work: HostWork): Promise<void> {
  const outcome = await on.act(work, call);
  assert.equal(outcome.kind, "by-hand", work.kind);
  type(outcome.kind === "by-hand" ? outcome.steps : []);
}

describe("by hand", () => {
  test("somebody who types every command has done the repair, byte for byte, and the undo", async () => {
    const on = byHand();
    const rights = [host.rights(FILE), host.rights("relay.meta")];

    for (const work of [{ kind: "stop-worker" }, fetch(), put(), write(), { kind: "start-worker" }] as const)
      await bySomebody(on, work);
    assert.deepEqual(host.bytes(FILE), host.whole);
    assert.equal(host.bytes("relay.meta")?.toString(), META_AFTER);
    assert.ok(host.isRunning());
    assert.deepEqual([host.rights(FILE), host.rights("relay.meta")], rights);

    for (const work of [{ kind: "stop-worker" }, restore(), { kind: "clean-up", run: "R-2", file: FILE }] as const)
      await bySomebody(on, work);
    assert.deepEqual(host.bytes(FILE), host.partial);
    assert.equal(host.bytes("relay.meta")?.toString(), META_BEFORE);
    assert.equal(host.bytes("dm-medic-R-2"), null);
  });

  test("what brings the files back does nothing where nothing was done, and the relay's own file stays", async () => {
    await bySomebody(byHand(), restore());

    assert.ok(host.bytes(FILE)?.equals(host.partial));
    assert.equal(host.bytes("relay.meta")?.toString(), META_BEFORE);
  });

  test("where nobody has read relay.meta, the command changes the three values in it", async () => {
    await bySomebody(byHand(), {
      ...write(null),
      names: { file: "mysql-bin.000003", position: 4, gtid: "0-101-18" },
    } as HostWork);

    // The last line of the test's meta has no newline; sed leaves it so.
    const expected = META_AFTER.replaceAll("\r\n", "\n").replace('binlog-gtid = ""', 'binlog-gtid = "0-101-18"');
    assert.equal(host.bytes("relay.meta")?.toString().replace(/\r?\n/g, "\n"), expected);
  });

  test("Done is checked through DM for the process, and cannot be for files", async () => {
    const on = byHand();

    assert.deepEqual(await on.ask({ kind: "stop-worker" }, call), { kind: "not-yet" });
    host.control("stop");
    assert.deepEqual(await on.ask({ kind: "stop-worker" }, call), { kind: "already", proof: "DM counts the worker as offline" });
    assert.deepEqual(await on.act({ kind: "stop-worker" }, call), { kind: "already", proof: "DM counts the worker as offline" });
    for (const work of [fetch(), put(), write(), restore()])
      assert.deepEqual(await on.ask(work, call), { kind: "not-checkable" }, work.kind);
    assert.equal((await on.look(call)).kind, "not-known");
  });

  test("when DM does not answer either, that is said, and the commands are still shown", async () => {
    const on = byHand(async () => notKnown("DM does not answer"));

    assert.deepEqual(await on.ask({ kind: "start-worker" }, call), { kind: "cannot-know", why: "DM does not answer" });
    assert.equal((await on.act({ kind: "start-worker" }, call)).kind, "by-hand");
  });

  test("without configured commands there are words, in both languages, for every step", () => {
    const on = byHand(alive, { stop: null, start: null, status: null, fetch: null, sha256: null });
    const works: HostWork[] = [
      { kind: "stop-worker" },
      { kind: "start-worker" },
      fetch(),
      put(),
      write(),
      restore(),
      { kind: "clean-up", run: "R-2", file: FILE },
    ];
    for (const work of works) {
      const steps = on.describe(work);

      assert.ok(steps.length > 0, work.kind);
      for (const { say } of steps) {
        const words = RELAY_PHRASES[say.key as keyof typeof RELAY_PHRASES];
        for (const [, name] of words.en.matchAll(/\{(\w+)\}/g)) assert.ok(name! in say.values, `${say.key} ${name}`);
      }
    }
    assert.deepEqual(on.describe({ kind: "stop-worker" }), [
      { say: { key: "by-hand-stop", values: { worker: "worker-1" } }, on: "worker-host", commands: [] },
    ]);
  });

  test("a name that a shell would read is refused, not shown in a command", async () => {
    const outcome = await byHand().act({ ...put(), file: "a';reboot;'.000001" } as HostWork, call);

    assert.equal(outcome.kind === "refused" && outcome.reason.key, "relay-name-odd");
  });
});
