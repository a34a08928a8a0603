import { join } from "node:path";
import type { SlackStandIn } from "../stand-ins/slack/slack-stand-in.ts";
import { CHANNELS } from "./cast.ts";
import type { Scenario } from "./scenarios/scenario.ts";
import type { DmStage } from "./stage.ts";

/** The configuration of the bot in the demo, and the environment that its secrets come from. */
export const tokensOf = ({ botToken, appToken }: SlackStandIn) => ({ DEMO_BOT_TOKEN: botToken, DEMO_APP_TOKEN: appToken });

export const slackSection = ({ apiUrl }: SlackStandIn) => ({
  mode: "socket",
  botToken: "${DEMO_BOT_TOKEN}",
  appToken: "${DEMO_APP_TOKEN}",
  apiUrl,
  defaultChannel: CHANNELS[0].id,
  auditChannel: CHANNELS[1].id,
});

const nobody = { users: [], groups: [] };
/** Who may do what; the same people in every cluster. */
export const PARTS = {
  channel: CHANNELS[0].id,
  roles: {
    viewer: { ...nobody, users: ["U0KIM"] },
    operator: { ...nobody, groups: ["S0ONCALL"] },
    approver: { ...nobody, users: ["U0BO"] },
    admin: { ...nobody, users: ["U0CHEN"] },
  },
  onCall: { critical: "S0ONCALL", warning: "S0ONCALL" },
};

/** What Alertmanager has to show to be heard. */
export const WEBHOOK_SECRET = "stand-in-alertmanager";

export const environmentOf = (stage: DmStage, slack: SlackStandIn) => ({
  ...tokensOf(slack),
  PATH: "/usr/local/bin:/usr/bin:/bin",
  WEBHOOK_SECRET,
  ...Object.fromEntries(
    Object.entries(stage.accounts).map(([name, { password }]) => [`${name.toUpperCase()}_PASSWORD`, password]),
  ),
});

const account = (stage: DmStage, name: keyof DmStage["accounts"]) => ({
  user: stage.accounts[name].user,
  password: `\${${name.toUpperCase()}_PASSWORD}`,
});

export function configOf(scenario: Scenario, stage: DmStage, slack: SlackStandIn, logLevel: string): object {
  const { dm, downstream } = stage;
  const cluster = {
    ...{ name: "shop", masters: [dm.url], pollSeconds: scenario.databases ? 1 : 2, tasks: { folder: "./tasks" }, ...PARTS },
    downstream: { host: "127.0.0.1", port: downstream.port, ...account(stage, "probe") },
    taskPassword: "${TASK_PASSWORD}",
    // DM's own alerts carry the name of their environment, and no other word for the cluster.
    alertLabels: { env: "shop" },
    ...(scenario.databases ? accessOf(stage) : {}),
  };
  return {
    clusters: [cluster],
    slack: slackSection(slack),
    store: { sqlite: "./dm-medic.db" },
    http: { port: 0, webhook: { bearer: "${WEBHOOK_SECRET}" } },
    policy: {
      ...{ coolDownSeconds: 5, verifySeconds: 12, waitUntilGoneSeconds: 30, remindAfterSeconds: 60, leaseSeconds: 30 },
      ...(scenario.databases ? { lookAtBinlogsSeconds: 4, passFileSeconds: 120, compareSeconds: 60, verifySeconds: 20 } : {}),
    },
    keys: "./keys",
    logLevel,
  };
}

/** Both databases with the three accounts of the bot, and the workers' hosts where they have disks. */
function accessOf(stage: DmStage): object {
  const { upstreams, hostsFolder, dm } = stage;
  const sources = Object.entries(upstreams).map(([source, { port }]) => [
    source,
    { upstream: { host: "127.0.0.1", port, ...account(stage, "probe") }, password: "${SOURCE_PASSWORD}" },
  ]);
  return {
    metaWriter: account(stage, "meta"),
    rowWriter: account(stage, "rows"),
    sources: Object.fromEntries(sources) as object,
    ...(hostsFolder === null ? {} : { workerHosts: hostsOf(hostsFolder, dm) }),
  };
}

/** The workers' disks are folders of this machine, so nothing stands before a command. */
function hostsOf(folder: string, { world }: DmStage["dm"]): object {
  const control = join(folder, "worker-ctl");
  return Object.fromEntries(
    [...world.workers.values()].map(({ name: worker, address }) => {
      const source = world.sourceOf(worker)?.id ?? "none";
      return [
        // v1.0 tells no names: a worker is known by its address there.
        world.version.startsWith("v1.") ? address : worker,
        {
          ...{ form: "command", run: [], relayDirectory: join(folder, worker) },
          stop: { onHost: [control, "stop", worker] },
          start: { onHost: [control, "start", worker] },
          status: { onHost: [control, "status", worker] },
          fetch: { onHost: ["cp", "--sparse=always", join(folder, "upstreams", source, "{file}"), "{target}"] },
        },
      ];
    }),
  );
}
