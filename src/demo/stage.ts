import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { stringify } from "yaml";
import { type Downstream, startDownstream } from "../stand-ins/databases/downstream.ts";
import { type DmStandIn, startDmStandIn } from "../stand-ins/dm/dm-stand-in.ts";
import type { Scenario } from "./scenarios.ts";

interface Account {
  readonly user: string;
  readonly password: string;
}

/** A stand-in DM with its downstream and task files, set up for one scripted incident. */
export interface DmStage {
  readonly dm: DmStandIn;
  readonly downstream: Downstream;
  /** Holds `tasks/`; goes away with the stage. */
  readonly folder: string;
  readonly tasksFolder: string;
  readonly accounts: { readonly task: Account; readonly probe: Account };
  /** Plays the script to its end or until the signal. */
  play(tell: (text: string) => void, signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

const ACCOUNTS = {
  task: { user: "dm_task", password: "task-secret" },
  probe: { user: "medic_probe", password: "probe-secret" },
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
    const sources = scenario.sources.map((id) => ({ id, backoffMaxSeconds: 10, checkEnable: scenario.checkEnable ?? true }));
    const dm = await startDmStandIn({
      ...{ version: scenario.version, sources, tasks, downstream },
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
    return { dm, downstream, folder, tasksFolder, accounts: ACCOUNTS, play, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function taskText(name: string, { sources }: Scenario, port: number): string {
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
    "block-allow-list": { shop: { "do-dbs": ["shop"] } },
    syncers: { sync: { "worker-count": 16, batch: 100 } },
  });
}
