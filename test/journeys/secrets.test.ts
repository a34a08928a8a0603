import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { stringify } from "yaml";
import { freePort, startBotStage } from "../support/bot-stage.ts";

const bin = new URL("../../bin/medic.js", import.meta.url).pathname;
const TASK_SECRET = "task-passw0rd-of-the-yaml";
const PROBE_SECRET = "probe-passw0rd";
const WEBHOOK_SECRET = "webhook-bearer-passw0rd";

test("no secret leaves by log, store, Slack, metric, error or export, through refusals, a wrong token and a whole run", {
  timeout: 120_000,
}, async () => {
  const port = await freePort();
  const set = await startBotStage(
    (content) => {
      const [cluster] = content.clusters as { downstream: object }[];
      const downstream = { ...cluster!.downstream, password: "${PROBE}" };
      return {
        ...content,
        clusters: [{ ...cluster, downstream, taskPassword: "${TASK}", tasks: { folder: "./tasks" } }],
        http: { port, webhook: { bearer: "${BEARER}" } },
        logLevel: "debug",
      };
    },
    { taskPassword: TASK_SECRET, probePassword: PROBE_SECRET },
  );
  const { botToken, appToken } = set.slack;
  const env = {
    ...process.env,
    PROBE: PROBE_SECRET,
    TASK: TASK_SECRET,
    BEARER: WEBHOOK_SECRET,
    BOT_TOKEN: botToken,
    APP_TOKEN: appToken,
  };
  const said: string[] = [];
  const medic = (...given: string[]) => {
    const child = spawn(process.execPath, [bin, ...given], { env, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (part: Buffer) => said.push(part.toString()));
    return child;
  };
  try {
    const bot = medic("start", "--config", set.file);
    const plan = await set.troubleWithPlan();
    // A precheck that repeats what it was given, and a start that is then told again.
    set.dm.faultNext({
      matches: ({ method }) => method === "POST",
      what: {
        ...{ kind: "raw" as const, status: 200 },
        text: JSON.stringify({
          result: false,
          msg: `decode failed near "password: ${TASK_SECRET}"`,
          sources: [],
          checkResult: "",
        }),
      },
    });
    await set.slack.act.press("bo", "C0ALERTS", plan.ts, "Approve");
    const waiting = await set.find(
      "the run that waits",
      ({ text, blocks }) => /DOES NOT EXIST|WAITS/.test(text + JSON.stringify(blocks)),
      40_000,
    );
    await set.slack.act.press("bo", "C0ALERTS", waiting.ts, "Go on").catch(() => {});
    for (const authorization of ["Bearer wrong", `Bearer ${WEBHOOK_SECRET}`])
      await fetch(`http://127.0.0.1:${port}/alerts/alertmanager`, { method: "POST", headers: { authorization }, body: "{}" });
    for (const path of ["metrics", "readyz", "healthz"])
      said.push(await (await fetch(`http://127.0.0.1:${port}/${path}`)).text());
    bot.kill("SIGTERM");
    await once(bot, "exit");
    for (const command of [
      ["audit-export", "--config", set.file],
      ["check-config", "--config", set.file],
      ["doctor", "--config", set.file],
      ["plan", "orders", "--config", set.file, "--json"],
    ])
      await once(medic(...command), "exit");
    // A password that stands where a port belongs, and a token that the file itself holds.
    const wrong = join(set.folder, "wrong.yaml");
    writeFileSync(wrong, stringify({ slack: { mode: "socket", botToken: botToken, appToken: appToken } }));
    await once(medic("check-config", "--config", wrong), "exit");
    said.push(JSON.stringify(set.slack.workspace.messages));
    for (const name of readdirSync(set.folder).filter((one) => one.startsWith("medic.db")))
      said.push(readFileSync(join(set.folder, name), "latin1"));

    const all = said.join("\n");
    assert.ok(
      all.includes("R-1") && all.includes("dm_medic_polls_total") && all.includes('"kind":"run-started"'),
      "nothing was looked at",
    );
    for (const secret of [TASK_SECRET, PROBE_SECRET, WEBHOOK_SECRET, botToken, appToken]) {
      const at = all.indexOf(secret);
      assert.equal(at, -1, at === -1 ? "" : `…${all.slice(Math.max(0, at - 200), at)}(the secret)`);
    }
  } finally {
    await set.end();
  }
});
