import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { readListing, readListings, readSpaces } from "../../../src/adapters/worker-host/read-listing.ts";
import { runCommand } from "../../../src/adapters/worker-host/run-command.ts";
import { whatElseChanged } from "../../../src/adapters/worker-host/same-but-ours.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";

const folder = scratchFolder("run");
const environment = { PATH: process.env.PATH ?? "/usr/bin:/bin" };
const signal = new AbortController().signal;
const run = (
  words: readonly string[],
  parts: { readonly input?: string; readonly timeoutMs?: number; readonly signal?: AbortSignal } = {},
) => runCommand({ words, timeoutMs: 20_000, signal, environment, ...parts });
function program(name: string, script: string): string {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o755);
  return join(folder, name);
}

describe("one local process", () => {
  test("words reach it as they are, without a shell", async () => {
    const words = ["a b", "$HOME", "; echo no", "*", "'"];

    assert.deepEqual(await run(["printf", "%s|", ...words]), {
      kind: "ended",
      code: 0,
      output: words.map((word) => `${word}|`).join(""),
      said: "",
    });
  });

  test("what it prints and what it is given stay as they are to the last byte", async () => {
    const text = "\r\n中文 \uFEFF\t\n\n";

    const outcome = await run(["cat"], { input: text });

    assert.equal(outcome.kind === "ended" && outcome.output, text);
  });

  test("it sees no environment but its own: the bot's holds secrets", async () => {
    process.env.DM_MEDIC_TEST_SECRET = "secret";

    const outcome = await run(["env"]);

    assert.deepEqual(outcome.kind === "ended" && outcome.output.trim().split("\n").sort(), [
      "LC_ALL=C",
      `PATH=${environment.PATH}`,
    ]);
  });

  test("without input it finds none, and does not wait for any", async () => {
    assert.deepEqual(await run(["cat"]), { kind: "ended", code: 0, output: "", said: "" });
  });

  test("its own exit code is told with its last words on one line", async () => {
    const outcome = await run(["sh", "-c", "echo one >&2; printf 'two\\a\\n' >&2; exit 7"]);

    assert.deepEqual(outcome, { kind: "ended", code: 7, output: "", said: "one two" });
  });

  test("a program that is not there was not reached", async () => {
    const outcome = await run(["/nowhere/ssh"]);

    assert.deepEqual(outcome, { kind: "not-reached", why: "/nowhere/ssh cannot be started (ENOENT)", refusal: null });
  });

  test("called off before it began, no time left, and nothing configured: not reached", async () => {
    assert.equal((await run(["true"], { signal: AbortSignal.abort() })).kind, "not-reached");
    assert.equal((await run(["true"], { timeoutMs: 0 })).kind, "not-reached");
    assert.equal((await run([])).kind, "not-reached");
  });

  const cutOff: readonly (readonly [string, readonly string[], RegExp])[] = [
    ["too slow", ["sleep", "30"], /no end within 300 ms/],
    ["too slow and deaf", ["sh", "-c", "trap '' TERM; while :; do sleep 0.1; done"], /no end within 300 ms/],
    ["too many words", ["sh", "-c", "yes"], /more than 8388608 bytes/],
    ["killed", ["sh", "-c", "kill -9 $$"], /ended by SIGKILL/],
    ["no UTF-8", ["printf", "\\377"], /no UTF-8/],
  ];
  for (const [what, words, why] of cutOff)
    test(`${what}: what it did is not known`, async () => {
      const outcome = await run(words, { timeoutMs: what.startsWith("too slow") ? 300 : 20_000 });

      assert.equal(outcome.kind, "cut-off");
      assert.match(outcome.kind === "cut-off" ? outcome.why : "", why);
    });
});

