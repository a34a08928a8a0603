import { appendFileSync } from "node:fs";
import type { Store, StoreParts } from "../../src/app/ports/store.ts";
import { loadConfig } from "../../src/config/config.ts";
import type { Run } from "../../src/domain/run/run.ts";
import { startMedic } from "../../src/main.ts";

/**
 * `node bot-process.ts CONFIG KILL_AT WHEN`: the bot, which kills itself with SIGKILL at its n-th write of a run: `before` it is
 * durable (what the write tells of has happened outside), or right `after`. Each durable one adds its number and its words to CONFIG.writes.
 */
const [file = "", killAt = "0", when = "after"] = process.argv.slice(2);
const loaded = loadConfig(file, process.env);
if (loaded.kind === "problems") throw new Error(JSON.stringify(loaded.problems));

let count = 0;
const die = (): void => void process.kill(process.pid, "SIGKILL");

/** What a run's write tells: how far it is. */
function wordsOf({ state, steps }: Run): string {
  const last = steps.findLast((record) => record.state.kind !== "todo");
  return state.kind === "running" && last ? `${last.step.action.kind} ${last.state.kind}` : `run ${state.kind}`;
}

async function write<T>(work: () => Promise<T>): Promise<T> {
  const number = ++count;
  if (when === "before" && number === Number(killAt)) die();
  const value = await work();
  appendFileSync(`${file}.writes`, `${number} kept\n`);
  if (when === "after" && number === Number(killAt)) die();
  return value;
}

function watched(store: Store): Store {
  return {
    ...store,
    kept: { ...store.kept, put: (name, text) => write(() => store.kept.put(name, text)) },
    async transaction(work) {
      let words: string | null = null;
      const seen = (tx: StoreParts): StoreParts => ({
        ...tx,
        kept: {
          ...tx.kept,
          put(name, text) {
            words = "kept";
            return tx.kept.put(name, text);
          },
        },
        runs: {
          ...tx.runs,
          insert(run, locks) {
            words = "run inserted";
            return tx.runs.insert(run, locks);
          },
          update(run, fence) {
            words = wordsOf(run);
            return tx.runs.update(run, fence);
          },
        },
      });
      let number = 0;
      const value = await store.transaction(async (tx) => {
        const done = await work(seen(tx));
        // Inside: nothing of it is durable yet.
        if (words !== null) number = ++count;
        if (words !== null && when === "before" && number === Number(killAt)) die();
        return done;
      });
      if (words !== null) appendFileSync(`${file}.writes`, `${number} ${words}\n`);
      if (words !== null && when === "after" && number === Number(killAt)) die();
      return value;
    },
  };
}

const medic = await startMedic(loaded.config, { wrapStore: watched });
console.log("started");

for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => void medic.stop().then(() => process.exit(0)));
