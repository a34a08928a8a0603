import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { stringify } from "yaml";
import { sha256 } from "../../src/adapters/keys/keys.ts";
import { openSqliteStore } from "../../src/adapters/store/sqlite-store.ts";
import { BOT, CHANNELS, GROUPS, PEOPLE } from "../../src/demo/cast.ts";
import { startDownstream } from "../../src/stand-ins/databases/downstream.ts";
import { startDmStandIn } from "../../src/stand-ins/dm/dm-stand-in.ts";
import { startSlackStandIn } from "../../src/stand-ins/slack/slack-stand-in.ts";

const script = new URL("./bot-process.ts", import.meta.url).pathname;

/** A whole bot in a process of its own between stand-ins that outlive it. */
async function stage() {
  const folder = mkdtempSync(join(tmpdir(), "dm-medic-kill-"));
  const downstream = await startDownstream();
  const yaml = stringify({
    name: "orders",
    "task-mode": "incremental",
    "target-database": { host: "127.0.0.1", port: downstream.port, user: "u", password: "" },
    "mysql-instances": [{ "source-id": "s1" }],
  });
  const dm = await startDmStandIn({
    version: "v8.1.0",
    sources: [{ id: "s1", checkEnable: false }],
    tasks: [yaml],
    downstream,
    letGoAfterMs: 300,
  });
  const slack = await startSlackStandIn({
    people: PEOPLE,
    groups: GROUPS,
    channels: CHANNELS,
    bot: BOT,
    commands: [{ command: "/dm", description: "", usageHint: "" }],
  });
  const nobody = { users: [], groups: [] };
  const config = {
    clusters: [
      {
        name: "shop",
        masters: [dm.url],
        channel: "C0ALERTS",
        pollSeconds: 1,
        roles: { viewer: nobody, operator: nobody, approver: { ...nobody, users: ["U0BO"] }, admin: nobody },
        taskPassword: "${EMPTY}",
        downstream: { host: "127.0.0.1", port: downstream.port, user: "probe", password: "${EMPTY}" },
      },
    ],
    slack: {
      mode: "socket",
      botToken: "${BOT_TOKEN}",
      appToken: "${APP_TOKEN}",
      apiUrl: slack.apiUrl,
      defaultChannel: "C0ALERTS",
    },
    store: { sqlite: "./medic.db" },
    policy: { leaseSeconds: 6, verifySeconds: 20 },
    logLevel: "silent",
  };
  const file = join(folder, "c.yaml");
  writeFileSync(file, stringify(config));
  const env = { ...process.env, EMPTY: "", BOT_TOKEN: slack.botToken, APP_TOKEN: slack.appToken };
  const children: ChildProcess[] = [];
  return {
    dm,
    slack,
    async bot(killAt: number): Promise<ChildProcess> {
      const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", script, file, String(killAt)], {
        env,
        stdio: ["ignore", "pipe", "inherit"],
      });
      children.push(child);
      await once(child.stdout!, "data");
      return child;
    },
    store: () => openSqliteStore({ file: join(folder, "medic.db"), hashing: sha256 }),
    async end() {
      for (const child of children) if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      await slack.stop();
      await dm.stop();
      await downstream.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

describe("kill -9 of the whole bot in a run", { timeout: 170_000 }, () => {
  for (const [when, killAt] of [
    ["right after the approval", 1],
    ["after the intent to stop was stored", 6],
    ["after the stop", 7],
    ["in the start", 10],
  ] as const) {
    test(`${when}: another start goes on, nothing is done twice, and the run ends rightly`, async () => {
      const set = await stage();
      try {
        const { workspace, act } = set.slack;
        const first = await set.bot(killAt);
        set.dm.world.breakConnections("invalid-connection", "stop-start");
        const card = await workspace.waitFor("the card", () => workspace.messages.find(({ text }) => text.includes("I-1")));
        await act.type("bo", "C0ALERTS", "/dm plan orders stop-start");
        const plan = await workspace.waitFor("the plan", () =>
          workspace.messages.find(({ text, threadTs }) => threadTs === card.ts && text.includes("P-1")),
        );
        const died = once(first, "exit");
        void act.press("bo", "C0ALERTS", plan.ts, "Approve");
        const [, signal] = await died;
        assert.equal(signal, "SIGKILL");

        await set.bot(0);
        await workspace.waitFor(
          "the run's end",
          () => workspace.messages.find(({ text }) => /R-1.*(?:proved|did not|WAITS)/.test(text)),
          60_000,
        );

        const store = await set.store();
        assert.equal((await store.runs.get("R-1"))?.state.kind, "succeeded");
        assert.deepEqual(await store.runs.locks(), []);
        await store.close();
        assert.deepEqual(
          set.dm.calls.filter((call) => call.method !== "GET").map((call) => call.method),
          ["PUT", "POST"],
        );
      } finally {
        await set.end();
      }
    });
  }
});