describe("what ssh and kubectl say when it is their own trouble", () => {
  const cases: readonly (readonly [string, string, string, string | null])[] = [
    ["ssh", 'echo "Host key verification failed." >&2; exit 255', "not-reached", "host-key"],
    ["ssh", 'echo "dm@h: Permission denied (publickey)." >&2; exit 255', "not-reached", "login"],
    ["ssh", 'echo "ssh: connect to host h port 22: Connection refused" >&2; exit 255', "not-reached", null],
    ["ssh", 'echo "ssh: Could not resolve hostname h: Name or service not known" >&2; exit 255', "not-reached", null],
    ["ssh", 'echo "kex_exchange_identification: Connection closed by remote host" >&2; exit 255', "not-reached", null],
    ["ssh", 'echo "Connection to h closed by remote host." >&2; exit 255', "cut-off", null],
    ["ssh", 'echo "client_loop: send disconnect: Broken pipe" >&2; exit 255', "cut-off", null],
    ["ssh", 'echo "Read from remote host h: Connection timed out" >&2; exit 255', "cut-off", null],
    ["ssh", "exit 255", "cut-off", null],
    ["ssh", 'echo "mv: Permission denied" >&2; exit 1', "ended", null],
    ["kubectl", 'echo "command terminated with exit code 1" >&2; exit 1', "ended", null],
    ["kubectl", 'echo "error: unable to upgrade connection: pod does not exist" >&2; exit 1', "cut-off", null],
    ["kubectl", "exit 0", "ended", null],
  ];
  for (const [name, script, kind, refusal] of cases)
    test(`${name}: ${script}`, async () => {
      const outcome = await run([program(name, script)]);

      assert.deepEqual([outcome.kind, outcome.kind === "not-reached" ? outcome.refusal : null], [kind, refusal]);
    });
});

test("a listing tells names, kinds, rights, owners and sizes, and leaves out what is no such line", () => {
  const output = `total 12
drwxr-xr-x 3 1000 1001       4096 Nov 25 19:31 .
drwxrwxrwt 9    0    0       4096 Nov 25 19:31 ..
-rw-r----- 1 1000 1001 4600195888 Nov  5  2025 mysql-bin.000002
-rwsr-Sr-t 1    0    0          0 Nov 25 19:31 odd.1
-rw-r--r--+ 1    0    0         7 Nov 25 19:31 acl.1
lrwxrwxrwx 1    0    0          7 Nov 25 19:31 link.1 -> mysql-bin.000002
crw-rw-rw- 1    0    0     1,   3 Nov 25 19:31 null
-rw-r--r-- 1    0    0          7 Nov 25 19:31 my mysql-bin.000003
`;

  const entries = readListing(output);

  assert.deepEqual([...entries.keys()], [".", "..", "mysql-bin.000002", "odd.1", "acl.1"]);
  assert.deepEqual(entries.get("mysql-bin.000002"), {
    name: "mysql-bin.000002",
    type: "file",
    mode: "0640",
    owner: 1000,
    group: 1001,
    sizeBytes: 4_600_195_888,
  });
  assert.equal(entries.get(".")?.type, "folder");
  assert.equal(entries.get("odd.1")?.mode, "7745");
  const two = readListings(`/a:\n${output}\n/a/b:\ntotal 0\n-rw-r--r-- 1 0 0 1 Nov 25 19:31 x.1\n`, ["/a", "/a/b"]);
  assert.deepEqual(
    two.map((each) => each.size),
    [5, 1],
  );
});

test("free space is read as POSIX prints it, and anything else is not read", () => {
  const line = "/dev/mapper/vg-data 1000 900 100 90% /data/dm relay";
  const heading = "Filesystem 1024-blocks Used Available Capacity Mounted on";

  assert.deepEqual(readSpaces(`${heading}\n${line}\n`, 1), [
    { device: "/dev/mapper/vg-data", freeBytes: 102_400, mountedOn: "/data/dm relay" },
  ]);
  for (const [output, paths] of [
    [`${heading}\n${line}\n`, 2],
    [`${heading}\n`, 1],
    ["", 1],
    [`${heading}\nx - - - 0% /\n`, 1],
  ] as const)
    assert.equal(readSpaces(output, paths), null);
});

test("a real TOML reader has the last word on a rewritten relay.meta", () => {
  const good = 'binlog-name = "a.1"\nbinlog-pos = 9\nmore = [1, 99999999999999999999]\n';

  assert.equal(whatElseChanged(good, good.replace("a.1", "a.2").replace("= 9", "= 4")), null);
  assert.match(whatElseChanged(good, good.replace("[1,", "[2,")) ?? "", /changes more/);
  assert.match(whatElseChanged(good, `${good}x = 1\n`) ?? "", /changes x/);
  assert.match(whatElseChanged(good, "binlog-name = ") ?? "", /new text is no TOML/);
});
