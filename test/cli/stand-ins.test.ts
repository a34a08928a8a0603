import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { after, test } from "node:test";

const running = new Set<ChildProcess>();
after(() => {
  for (const child of running) child.kill("SIGKILL");
});

/** Starts a command of the shell and reads until the pattern was printed. */
async function start(args: readonly string[], pattern: RegExp): Promise<{ child: ChildProcess; found: RegExpExecArray }> {
  const bin = new URL("../../bin/medic.js", import.meta.url).pathname;
  const child = spawn(process.execPath, [bin, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  let out = "";
  const found = await new Promise<RegExpExecArray>((resolve, reject) => {
    child.stdout!.on("data", (chunk: Buffer) => {
      out += String(chunk);
      const match = pattern.exec(out);
      if (match) resolve(match);
    });
    child.once("exit", () => reject(new Error(`it ended and had printed: ${out}`)));
  });
  return { child, found };
}

async function interrupt(child: ChildProcess): Promise<number | null> {
  const ended = once(child, "exit") as Promise<[number | null]>;
  child.kill("SIGINT");
  const [code] = await ended;
  running.delete(child);
  return code;
}

test("medic standin dm answers alone, with its tasks' YAML at hand, and leaves nothing behind", { timeout: 30_000 }, async () => {
  const { child, found } = await start(
    ["standin", "dm", "--scenario", "invalid-connection"],
    /master\s+(http:\/\/127\.0\.0\.1:\d+)[\s\S]*YAML is in (\S+)/,
  );
  const [, url, folder] = found;
  const answer = (await (await fetch(`${url}/apis/v1alpha1/status/orders-sync`)).json()) as { result: boolean };

  assert.equal(answer.result, true);
  assert.ok(existsSync(`${folder}/orders-sync.yaml`));
  assert.equal(await interrupt(child), 0);
  assert.ok(!existsSync(folder!));
});

test("medic standin slack can be driven with the token that it prints, and with no other", { timeout: 30_000 }, async () => {
  const { child, found } = await start(["standin", "slack"], /slack\.apiUrl\s+(\S+)\/api\/[\s\S]*drive token\s+(\S+)/);
  const [, url, token] = found;
  const state = await fetch(`${url}/driver/state?as=ana`, { headers: { "x-page-token": token! } });

  assert.equal(state.status, 200);
  assert.equal((await fetch(`${url}/driver/state?as=ana`, { headers: { "x-page-token": "other" } })).status, 401);
  assert.equal(await interrupt(child), 0);
});

test("a stand-in that does not exist is said so", { timeout: 30_000 }, async () => {
  const bin = new URL("../../bin/medic.js", import.meta.url).pathname;
  const child = spawn(process.execPath, [bin, "standin", "tidb"], { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said += String(chunk);
  });
  const [code] = (await once(child, "exit")) as [number];

  assert.equal(code, 2);
  assert.match(said, /slack and dm/);
});

test("a port that is taken or none, and a scenario by the name of something built in, are said in one line", {
  timeout: 30_000,
}, async () => {
  const { child, found } = await start(["standin", "slack"], /slack\.apiUrl\s+http:\/\/127\.0\.0\.1:(\d+)/);
  const said = async (args: readonly string[]): Promise<string> => {
    const bin = new URL("../../bin/medic.js", import.meta.url).pathname;
    const other = spawn(process.execPath, [bin, ...args], { stdio: ["ignore", "ignore", "pipe"] });
    running.add(other);
    let text = "";
    other.stderr.on("data", (chunk: Buffer) => {
      text += String(chunk);
    });
    const [code] = (await once(other, "exit")) as [number];
    running.delete(other);
    assert.notEqual(code, 0);
    return text;
  };

  assert.match(await said(["demo", "--port", found[1]!]), /^Port \d+ is taken\. [^\n]*\n$/);
  assert.match(await said(["standin", "slack", "--port", "abc"]), /A port is a number/);
  assert.match(await said(["demo", "--scenario", "constructor"]), /^There is no scenario constructor/);
  assert.equal(await interrupt(child), 0);
});
