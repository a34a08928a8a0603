import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { BOT, CHANNELS, GROUPS, PEOPLE } from "../../src/demo/cast.ts";
import { SCENARIOS } from "../../src/demo/scenarios.ts";
import { type DmStage, startStage } from "../../src/demo/stage.ts";
import { type SlackStandIn, startSlackStandIn } from "../../src/stand-ins/slack/slack-stand-in.ts";

export interface RealCluster {
  readonly stage: DmStage;
  readonly slack: SlackStandIn;
  /** A configuration file that names both. */
  readonly file: string;
  stop(): Promise<void>;
}

/** A cluster that is there on its own, as a user's would be, with a Slack and a configuration that names both. */
export async function startRealCluster(
  scenario: string,
  change: (content: Record<string, unknown>) => object = (content) => content,
): Promise<RealCluster> {
  const stage = await startStage(SCENARIOS[scenario]!);
  const slack = await startSlackStandIn({ people: PEOPLE, groups: GROUPS, channels: CHANNELS, bot: BOT, commands: [] });
  const file = join(stage.folder, "dm-medic.yaml");
  const { probe, task } = stage.accounts;
  for (const [name, secret] of [
    ["bot", slack.botToken],
    ["app", slack.appToken],
    ["probe", probe.password],
    ["task", task.password],
  ] as const)
    writeFileSync(join(stage.folder, name), secret);
  const cluster = {
    ...{ name: "prod", masters: [stage.dm.url], channel: "C0ALERTS", pollSeconds: 1 },
    roles: {
      viewer: {},
      operator: { groups: ["S0ONCALL"] },
      approver: { users: ["U0BO", "U0CHEN"] },
      admin: { users: ["U0CHEN"] },
    },
    onCall: { critical: "S0ONCALL" },
    tasks: { folder: "./tasks" },
    downstream: { host: "127.0.0.1", port: stage.downstream.port, user: probe.user, password: { file: "probe" } },
    taskPassword: { file: "task" },
  };
  const content = {
    clusters: [cluster],
    slack: {
      ...{ mode: "socket", botToken: { file: "bot" }, appToken: { file: "app" } },
      ...{ apiUrl: slack.apiUrl, defaultChannel: "C0ALERTS" },
    },
    store: { sqlite: "./dm-medic.db" },
    policy: { verifySeconds: 12, waitUntilGoneSeconds: 30, leaseSeconds: 30 },
    logLevel: "error",
  };
  writeFileSync(file, stringify(change(content)));
  return {
    stage,
    slack,
    file,
    async stop() {
      await slack.stop();
      await stage.stop();
    },
  };
}

/** Collects what a command prints. */
export function listen() {
  const heard = { out: "", complaints: "" };
  return {
    heard,
    print: (text: string) => {
      heard.out += text;
    },
    complain: (text: string) => {
      heard.complaints += text;
    },
  };
}
