import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { stringify } from "yaml";
import { type Downstream, startDownstream } from "../stand-ins/databases/downstream.ts";
import { startUpstream, type Upstream } from "../stand-ins/databases/upstream.ts";
import { type DmStandIn, startDmStandIn } from "../stand-ins/dm/dm-stand-in.ts";
import type { Scenario, Stage } from "./scenarios/scenario.ts";

interface Account {
  readonly user: string;
  readonly password: string;
}

/** A stand-in DM with its databases and task files, set up for one scripted incident. */
export interface DmStage {
  readonly dm: DmStandIn;
  readonly downstream: Downstream;
  /** By source. */
  readonly upstreams: Readonly<Record<string, Upstream>>;
  /** Holds `tasks/`; goes away with the stage. */
  readonly folder: string;
  readonly tasksFolder: string;
  /** The disks of the workers, with `worker-ctl` and the upstreams' files; null: the bot reaches none. */
  readonly hostsFolder: string | null;
  readonly accounts: typeof ACCOUNTS;
  /** Plays the script to its end or until the signal; `alert` goes to whoever hears Alertmanager. */
  play(tell: (text: string) => void, signal: AbortSignal, alert?: Stage["alert"]): Promise<void>;
  stop(): Promise<void>;
}

const ACCOUNTS = {
  task: { user: "dm_task", password: "task-secret" },
  probe: { user: "medic_probe", password: "probe-secret" },
  source: { user: "dm_source", password: "source-secret" },
  meta: { user: "medic_meta", password: "meta-secret" },
  rows: { user: "medic_rows", password: "rows-secret" },
} as const satisfies Readonly<Record<string, Account>>;

type Undo = (() => Promise<void>)[];

export async function startStage(scenario: Scenario, { dmPort }: { readonly dmPort?: number } = {}): Promise<DmStage> {
  const folder = mkdtempSync(join(tmpdir(), "dm-medic-demo-"));
  const undo: Undo = [async () => rmSync(folder, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const one of undo.splice(0).toReversed()) await one();
  };
  try {
    const { downstream, upstreams } = await startDatabases(scenario, undo);
    const tasks = scenario.tasks.map((task) => taskText(task, scenario, downstream.port));
    const hostsFolder = scenario.databases?.relay ? join(folder, "hosts") : null;
    const dm = await startDm(scenario, { tasks, downstream, upstreams, hostsFolder, dmPort });
    undo.push(() => dm.stop());
    const tasksFolder = join(folder, "tasks");
    mkdirSync(tasksFolder);
    for (const [index, yaml] of tasks.entries())
      writeFileSync(join(tasksFolder, `${scenario.tasks[index]}.yaml`), yaml, { mode: 0o600 });
    const toPlay = (
      tell: Stage["tell"] = () => {},
      signal: AbortSignal = AbortSignal.timeout(BEFORE_WITHIN_MS),
      alert: Stage["alert"] = async () => {},
    ): Stage => ({ dm, downstream, tell, alert, wait: (seconds) => wait(seconds * 1000, undefined, { signal }) });
    await scenario.before?.(toPlay());
    return {
      ...{ dm, downstream, upstreams, folder, tasksFolder, hostsFolder, accounts: ACCOUNTS, stop },
      async play(tell, signal, alert) {
        try {
          await scenario.play(toPlay(tell, signal, alert));
        } catch (error) {
          if (!signal.aborted) throw error;
        }
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What happened before the bot came must be over by then. */
const BEFORE_WITHIN_MS = 60_000;

interface Databases {
  readonly downstream: Downstream;
  readonly upstreams: Readonly<Record<string, Upstream>>;
}

async function startDatabases({ sources, databases }: Scenario, undo: Undo): Promise<Databases> {
  const users = Object.fromEntries(Object.values(ACCOUNTS).map(({ user, password }) => [user, password]));
  const readers = [ACCOUNTS.probe.user];
  const downstream = await startDownstream({ users, readers });
  undo.push(() => downstream.stop());
  const upstreams: Record<string, Upstream> = {};
  for (const source of sources) {
    const upstream = await startUpstream({ users, readers, ...(databases ? { flavor: databases.flavor } : {}) });
    undo.push(() => upstream.stop());
    upstreams[source] = upstream;
  }
  return { downstream, upstreams };
}

interface DmParts extends Databases {
  readonly tasks: readonly string[];
  readonly hostsFolder: string | null;
  readonly dmPort: number | undefined;
}

function startDm(scenario: Scenario, { hostsFolder, dmPort, ...parts }: DmParts): Promise<DmStandIn> {
  const { version, databases } = scenario;
  const settings = { backoffMaxSeconds: 10, checkEnable: scenario.checkEnable ?? true, ...ACCOUNTS.source };
  const relay = databases?.relay ?? false;
  const { syncBytesPerSecond, relayBytesPerSecond } = databases ?? {};
  return startDmStandIn({
    ...{ version, ...parts },
    sources: scenario.sources.map((id) => ({ id, ...settings, relay })),
    ...(syncBytesPerSecond === undefined ? {} : { syncBytesPerSecond }),
    ...(relayBytesPerSecond === undefined ? {} : { relayBytesPerSecond }),
    // One worker with a source and none that is free, as most clusters have it.
    ...(databases ? { freeWorkers: 0, openapi: false } : {}),
    ...(hostsFolder === null ? {} : { relayFolder: hostsFolder }),
    ...(dmPort === undefined ? {} : { port: dmPort }),
  });
}

/** The first task replicates the shop; others have schemas of their own, so that no two write the same rows. */
function taskText(name: string, { sources, tasks }: Scenario, port: number): string {
  const schema = name === tasks[0] ? "shop" : name.replace(/-.*$/, "");
  return stringify({
    name,
    "task-mode": "incremental",
    "meta-schema": "dm_meta",
    "target-database": { host: "127.0.0.1", port, ...ACCOUNTS.task },
    "mysql-instances": sources.map((source) => ({
      "source-id": source,
      "block-allow-list": "shop",
      "syncer-config-name": "sync",
    })),
    "block-allow-list": { shop: { "do-dbs": [schema] } },
    syncers: { sync: { "worker-count": 16, batch: 100 } },
  });
}
