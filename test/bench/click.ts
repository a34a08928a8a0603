import { setTimeout as wait } from "node:timers/promises";
import { App, LogLevel, SocketModeReceiver } from "@slack/bolt";
import { BOT, CHANNELS, GROUPS, PEOPLE } from "../../src/demo/cast.ts";
import { type Demo, startDemo } from "../../src/demo/demo.ts";
import { type SlackStandIn, startSlackStandIn } from "../../src/stand-ins/slack/slack-stand-in.ts";
import { addMessage } from "../../src/stand-ins/slack/web-api.ts";
import { type Figure, percentile } from "./measure.ts";

const CLICKS = 300;

/** Milliseconds from the press to the acknowledgement, one press after another on one message. */
async function ackTimes(slack: SlackStandIn): Promise<number[]> {
  slack.faults.limitsRates = false;
  const element = { type: "button", action_id: "check-again:0", value: "I-none", text: { type: "plain_text", text: "Press" } };
  const message = addMessage(slack.workspace, {
    channel: "C0ALERTS",
    threadTs: null,
    user: BOT.userId,
    text: "x",
    blocks: [{ type: "actions", block_id: "b", elements: [element] }],
    ephemeralTo: null,
  });
  const times: number[] = [];
  for (let index = 0; index < CLICKS; index++) {
    const begun = performance.now();
    await slack.act.press("ana", "C0ALERTS", message.ts, "Press");
    if (index >= 20) times.push(performance.now() - begun);
    // The next press of a person comes later: what follows the acknowledgement must not be counted into the next one.
    await wait(20);
  }
  return times;
}

async function bareTimes(): Promise<number[]> {
  const slack = await startSlackStandIn({ people: PEOPLE, groups: GROUPS, channels: CHANNELS, bot: BOT, commands: [] });
  const receiver = new SocketModeReceiver({
    appToken: slack.appToken,
    logLevel: LogLevel.ERROR,
    installerOptions: { clientOptions: { slackApiUrl: slack.apiUrl } },
  });
  const app = new App({
    token: slack.botToken,
    receiver,
    logLevel: LogLevel.ERROR,
    clientOptions: { slackApiUrl: slack.apiUrl },
  });
  app.action(/.*/, async ({ ack }) => ack());
  await app.start();
  const times = await ackTimes(slack);
  await app.stop();
  await slack.stop();
  return times;
}

export async function benchClick(): Promise<Figure[]> {
  const bare = await bareTimes();
  const demo: Demo = await startDemo("paused-by-person", { logLevel: "silent" });
  await demo.slack.workspace.waitFor("the connection", () => demo.slack.sockets.isConnected && "yes");
  const ours = await ackTimes(demo.slack);
  await demo.stop();
  const [a, b] = [percentile(ours, 0.99), percentile(bare, 0.99)];
  return [
    {
      name: "click to acknowledged, p99 / a bare Bolt listener's",
      ratio: a / b,
      bound: 5,
      unit: "at most",
      detail: `${a.toFixed(1)} ms / ${b.toFixed(1)} ms`,
    },
  ];
}
