import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { BOT, CHANNELS, GROUPS, PEOPLE } from "../../src/demo/cast.ts";
import { type Downstream, startDownstream } from "../../src/stand-ins/databases/downstream.ts";
import { type DmStandIn, startDmStandIn } from "../../src/stand-ins/dm/dm-stand-in.ts";
import { type SlackStandIn, startSlackStandIn } from "../../src/stand-ins/slack/slack-stand-in.ts";
import type { Message } from "../../src/stand-ins/slack/workspace.ts";

const nobody = { users: [], groups: [] };

/** A cluster that never recovers by itself, a Slack, and a configuration for bots in processes of their own, which both outlive. */
export interface BotStage {
  readonly folder: string;
  readonly file: string;
  readonly dm: DmStandIn;
  readonly downstream: Downstream;
  readonly slack: SlackStandIn;
  /** A bot in a process of its own; `killAt`: it kills itself at that write of a run, right after or right before it is durable. */
  bot(killAt?: number, when?: "before" | "after"): Promise<ChildProcess>;
  /** Methods of the calls that change something, in order. */
  writes(): string[];
  find(what: string, look: (message: Message) => boolean, withinMs?: number): Promise<Message>;
  /** Breaks the connections, waits for the card, asks for stop and start; the plan's message. */
  troubleWithPlan(): Promise<Message>;
  end(): Promise<void>;
}

const script = new URL("./bot-process.ts", import.meta.url).pathname;

export async function startBotStage(
  change: (content: Record<string, unknown>, stage: { readonly folder: string }) => object = (content) => content,
  secrets: { readonly taskPassword: string; readonly probePassword: string } | null = null,
): Promise<BotStage> {
  const folder = mkdtempSync(join(tmpdir(), "dm-medic-stage-"));
  const downstream = await startDownstream(
    secrets === null ? {} : { users: { u: secrets.taskPassword, probe: secrets.probePassword } },
  );
  const yaml = stringify({
    name: "orders",
    "task-mode": "incremental",
    "target-database": { host: "127.0.0.1", port: downstream.port, user: "u", password: secrets?.taskPassword ?? "" },
    "mysql-instances": [{ "source-id": "s1" }],
  });
  if (secrets !== null) {
    mkdirSync(join(folder, "tasks"));
    writeFileSync(join(folder, "tasks", "orders.yaml"), yaml);
  }
  const sources = [{ id: "s1", checkEnable: false }];
  const dm = await startDmStandIn({ version: "v8.1.0", sources, tasks: [yaml], downstream, letGoAfterMs: 300 });
  const commands = [{ command: "/dm", description: "", usageHint: "" }];
  const slack = await startSlackStandIn({ people: PEOPLE, groups: GROUPS, channels: CHANNELS, bot: BOT, commands });
  const content = {
    clusters: [
      {
        ...{ name: "shop", masters: [dm.url], channel: "C0ALERTS", pollSeconds: 1, taskPassword: "${EMPTY}" },
        roles: {
          viewer: nobody,
          operator: { ...nobody, users: ["U0ANA"] },
          approver: { ...nobody, users: ["U0BO"] },
          admin: nobody,
        },
        downstream: { host: "127.0.0.1", port: downstream.port, user: "probe", password: "${EMPTY}" },
      },
    ],
    slack: {
      ...{ mode: "socket", botToken: "${BOT_TOKEN}", appToken: "${APP_TOKEN}" },
      ...{ apiUrl: slack.apiUrl, defaultChannel: "C0ALERTS" },
    },
    store: { sqlite: "./medic.db" },
    policy: { leaseSeconds: 6, verifySeconds: 20 },
    logLevel: "silent",
  };
  const file = join(folder, "c.yaml");
  writeFileSync(file, stringify(change(content, { folder })));
  const env = { ...process.env, EMPTY: "", BOT_TOKEN: slack.botToken, APP_TOKEN: slack.appToken, SIGNING: slack.signingSecret };
  const children: ChildProcess[] = [];
  const find: BotStage["find"] = (what, look, withinMs) =>
    slack.workspace.waitFor(what, () => slack.workspace.messages.find(look), withinMs);
  return {
    ...{ folder, file, dm, downstream, slack, find },
    async bot(killAt = 0, when = "after") {
      const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", script, file, String(killAt), when], {
        env,
        stdio: ["ignore", "pipe", "inherit"],
      });
      children.push(child);
      await once(child.stdout!, "data");
      return child;
    },
    writes: () => dm.calls.flatMap(({ method }) => (method === "GET" ? [] : [method])),
    async troubleWithPlan() {
      dm.world.breakConnections("invalid-connection", "stop-start");
      const card = await find("the card", ({ text }) => text.includes("I-1"));
      await slack.act.type("bo", "C0ALERTS", "/dm plan orders stop-start");
      return find("the plan", ({ text, threadTs }) => threadTs === card.ts && text.includes("P-1"));
    },
    async end() {
      for (const child of children) if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      await slack.stop();
      await dm.stop();
      await downstream.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
