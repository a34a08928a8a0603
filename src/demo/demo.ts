import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { stringify } from "yaml";
import { COMMAND_NAMES } from "../adapters/slack/command-name.ts";
import { loadConfig } from "../config/config.ts";
import { type Medic, startMedic } from "../main.ts";
import { type Downstream, startDownstream } from "../stand-ins/databases/downstream.ts";
import { type DmStandIn, startDmStandIn } from "../stand-ins/dm/dm-stand-in.ts";
import { type SlackStandIn, startSlackStandIn } from "../stand-ins/slack/slack-stand-in.ts";
import { BOT, CHANNELS, GROUPS, PEOPLE } from "./cast.ts";
import { SCENARIOS, type Scenario } from "./scenarios.ts";

export interface Demo {
  readonly url: string;
  readonly slack: SlackStandIn;
  readonly dm: DmStandIn;
  readonly downstream: Downstream;
  readonly medic: Medic;
  /** Ends when the scripted incident has been played. */
  readonly played: Promise<void>;
  stop(): Promise<void>;
}

const TASK_USER = { user: "dm_task", password: "task-secret" };
const PROBE_USER = { user: "medic_probe", password: "probe-secret" };

/** The real bot on SQLite between a stand-in Slack and a stand-in DM, all on 127.0.0.1, and a scripted incident. */
export async function startDemo(
  name: string,
  options: { readonly port?: number; readonly logLevel?: string } = {},
): Promise<Demo> {
  const scenario = SCENARIOS[name];
  if (!scenario) throw new Error(`there is no scenario ${name}; there are ${Object.keys(SCENARIOS).join(", ")}`);
  const undo: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    ending.abort();
    for (const one of undo.splice(0).toReversed()) await one();
  };
  const ending = new AbortController();
  try {
    const folder = mkdtempSync(join(tmpdir(), "dm-medic-demo-"));
    undo.push(async () => rmSync(folder, { recursive: true, force: true }));
    const downstream = await startDownstream({
      users: { [TASK_USER.user]: TASK_USER.password, [PROBE_USER.user]: PROBE_USER.password },
    });
    undo.push(() => downstream.stop());
    const yamls = scenario.tasks.map((task) => taskText(task, scenario, downstream.port));
    const sources = scenario.sources.map((id) => ({ id, backoffMaxSeconds: 10, checkEnable: scenario.checkEnable ?? true }));
    const dm = await startDmStandIn({ version: scenario.version, sources, tasks: yamls, downstream });
    undo.push(() => dm.stop());
    const slack = await startSlackStandIn({
      people: PEOPLE,
      groups: GROUPS,
      channels: CHANNELS,
      bot: BOT,
      commands: commandsOf(),
      ...(options.port === undefined ? {} : { port: options.port }),
    });
    undo.push(() => slack.stop());
    const file = writeConfig(folder, { scenario, yamls, dm, downstream, slack, logLevel: options.logLevel ?? "error" });
    const loaded = loadConfig(file, {
      BOT_TOKEN: slack.botToken,
      APP_TOKEN: slack.appToken,
      PROBE_PASSWORD: PROBE_USER.password,
      TASK_PASSWORD: TASK_USER.password,
    });
    if (loaded.kind === "problems") throw new Error(JSON.stringify(loaded.problems));
    const medic = await startMedic(loaded.config);
    undo.push(() => medic.stop());
    const pause = (seconds: number) => wait(seconds * 1000, undefined, { signal: ending.signal });
    const played = scenario
      .play({ dm, downstream, tell: (text) => slack.workspace.setBanner(text), wait: pause })
      .catch((error: unknown) => {
        if (!ending.signal.aborted) throw error;
      });
    return { url: slack.pageUrl, slack, dm, downstream, medic, played, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const commandsOf = () =>
  COMMAND_NAMES.map((command) => ({
    command,
    description: "DM tasks and incidents",
    usageHint: "status | list | diagnose <task> | plan <task> | explain <code> | audit | help",
  }));

function taskText(name: string, { sources }: Scenario, port: number): string {
  return stringify({
    name,
    "task-mode": "incremental",
    "meta-schema": "dm_meta",
    "target-database": { host: "127.0.0.1", port, ...TASK_USER },
    "mysql-instances": sources.map((source) => ({
      "source-id": source,
      "block-allow-list": "shop",
      "syncer-config-name": "sync",
    })),
    "block-allow-list": { shop: { "do-dbs": ["shop"] } },
    syncers: { sync: { "worker-count": 16, batch: 100 } },
  });
}

interface ConfigParts {
  readonly scenario: Scenario;
  readonly yamls: readonly string[];
  readonly dm: DmStandIn;
  readonly downstream: Downstream;
  readonly slack: SlackStandIn;
  readonly logLevel: string;
}

function writeConfig(folder: string, { scenario, yamls, dm, downstream, slack, logLevel }: ConfigParts): string {
  mkdirSync(join(folder, "tasks"));
  for (const [index, yaml] of yamls.entries())
    writeFileSync(join(folder, "tasks", `${scenario.tasks[index]}.yaml`), yaml, { mode: 0o600 });
  const nobody = { users: [], groups: [] };
  const cluster = {
    name: "shop",
    masters: [dm.url],
    channel: CHANNELS[0].id,
    pollSeconds: 2,
    roles: {
      viewer: { ...nobody, users: ["U0KIM"] },
      operator: { ...nobody, groups: ["S0ONCALL"] },
      approver: { ...nobody, users: ["U0BO"] },
      admin: { ...nobody, users: ["U0CHEN"] },
    },
    onCall: { critical: "S0ONCALL", warning: "S0ONCALL" },
    tasks: { folder: "./tasks" },
    downstream: { host: "127.0.0.1", port: downstream.port, user: PROBE_USER.user, password: "${PROBE_PASSWORD}" },
    taskPassword: "${TASK_PASSWORD}",
  };
  const file = {
    clusters: [cluster],
    slack: {
      mode: "socket",
      botToken: "${BOT_TOKEN}",
      appToken: "${APP_TOKEN}",
      apiUrl: slack.apiUrl,
      defaultChannel: CHANNELS[0].id,
      auditChannel: CHANNELS[1].id,
    },
    store: { sqlite: "./dm-medic.db" },
    policy: { verifySeconds: 12, waitUntilGoneSeconds: 30, remindAfterSeconds: 60, leaseSeconds: 30 },
    keys: "./keys",
    logLevel,
  };
  const path = join(folder, "dm-medic.yaml");
  writeFileSync(path, stringify(file));
  return path;
}
