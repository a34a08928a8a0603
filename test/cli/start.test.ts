import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type BotStage, startBotStage } from "../support/bot-stage.ts";

const bin = new URL("../../bin/medic.js", import.meta.url).pathname;

describe("medic start, audit-export and audit-verify on the shell", { timeout: 120_000 }, () => {
  let set: BotStage;
  let env: NodeJS.ProcessEnv;
  before(async () => {
    set = await startBotStage((content) => ({ ...content, policy: { leaseSeconds: 6, verifySeconds: 60 } }));
    env = { ...process.env, EMPTY: "", BOT_TOKEN: set.slack.botToken, APP_TOKEN: set.slack.appToken, BEARER: "b" };
  });
  after(() => set.end());
  const medic = (...given: string[]) => spawnSync(process.execPath, [bin, ...given], { env, encoding: "utf8", timeout: 30_000 });

  test("a port that is taken: it says so, undoes what it did and ends with 1", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as { port: number };
    const file = join(set.folder, "taken.yaml");
    writeFileSync(file, `${readFileSync(set.file, "utf8")}http: { port: ${port}, webhook: { bearer: "\${BEARER}" } }\n`);

    const child = spawn(process.execPath, [bin, "start", "--config", file], { env, stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr.on("data", (part: Buffer) => (said += part.toString()));
    const [code] = (await once(child, "exit")) as [number];
    taken.close();

    assert.equal(code, 1, said);
    assert.match(said, /It could not start: .*EADDRINUSE/);
    assert.match(said, /medic doctor/);
  });

  test("a database that is away: it says so and ends with 1", () => {
    const file = join(set.folder, "away.yaml");
    const store = 'store: { mysql: { host: 127.0.0.1, port: 1, user: u, password: "${EMPTY}", database: d } }';
    writeFileSync(file, readFileSync(set.file, "utf8").replace(/store:\n {2}sqlite: .*\n/, `${store}\n`));

    const { status, stderr } = medic("start", "--config", file);

    assert.equal(status, 1, stderr);
    assert.match(stderr, /It could not start: .*ECONNREFUSED/);
  });

  test("SIGTERM while a run waits for its proof: it ends at once, and the run is handed on as it stands", async () => {
    const bot = spawn(process.execPath, [bin, "start", "--config", set.file], { env, stdio: "ignore" });
    const plan = await set.troubleWithPlan();
    // Nothing gets well: after the start the proof waits its whole time.
    set.dm.world.failSubtask("orders", "s1", set.dm.world.subtask("orders", "s1")!.errors, "never");
    await set.slack.act.press("bo", "C0ALERTS", plan.ts, "Approve");
    while (set.writes().length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
    const begun = performance.now();
    bot.kill("SIGTERM");
    const [code] = (await once(bot, "exit")) as [number | null];

    assert.equal(code, 0);
    assert.ok(performance.now() - begun < 8_000, `it took ${Math.round(performance.now() - begun)} ms`);
  });

  test("an export is checked alone, against an anchor too; what was cut, changed or is none is told", () => {
    const out = medic("audit-export", "--config", set.file);
    assert.equal(out.status, 0, out.stderr);
    const file = join(set.folder, "export.jsonl");
    writeFileSync(file, out.stdout);
    const lines = out.stdout.trim().split("\n");
    const { head } = JSON.parse(lines.at(-1)!) as { head: { sequence: number; hash: string } };
    const verify = (...given: string[]) => medic("audit-verify", "--file", file, ...given);
    const anchor = `${head.sequence}:${head.hash}`;

    assert.equal(verify().status, 0);
    assert.equal(verify("--anchor", anchor).status, 0);
    assert.equal(verify("--anchor", `${head.sequence}:${"0".repeat(64)}`).status, 1);
    assert.equal(verify("--anchor", `${head.sequence + 100}:${head.hash}`).status, 1);
    for (const none of ["x", "7", ":", `0:${head.hash}`]) assert.equal(verify("--anchor", none).status, 2, none);
    assert.equal(medic("audit-verify", "--file", join(set.folder, "none.jsonl")).status, 2);

    writeFileSync(file, `${[lines[0], lines[1], ...lines.slice(3)].join("\n")}\n`);
    assert.equal(verify().status, 1);
    writeFileSync(file, out.stdout.replace('"actor":{"id":"U0BO"', '"actor":{"id":"U0ANA"'));
    assert.equal(verify().status, 1);
    appendFileSync(file, "{ half a line");
    assert.equal(verify().status, 2);
    // The tail cut together with the heads over it: only what was anchored outside tells.
    const events = lines.filter((line) => !line.startsWith('{"head"'));
    writeFileSync(file, `${events.slice(0, 4).join("\n")}\n`);
    assert.equal(verify().status, 0);
    assert.equal(verify("--anchor", anchor).status, 1);
  });
});
