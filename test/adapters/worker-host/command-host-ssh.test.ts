import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { createCommandHost } from "../../../src/adapters/worker-host/command-host.ts";
import type { WorkerHostOptions } from "../../../src/adapters/worker-host/options.ts";
import type { HostOutcome, HostWork, WorkerHost } from "../../../src/app/ports/worker-host.ts";
import { FILE, META_AFTER, META_BEFORE, makeRelayHost, type RelayHost, SUB } from "../../support/relay-host.ts";
import { skipWithout } from "../../support/services.ts";
import { type Sshd, startSshd } from "../../support/sshd.ts";

const paper = readFileSync(new URL("../../../docs/worker-hosts.md", import.meta.url), "utf8");

describe("a worker's host over a real sshd", { skip: skipWithout("sshd") }, () => {
  let sshd: Sshd;
  let host: RelayHost;
  before(async () => {
    sshd = await startSshd();
  });
  after(() => sshd.stop());
  beforeEach(() => {
    host = makeRelayHost();
  });
  afterEach(() => {
    sshd.limitFileSize(null);
    host.end();
  });

  const call = { timeoutMs: 60_000, signal: new AbortController().signal };
  const over = (run: readonly string[], parts: Partial<WorkerHostOptions> = {}): WorkerHost =>
    createCommandHost(host.options(run, parts));
  const fetch = (): HostWork => ({ kind: "fetch-binlog", ...host.file });
  const put = (): HostWork => ({ kind: "put-in-place", ...host.file });
  const write = (): HostWork => ({ kind: "write-relay-meta", ...host.meta });
  const restore = (): HostWork => ({ kind: "restore", file: host.file, meta: host.meta });
  const stop: HostWork = { kind: "stop-worker" };
  const start: HostWork = { kind: "start-worker" };
  const isRepaired = (): void => {
    assert.deepEqual(host.bytes(FILE), host.whole);
    assert.equal(host.bytes("relay.meta")?.toString(), META_AFTER);
  };
  const isAsBefore = (): void => {
    assert.deepEqual(host.bytes(FILE), host.partial);
    assert.equal(host.bytes("relay.meta")?.toString(), META_BEFORE);
  };
  /** Without ssh, so that the way to a test's moment is short. */
  async function prepare(...works: readonly HostWork[]): Promise<void> {
    for (const work of works) assert.equal((await over([]).act(work, call)).kind, "done", work.kind);
  }

  test("the whole repair, each step asked before, done, asked after and done again without effect; then the undo", async () => {
    const on = over(sshd.runShared);
    const rights = [host.rights(FILE), host.rights("relay.meta")];
    const facts = await on.look(call);
    assert.deepEqual(facts.kind === "known" && { ...facts.value, freeBytes: facts.value.freeBytes > 0 }, {
      subDirectory: SUB,
      meta: META_BEFORE,
      files: [
        { name: "mysql-bin.000001", sizeBytes: 5 },
        { name: FILE, sizeBytes: host.partial.length },
      ],
      freeBytes: true,
    });

    for (const work of [stop, fetch(), put(), write(), start]) {
      const kinds = [
        (await on.ask(work, call)).kind,
        (await on.act(work, call)).kind,
        (await on.ask(work, call)).kind,
        (await on.act(work, call)).kind,
      ];
      assert.deepEqual(kinds, ["not-yet", "done", "already", "already"], work.kind);
    }
    isRepaired();
    assert.ok(host.isRunning());
    assert.deepEqual([host.rights(FILE), host.rights("relay.meta")], rights);

    for (const work of [stop, restore()]) assert.equal((await on.act(work, call)).kind, "done");
    isAsBefore();
    assert.deepEqual([host.rights(FILE), host.rights("relay.meta")], rights);
    assert.equal((await on.act({ kind: "clean-up", run: "R-2", file: FILE }, call)).kind, "done");
    assert.equal(host.bytes("dm-medic-R-2"), null);
    const ran = new Set(sshd.commands().map((command) => command.split(" ")[0]!.replace(/.*\/worker-ctl/, "")));
    const told = /^Programs on the host: (.*),/m.exec(paper)?.[1]?.match(/[a-z0-9]+/g);
    assert.deepEqual(
      [...ran].filter((name) => name !== "").sort(),
      told?.filter((name) => name !== "ls"),
      "as docs/worker-hosts.md lists them; ls is run by env",
    );
  });

  test("another host key than the known one is refused with that word, and nothing runs", async () => {
    const ran = sshd.commands().length;
    const on = over(sshd.runWithWrongHostKey);

    const outcome = await on.act(stop, call);

    assert.equal(outcome.kind === "refused" && outcome.reason.key, "relay-host-key");
    assert.match(outcome.kind === "refused" ? outcome.reason.values.said! : "", /[Hh]ost key verification failed/);
    assert.equal((await on.workerState(call)).kind, "not-known");
    assert.equal(sshd.commands().length, ran);
    assert.ok(host.isRunning());
  });

  test("a login that the host refuses is refused, and nothing runs", async () => {
    const ran = sshd.commands().length;

    const outcome = await over(sshd.runWithWrongKey).act(stop, call);

    assert.equal(outcome.kind === "refused" && outcome.reason.key, "relay-login-refused");
    assert.equal(sshd.commands().length, ran);
    assert.ok(host.isRunning());
  });

  test("nobody listens: it failed, nothing has changed, and it works when somebody does again", async () => {
    await sshd.close();
    const outcome = await over(sshd.run).act(stop, call);
    const state = await over(sshd.run).workerState(call);
    await sshd.listen();

    assert.equal(outcome.kind, "failed");
    assert.match(outcome.kind === "failed" ? outcome.why : "", /Connection refused/);
    assert.equal(state.kind, "not-known");
    assert.ok(host.isRunning());
    assert.equal((await over(sshd.run).act(stop, call)).kind, "done");
  });

  // With one login for many commands, or these tables would take minutes; that a lost login of its own is told the same way, first.
  test("a connection that ends after the effect, each command with a login of its own: unknown, and then the question decides", async () => {
    const on = over(sshd.run);
    sshd.fault("drop-after", "worker-ctl stop");

    assert.equal((await on.act(stop, call)).kind, "unknown");
    assert.equal((await on.act(stop, call)).kind, "already");
  });

  describe("the connection ends after the effect and before the answer: unknown, and then the question decides", () => {
    const cases: readonly (readonly [string, () => HostWork[], () => HostWork, string, "already" | "not-yet"])[] = [
      ["stop", () => [], () => stop, "worker-ctl stop", "already"],
      ["start", () => [stop], () => start, "worker-ctl start", "already"],
      ["the copy has arrived, but was not checked", () => [stop], fetch, "cp ", "not-yet"],
      ["the checked copy has its name", () => [stop], fetch, "mv -f", "already"],
      ["the old file is kept, the copy not yet in place", () => [stop, fetch()], put, "mv -f ", "not-yet"],
      ["the copy is in place", () => [stop, fetch()], put, `.checked `, "already"],
      ["relay.meta is renamed", () => [stop, fetch(), put()], write, "relay.meta.part /", "already"],
      ["undo: relay.meta is back, the file not", () => [stop, fetch(), put(), write()], restore, "relay.meta.part /", "not-yet"],
      ["undo: the file is away, the old one not back", () => [stop, fetch(), put(), write()], restore, ".checked", "not-yet"],
      ["undo: all is back", () => [stop, fetch(), put(), write()], restore, ".before ", "already"],
    ];
    for (const [what, way, work, words, then] of cases)
      test(what, async () => {
        await prepare(...way());
        const on = over(sshd.runShared);
        sshd.fault("drop-after", words);

        const outcome = await on.act(work(), call);
        const asked = await on.ask(work(), call);
        const again = await on.act(work(), call);

        assert.equal(outcome.kind, "unknown", JSON.stringify(outcome));
        assert.deepEqual([asked.kind, again.kind], [then, then === "already" ? "already" : "done"], JSON.stringify(asked));
        assert.equal((await on.ask(work(), call)).kind, "already");
        if (work().kind === "restore") isAsBefore();
        if (work().kind === "write-relay-meta") isRepaired();
      });
  });

  describe("the connection ends before the command: nothing that DM reads has changed, and doing it again does it", () => {
    const cases: readonly (readonly [string, () => HostWork[], () => HostWork, string])[] = [
      ["stop", () => [], () => stop, "worker-ctl stop"],
      ["fetch", () => [stop], fetch, "cp "],
      ["put", () => [stop, fetch()], put, "mv -f"],
      ["relay.meta: the back-up", () => [stop, fetch(), put()], write, "cp -p"],
      ["relay.meta: the new text", () => [stop, fetch(), put()], write, "dd of="],
      ["relay.meta: the rename", () => [stop, fetch(), put()], write, "relay.meta.part /"],
    ];
    for (const [what, way, work, words] of cases)
      test(what, async () => {
        await prepare(...way());
        const before = [host.bytes(FILE), host.bytes("relay.meta"), host.isRunning()];
        const on = over(sshd.runShared);
        sshd.fault("drop-before", words);

        const outcome = await on.act(work(), call);

        assert.ok(["failed", "unknown"].includes(outcome.kind), outcome.kind);
        assert.deepEqual([host.bytes(FILE), host.bytes("relay.meta"), host.isRunning()], before);
        assert.equal((await on.act(work(), call)).kind, "done");
      });
  });

  describe("a command that fails by its own word: failed, and everything is where it was", () => {
    const cases: readonly (readonly [string, () => HostWork[], () => HostWork, string])[] = [
      ["fetch", () => [stop], fetch, "cp "],
      ["the owner cannot be given", () => [stop], fetch, `chown ${process.getuid?.() === 0 ? "4321:1234" : ""}`],
      ["the first rename", () => [stop, fetch()], put, "mv -f"],
      ["the second rename: the first is taken back", () => [stop, fetch()], put, ".checked "],
      ["relay.meta: the new text", () => [stop, fetch(), put()], write, "dd of="],
      ["relay.meta: the rename", () => [stop, fetch(), put()], write, "relay.meta.part /"],
    ];
    for (const [what, way, work, words] of cases)
      test(what, async () => {
        await prepare(...way());
        const before = [host.bytes(FILE), host.bytes("relay.meta")];
        const on = over(sshd.runShared);
        sshd.fault("fail", words);

        const outcome: HostOutcome = await on.act(work(), call);

        assert.deepEqual(outcome, { kind: "failed", why: "made to fail" });
        assert.deepEqual([host.bytes(FILE), host.bytes("relay.meta")], before);
        assert.equal((await on.act(work(), call)).kind, "done");
      });

    test("undo that got as far as relay.meta is unknown, not failed", async () => {
      await prepare(stop, fetch(), put(), write());
      sshd.fault("fail", ".checked");

      const outcome = await over(sshd.runShared).act(restore(), call);

      assert.match(outcome.kind === "unknown" ? outcome.why : "", /relay\.meta is back, the old file is not: made to fail/);
      assert.equal(host.bytes("relay.meta")?.toString(), META_BEFORE);
      assert.equal((await over(sshd.runShared).act(restore(), call)).kind, "done");
      isAsBefore();
    });
  });

  test("a disk that takes no more: failed, the old file still there, nothing left behind", async () => {
    await prepare(stop);
    sshd.limitFileSize(100);

    const outcome = await over(sshd.run).act(fetch(), call);

    assert.equal(outcome.kind, "failed", JSON.stringify(outcome));
    assert.match(outcome.kind === "failed" ? outcome.why : "", /file (?:too large|size limit)/i);
    isAsBefore();
    assert.equal(host.bytes(`dm-medic-R-2/${FILE}.part`), null);
    assert.equal(host.bytes(`dm-medic-R-2/${FILE}.checked`), null);
  });

  test("a call that is called off ends at once, and what it had told the host decides later", async () => {
    host.setStubborn(true);
    const ended = new AbortController();
    const outcome = over(sshd.run, { stop: { where: "on-host", words: ["sleep", "30"] } }).act(stop, {
      timeoutMs: 60_000,
      signal: ended.signal,
    });
    while (!sshd.commands().some((command) => command === "sleep 30")) await new Promise(setImmediate);
    ended.abort();

    assert.deepEqual(await outcome, { kind: "unknown", why: "called off while it ran" });
    assert.equal((await over(sshd.run).ask(stop, call)).kind, "not-yet");
  });

  test("a host that hangs is waited for no longer than the call allows", async () => {
    const begun = performance.now();

    const outcome = await over(sshd.run, { stop: { where: "on-host", words: ["sleep", "30"] } }).act(stop, {
      ...call,
      timeoutMs: 2_000,
    });

    assert.match(outcome.kind === "unknown" ? outcome.why : "", /no end within/);
    assert.ok(performance.now() - begun < 10_000);
  });

  test("a configured word that a login shell would read never leaves", async () => {
    const ran = sshd.commands().length;
    const odd = { where: "on-host" as const, words: ["systemctl", "stop", "dm;reboot"] };

    const outcome = await over(sshd.run, { stop: odd, status: { ...odd, running: ["active"], stopped: ["x"] } }).act(stop, call);

    assert.deepEqual(outcome, { kind: "failed", why: '"dm;reboot" is not sent to a host' });
    assert.equal(sshd.commands().length, ran);
  });
});
