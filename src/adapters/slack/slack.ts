import { App, HTTPReceiver, type Logger, LogLevel, SocketModeReceiver } from "@slack/bolt";
import { WebClient } from "@slack/web-api";
import type { Clicks } from "../../app/clicks/handle-click.ts";
import { languageOf } from "../../app/commands/asking.ts";
import type { Commands } from "../../app/commands/handle-command.ts";
import type { Chat } from "../../app/ports/chat.ts";
import type { Clock } from "../../app/ports/clock.ts";
import type { Log } from "../../app/ports/log.ts";
import type { Metrics } from "../../app/ports/metrics.ts";
import type { Settings } from "../../app/ports/settings.ts";
import type { Store } from "../../app/ports/store.ts";
import { createChat } from "./chat.ts";
import { type ListenerParts, registerListeners, workWaitingClicks } from "./listeners.ts";
import { createSender } from "./sender.ts";

export type SlackConnection = {
  readonly botToken: string;
  /** Slack's own address, or a stand-in's. */
  readonly apiUrl: string;
} & (
  | { readonly mode: "socket"; readonly appToken: string }
  | { readonly mode: "http"; readonly signingSecret: string; readonly port: number }
);

export interface SlackParts {
  readonly connection: SlackConnection;
  readonly store: Store;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly isActive: () => boolean;
}

export interface SlackSide {
  readonly chat: Chat;
  /** Begins to connect and returns: Slack may be down, the rest works. */
  start(handlers: { readonly clicks: Clicks; readonly commands: Commands }): void;
  connected(): boolean;
  /** Sends what is due and works on clicks that somebody else stored. */
  tick(): Promise<void>;
  /** Takes nothing new and waits for handlers under way, at most that long. */
  stop(deadlineMs: number): Promise<void>;
}

const RETRIES_OFF = { retryConfig: { retries: 0 }, rejectRateLimitedCalls: true, timeout: 10_000 };
const INIT_AGAIN_MS = 2_000;

export function createSlack(parts: SlackParts): SlackSide {
  const { connection, log, clock, metrics } = parts;
  const logger = quietLogger(log);
  const client = new WebClient(connection.botToken, { slackApiUrl: connection.apiUrl, logger, ...RETRIES_OFF });
  const sender = createSender({
    client,
    store: parts.store,
    clock,
    metrics,
    log,
    defaultChannel: parts.settings.defaultChannel,
    languageOf: (channel) => languageOf(parts.settings, channel),
    isActive: parts.isActive,
  });
  const stopping = new AbortController();
  let app: App | null = null;
  let listening: ListenerParts | null = null;
  let isConnected = false;
  let inFlight = 0;

  function mark(connected: boolean): void {
    isConnected = connected;
    metrics.set("dm_medic_slack_connected", connected ? 1 : 0);
  }

  async function connect(fresh: App): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await fresh.init();
        await (connection.mode === "http" ? fresh.start(connection.port) : fresh.start());
        mark(true);
        return;
      } catch (error) {
        log.warn({ err: error }, "Slack cannot be reached yet; the rest of me works");
        await clock.sleep(INIT_AGAIN_MS, stopping.signal).catch(() => {});
      }
    }
  }

  return {
    chat: createChat({ client, clock, log }),
    connected: () => isConnected,
    start({ clicks, commands }) {
      app = createApp(connection, logger, mark, metrics);
      app.use(async ({ next }) => {
        inFlight++;
        try {
          await next();
        } finally {
          inFlight--;
        }
      });
      app.error(async (error) => log.error({ err: error }, "a Slack listener failed"));
      listening = { ...parts, clicks, commands, signal: stopping.signal, underWay: new Set() };
      registerListeners(app, listening);
      void connect(app);
    },
    async tick() {
      if (!parts.isActive()) return;
      await sender.sendDue();
      if (listening) await workWaitingClicks(listening, client);
    },
    async stop(deadlineMs) {
      const until = clock.monotonic() + deadlineMs;
      const running = app;
      if (running && isConnected)
        await running.stop().catch((error: unknown) => log.warn({ err: error }, "Slack's connection did not close"));
      while (inFlight > 0 && clock.monotonic() < until) await clock.sleep(20);
      stopping.abort();
      mark(false);
    },
  };
}

function createApp(connection: SlackConnection, logger: Logger, mark: (connected: boolean) => void, metrics: Metrics): App {
  // Each receiver gets options of its own: Bolt changes the object that it is given.
  const clientOptions = () => ({
    slackApiUrl: connection.apiUrl,
    timeout: 10_000,
    retryConfig: { retries: 3, factor: 2, maxTimeout: 10_000 },
  });
  const common = {
    token: connection.botToken,
    logger,
    clientOptions: { ...clientOptions(), retryConfig: { retries: 1 } },
    deferInitialization: true,
  };
  if (connection.mode === "http") {
    const receiver = new HTTPReceiver({ signingSecret: connection.signingSecret, logger, endpoints: "/slack/events" });
    const listen = receiver.requestListener;
    receiver.requestListener = (request, response) => {
      response.once("finish", () => {
        const status = String(response.statusCode);
        if (response.statusCode >= 400) metrics.count("dm_medic_slack_requests_refused_total", { status });
      });
      listen(request, response);
    };
    return new App({ ...common, receiver });
  }
  // 2 s is the shortest ping time-out that stays stable, and it is also the gap after Slack's own refresh.
  const receiver = new SocketModeReceiver({
    appToken: connection.appToken,
    logger,
    clientPingTimeout: 2_000,
    installerOptions: { clientOptions: clientOptions() },
  });
  for (const event of ["connected", "reconnecting", "disconnected"]) receiver.client.on(event, () => mark(event === "connected"));
  return new App({ ...common, receiver });
}

/** Bolt's words at debug level hold whole payloads, so nothing below a warning is passed on. */
function quietLogger(log: Log): Logger {
  const nothing = () => {};
  return {
    debug: nothing,
    info: nothing,
    warn: (...words) => log.warn({ words: words.map(String).join(" ").slice(0, 500) }, "Slack's library warns"),
    error: (...words) => log.error({ words: words.map(String).join(" ").slice(0, 500) }, "Slack's library reports an error"),
    setLevel: nothing,
    getLevel: () => LogLevel.WARN,
    setName: nothing,
  };
}
