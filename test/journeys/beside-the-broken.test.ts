import assert from "node:assert/strict";
import { connect, createServer, type Socket } from "node:net";
import { describe, test } from "node:test";
import { loadConfig } from "../../src/config/config.ts";
import { startMedic } from "../../src/main.ts";
import { type BotStage, freePort, startBotStage } from "../support/bot-stage.ts";

/** A DM-master that takes connections and says nothing. */
async function startSilentMaster() {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => void sockets.add(socket.on("error", () => {})));
  const port = await freePort();
  await new Promise<void>((listening) => server.listen(port, "127.0.0.1", listening));
  return {
    url: `http://127.0.0.1:${port}`,
    stop(): void {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** One master of a cluster: a port that leads to the stand-in. */
async function startDoor(port: number, to: number) {
  const sockets = new Set<Socket>();
  let served = 0;
  const server = createServer((socket) => {
    served++;
    const onward = connect(to, "127.0.0.1");
    for (const one of [socket, onward]) sockets.add(one.on("error", () => {}));
    socket.pipe(onward).pipe(socket);
  });
  await new Promise<void>((listening) => server.listen(port, "127.0.0.1", listening));
  return {
    served: () => served,
    close(): void {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function startBot(set: BotStage) {
  const { botToken, appToken } = set.slack;
  const loaded = loadConfig(set.file, { EMPTY: "", BOT_TOKEN: botToken, APP_TOKEN: appToken });
  if (loaded.kind !== "ok") throw new Error(JSON.stringify(loaded.problems));
  return startMedic(loaded.config);
}
type Content = { readonly clusters: readonly Record<string, unknown>[] };

describe("beside something broken", { timeout: 120_000 }, () => {
  test("a cluster whose master is silent holds no other up: its neighbour is watched, diagnosed and repaired meanwhile", async () => {
    const silent = await startSilentMaster();
    const set = await startBotStage((content) => {
      const [shop] = (content as unknown as Content).clusters;
      const { downstream: _, ...rest } = shop!;
      return { ...content, clusters: [{ ...rest, name: "mute", masters: [silent.url] }, shop] };
    });
    const medic = await startBot(set);
    try {
      set.dm.world.breakConnections("invalid-connection", "stop-start");
      await set.find("the card", ({ text, threadTs }) => threadTs === null && text.includes("orders"), 10_000);
      await set.slack.act.type("bo", "C0ALERTS", "/dm plan orders stop-start");
      const plan = await set.find("the plan", ({ text, ephemeralTo }) => text.includes("P-1") && ephemeralTo === null, 10_000);
      await set.slack.act.press("bo", "C0ALERTS", plan.ts, "Approve");
      await set.find("the run's end", ({ text }) => /R-1.*proved/.test(text), 30_000);
      await set.find("the silent cluster's card", ({ text }) => text.includes("DM-masters of mute"), 60_000);

      assert.deepEqual(set.writes(), ["PUT", "POST"]);
    } finally {
      await medic.stop();
      silent.stop();
      await set.end();
    }
  });

  test("when the master that answers goes away another one is asked, and a run goes on there without doing a step twice", async () => {
    const ports = [await freePort(), await freePort()];
    const set = await startBotStage((content) => {
      const [shop] = (content as unknown as Content).clusters;
      return { ...content, clusters: [{ ...shop, masters: ports.map((port) => `http://127.0.0.1:${port}`) }] };
    });
    const [first, second] = await Promise.all(ports.map((port) => startDoor(port, set.dm.port)));
    const medic = await startBot(set);
    try {
      const plan = await set.troubleWithPlan();
      set.dm.faultNext({ matches: ({ method }) => method === "PUT", what: { kind: "lose-reply" } });
      await set.slack.act.press("bo", "C0ALERTS", plan.ts, "Approve");
      while (set.writes().length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      first!.close();

      await set.find("the run's end", ({ text }) => /R-1.*proved/.test(text), 40_000);

      assert.deepEqual(set.writes(), ["PUT", "POST"]);
      assert.ok(second!.served() > 0);
    } finally {
      await medic.stop();
      first!.close();
      second!.close();
      await set.end();
    }
  });
});
