import { loadConfig } from "../../src/config/config.ts";
import { startMedic } from "../../src/main.ts";

/** `node bot-process.ts CONFIG KILL_AT`: the bot, which kills itself with SIGKILL right after its n-th transaction that belongs to a run. */
const [file = "", killAt = "0"] = process.argv.slice(2);
const loaded = loadConfig(file, process.env);
if (loaded.kind === "problems") throw new Error(JSON.stringify(loaded.problems));

let count = 0;
const medic = await startMedic(loaded.config, {
  wrapStore: (store) => ({
    ...store,
    async transaction(work) {
      const value = await store.transaction(work);
      const running = (await store.runs.unfinished()).length > 0;
      if (running && ++count === Number(killAt)) process.kill(process.pid, "SIGKILL");
      return value;
    },
  }),
});
console.log("started");

for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => void medic.stop().then(() => process.exit(0)));
