import { WebClient } from "@slack/web-api";
import { systemClock } from "../../src/adapters/clock/system-clock.ts";
import { createLog } from "../../src/adapters/log/log.ts";
import { createMetrics } from "../../src/adapters/metrics/metrics.ts";
import { createSender } from "../../src/adapters/slack/sender.ts";
import type { Store } from "../../src/app/ports/store.ts";
import { type SlackStandIn, startSlackStandIn } from "../../src/stand-ins/slack/slack-stand-in.ts";

export interface SlackEnd {
  readonly slack: SlackStandIn;
  /** Sends what is due, so many times; a second of Slack's limits passes after each and costs no second of the test. */
  send(times: number): Promise<void>;
  /** So many seconds pass for the sender. */
  pass(seconds: number): void;
  /** Every message as it stands in Slack now. */
  texts(): string[];
  /** How many wishes wait. */
  waiting(): Promise<number>;
  stop(): Promise<void>;
}

const SILENT = { debug() {}, info() {}, warn() {}, error() {}, setLevel() {}, getLevel: () => "error" as never, setName() {} };

/** The real sender between a store's outbox and a stand-in Slack. */
export async function startSlackEnd(store: Store): Promise<SlackEnd> {
  const slack = await startSlackStandIn({
    ...{ people: [], groups: [], commands: [], bot: { userId: "UB", botId: "B", appId: "A", name: "dm-medic" } },
    channels: [{ id: "C1", name: "alerts", topic: "" }],
  });
  let passed = 0;
  const clock = { ...systemClock, now: () => Date.now() + passed, monotonic: () => performance.now() + passed };
  const client = new WebClient(slack.botToken, {
    ...{ slackApiUrl: slack.apiUrl, logger: SILENT, retryConfig: { retries: 0 }, rejectRateLimitedCalls: true, timeout: 2_000 },
  });
  const sender = createSender({
    ...{ client, store, clock, metrics: createMetrics(), log: createLog("silent"), defaultChannel: "C1" },
    ...{ languageOf: () => "en" as const, isActive: () => true },
  });
  return {
    slack,
    async send(times) {
      for (let round = 0; round < times; round++) {
        await sender.sendDue();
        passed += 1_300;
      }
    },
    pass(seconds) {
      passed += seconds * 1_000;
    },
    texts: () => slack.workspace.messages.map(({ text }) => text),
    waiting: async () => (await store.outbox.waiting()).count,
    stop: () => slack.stop(),
  };
}
