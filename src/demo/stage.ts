import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { stringify } from "yaml";
import { type Downstream, startDownstream } from "../stand-ins/databases/downstream.ts";
import { startUpstream, type Upstream } from "../stand-ins/databases/upstream.ts";
import { type DmStandIn, startDmStandIn } from "../stand-ins/dm/dm-stand-in.ts";
import type { Scenario } from "./scenarios.ts";

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
  readonly accounts: { readonly task: Account; readonly probe: Account; readonly source: Account };
  /** Plays the script to its end or until the signal. */
  play(tell: (text: string) => void, signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

const ACCOUNTS = {
  task: { user: "dm_task", password: "task-secret" },
  probe: { user: "medic_probe", password: "probe-secret" },
  source: { user: "dm_source", password: "source-secret" },
} as const;

export async function startStage(scenario: Scenario, { dmPort }: { readonly dmPort?: number } = {}): Promise<DmStage> {
  const folder = mkdtempSync(join(tmpdir(), "dm-medic-demo-"));
  const undo: (() => Promise<void>)[] = [async () => rmSync(folder, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const one of undo.splice(0).toReversed()) await one();
  };
  try {
    const users = Object.fromEntries(Object.values(ACCOUNTS).map(({ user, password }) => [user, password]));
    const downstream = await startDownstream({ users, readers: [ACCOUNTS.probe.user] });
    undo.push(() => downstream.stop());
    const tasks = scenario.tasks.map((task) => taskText(task, scenario, downstream.port));
    const upstreams: Record<string, Upstream> = {};
    for (const source of scenario.sources) {
      const upstream = await startUpstream({ users, readers: [ACCOUNTS.probe.user] });
      undo.push(() => upstream.stop());
      upstreams[source] = upstream;
    }
    const settings = { backoffMaxSeconds: 10, checkEnable: scenario.checkEnable ?? true, ...ACCOUNTS.source };
    const sources = scenario.sources.map((id) => ({ id, ...settings }));
    const dm = await startDmStandIn({
      ...{ version: scenario.version, sources, tasks, downstream, upstreams },
      ...(dmPort === undefined ? {} : { port: dmPort }),
    });
    undo.push(() => dm.stop());
    const tasksFolder = join(folder, "tasks");
    mkdirSync(tasksFolder);
    for (const [index, yaml] of tasks.entries())
      writeFileSync(join(tasksFolder, `${scenario.tasks[index]}.yaml`), yaml, { mode: 0o600 });
    async function play(tell: (text: string) => void, signal: AbortSignal): Promise<void> {
      const pause = (seconds: number) => wait(seconds * 1000, undefined, { signal });
      try {
        await scenario.play({ dm, downstream, tell, wait: pause });
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    }
    return { dm, downstream, upstreams, folder, tasksFolder, accounts: ACCOUNTS, play, stop };
  } catch (error) {
    await stop();
    throw error;
  }
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
