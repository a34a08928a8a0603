import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { WebSocketServer } from "ws";
import { deliverByHttp, SocketDelivery } from "./delivery.ts";
import { createDriver, type Driver } from "./driver.ts";
import { Faults } from "./faults.ts";
import { createRequestHandler, isOurHost } from "./request-handler.ts";
import { type Bot, type Channel, type Person, type UserGroup, Workspace } from "./workspace.ts";

export interface SlackStandInOptions {
  readonly port?: number;
  readonly people: readonly Person[];
  readonly groups: readonly UserGroup[];
  readonly channels: readonly Channel[];
  readonly bot: Bot;
  readonly commands: readonly { readonly command: string; readonly description: string; readonly usageHint: string }[];
  /** HTTP mode: where events go; without it Socket Mode. */
  readonly requestUrl?: string;
}

export interface ApiCall {
  readonly method: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly at: number;
  readonly ok: boolean;
}

export interface SlackStandIn {
  readonly port: number;
  readonly apiUrl: string;
  /** With the token in its fragment; the page moves it into its own memory. */
  readonly pageUrl: string;
  readonly pageToken: string;
  readonly botToken: string;
  readonly appToken: string;
  readonly signingSecret: string;
  readonly workspace: Workspace;
  readonly faults: Faults;
  readonly sockets: SocketDelivery;
  readonly act: Driver;
  /** Every Web API call, in order. */
  readonly calls: readonly ApiCall[];
  setRequestUrl(url: string): void;
  stop(): Promise<void>;
}

const TRIGGER_LIVES_MS = 3_000;
const RESPONSE_URL_LIVES_MS = 30 * 60_000;
const RESPONSE_URL_USES = 5;

export interface ResponseTarget {
  readonly channel: string;
  readonly person: string;
  readonly messageTs: string | null;
}

/** A Slack on 127.0.0.1: Web API, Socket Mode and signed HTTP, a page to look at and press, and a driver for tests. */
export async function startSlackStandIn(options: SlackStandInOptions): Promise<SlackStandIn> {
  const workspace = new Workspace(options);
  const faults = new Faults();
  const sockets = new SocketDelivery();
  const calls: ApiCall[] = [];
  const triggers = new Map<string, { readonly person: string; readonly at: number; used: boolean }>();
  const responses = new Map<string, { readonly target: ResponseTarget; readonly at: number; uses: number }>();
  const secret = (): string => randomBytes(16).toString("hex");
  const [pageToken, signingSecret] = [secret(), secret()];
  const [botToken, appToken] = [`xoxb-${secret()}`, `xapp-${secret()}`];
  /** Socket Mode addresses that were given out and not yet used. */
  const tickets = new Set<string>();
  let requestUrl = options.requestUrl ?? null;
  let port = 0;

  const act = createDriver({
    workspace,
    commands: options.commands,
    deliver: (payload) =>
      requestUrl === null ? sockets.deliver(payload) : deliverByHttp(requestUrl, signingSecret, payload, false),
    newTrigger(person) {
      const id = `${Date.now()}.${secret()}`;
      triggers.set(id, { person, at: Date.now(), used: false });
      return id;
    },
    newResponseUrl(target) {
      const id = secret();
      responses.set(id, { target, at: Date.now(), uses: 0 });
      return `http://127.0.0.1:${port}/respond/${id}`;
    },
  });

  const server = createServer(
    createRequestHandler({
      workspace,
      faults,
      sockets,
      act,
      calls,
      pageToken,
      botToken,
      appToken,
      commands: options.commands,
      port: () => port,
      isConnected: () => requestUrl !== null || sockets.isConnected,
      newSocketUrl() {
        const ticket = secret();
        tickets.add(ticket);
        return `ws://127.0.0.1:${port}/link?ticket=${ticket}`;
      },
      takeTrigger(id) {
        const trigger = triggers.get(id);
        if (!trigger || Date.now() - trigger.at > TRIGGER_LIVES_MS) return "expired_trigger_id";
        if (trigger.used) return "exchanged_trigger_id";
        trigger.used = true;
        return { person: trigger.person };
      },
      takeResponse(id) {
        const known = responses.get(id);
        if (!known || Date.now() - known.at > RESPONSE_URL_LIVES_MS) return "expired_url";
        if (known.uses >= RESPONSE_URL_USES) return "used_url";
        known.uses++;
        return known.target;
      },
    }),
  );
  const webSockets = new WebSocketServer({ noServer: true });
  server.on("upgrade", (request, socket, head) => {
    // A page elsewhere may open sockets to this machine, so a socket needs the right names and a ticket that the app asked for.
    const asked = new URL(request.url ?? "/", "http://stand-in");
    const hasTicket = asked.pathname === "/link" && tickets.delete(asked.searchParams.get("ticket") ?? "");
    if (faults.isDown || !hasTicket || !isOurHost(port, request)) return socket.destroy();
    webSockets.handleUpgrade(request, socket, head, (opened) => sockets.add(opened));
  });
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  port = (server.address() as { port: number }).port;

  return {
    port,
    apiUrl: `http://127.0.0.1:${port}/api/`,
    pageUrl: `http://127.0.0.1:${port}/#${pageToken}`,
    pageToken,
    botToken,
    appToken,
    signingSecret,
    workspace,
    faults,
    sockets,
    act,
    calls,
    setRequestUrl(url) {
      requestUrl = url;
    },
    async stop() {
      // The client's close handshake first: without it a test runner waits half a minute for the socket.
      for (const client of webSockets.clients) client.close();
      const quiet = setTimeout(() => sockets.drop(), 50);
      await new Promise<void>((done) => {
        server.close(() => done());
        setTimeout(() => server.closeAllConnections(), 100);
      });
      clearTimeout(quiet);
      webSockets.close();
    },
  };
}
