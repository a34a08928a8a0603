import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { config, type Json, members, status } from "./answers.ts";
import { atLeast, isV1 } from "./model.ts";
import { openapi } from "./openapi.ts";
import { operate, startTask } from "./operations.ts";
import { operateSources } from "./source-operations.ts";
import { handleStatements } from "./statement-operations.ts";
import { World } from "./world.ts";
import type { WorldOptions } from "./world-options.ts";

export interface DmCall {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

/** What the next matching call meets besides the model. */
export interface CallFault {
  readonly matches: (call: DmCall) => boolean;
  /**
   * `drop`: the connection is cut before the call counts as received. `lose-reply`: after it. `half`: in the middle of the answer. `hang`: the effect
   * happens, the answer never comes. `delay`: answered late. `raw`: answered with this text instead; with `takesEffect` after the effect.
   */
  readonly what:
    | { readonly kind: "drop" | "lose-reply" | "half" | "hang" }
    | { readonly kind: "delay"; readonly milliseconds: number }
    | { readonly kind: "raw"; readonly status: number; readonly text: string; readonly takesEffect?: boolean };
}

export interface DmStandIn {
  readonly port: number;
  readonly url: string;
  readonly world: World;
  /** Every call received, in order. */
  readonly calls: readonly DmCall[];
  /** Holds for one call. */
  faultNext(fault: CallFault): void;
  /** How many of them no call has met yet. */
  faultsLeft(): number;
  /** The master's process goes away and comes back on the same port. */
  masterDies(): Promise<void>;
  masterReturns(): Promise<void>;
  stop(): Promise<void>;
}

type Reply = { readonly status: number; readonly json?: Json; readonly text?: string; readonly contentType?: string | null };

/** A DM-master on 127.0.0.1: the gateway of its version, the version page, and (v5.3 and later) OpenAPI's task status. */
export async function startDmStandIn(options: WorldOptions & { readonly port?: number }): Promise<DmStandIn> {
  const world = await World.open(options);
  const calls: DmCall[] = [];
  const faults: CallFault[] = [];
  let port = options.port ?? 0;
  let server: Server | null = null;

  async function listen(): Promise<void> {
    const fresh = createServer((request, response) => {
      void handle(request, response).catch(() => response.destroy());
    });
    fresh.listen(port, "127.0.0.1");
    await once(fresh, "listening");
    port = (fresh.address() as { port: number }).port;
    server = fresh;
  }
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const call: DmCall = { method: request.method ?? "GET", path: request.url ?? "/", body: body.value };
    const index = faults.findIndex((fault) => fault.matches(call));
    const fault = index === -1 ? null : faults.splice(index, 1)[0]!.what;
    if (fault?.kind === "drop") return void response.destroy();
    calls.push(call);
    if (fault?.kind === "raw" && !fault.takesEffect) return send(response, { status: fault.status, text: fault.text });
    if (fault?.kind === "delay") await wait(fault.milliseconds);
    const reply = body.broken ? badBody(body.broken) : await route(world, call, `http://127.0.0.1:${port}`);
    if (fault?.kind === "hang") return;
    if (fault?.kind === "lose-reply") return void response.destroy();
    if (fault?.kind === "half") return sendHalf(response, reply);
    return send(response, fault?.kind === "raw" ? { status: fault.status, text: fault.text } : reply);
  }
  async function masterDies(): Promise<void> {
    const closing = server;
    server = null;
    closing?.closeAllConnections();
    if (closing) await new Promise<void>((done) => closing.close(() => done()));
  }

  await listen();
  world.start();
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    world,
    calls,
    faultNext: (fault) => void faults.push(fault),
    faultsLeft: () => faults.length,
    masterDies,
    masterReturns: async () => (server ? undefined : listen()),
    async stop() {
      await masterDies();
      await world.close();
    },
  };
}

async function readBody(request: IncomingMessage): Promise<{ value: unknown; broken: string | null }> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString("utf8");
  if (text === "") return { value: null, broken: null };
  try {
    return { value: JSON.parse(text) as unknown, broken: null };
  } catch {
    return { value: text, broken: `invalid character '${text[0]}' looking for beginning of value` };
  }
}

const badBody = (message: string): Reply => ({ status: 400, json: { code: 3, message, details: [] } });

async function route(world: World, { method, path, body }: DmCall, clientUrl: string): Promise<Reply> {
  const url = new URL(path, "http://stand-in");
  if (url.pathname === "/status") return { status: 200, text: versionPage(world), contentType: "text/plain" };
  const gateway = /^\/apis\/v1alpha1\/([a-z]+)(?:\/([^/]*))?$/.exec(url.pathname);
  if (gateway)
    return ofGateway(world, method, gateway[1]!, decodeURIComponent(gateway[2] ?? ""), url.searchParams, body, clientUrl);
  const second = /^\/api\/v1\/(.+)$/.exec(url.pathname);
  if (second && world.hasOpenapi) {
    const told = await openapi(world, method, second[1]!, url.searchParams, body);
    if (told) return { ...told, contentType: told.json ? "application/json; charset=utf-8" : null };
  }
  return { status: 404, text: "404 page not found\n" };
}

function versionPage({ version, isUnstamped }: World): string {
  const stamps = ["Git Commit Hash", "Git Branch", "UTC Build Time", "Go Version"].map((name) => `${name}: None\n`).join("");
  const release = isV1(version) || isUnstamped ? "None" : version;
  return `Release Version: ${release}\n${stamps}${atLeast(version, "v8.0") ? "Failpoint Build: false\n" : ""}`;
}

async function ofGateway(
  world: World,
  method: string,
  room: string,
  name: string,
  query: URLSearchParams,
  body: unknown,
  clientUrl: string,
): Promise<Reply> {
  const v1 = isV1(world.version);
  const given = (body ?? {}) as Record<string, never>;
  if (room === "status" && method === "GET") return { status: 200, json: status(world, name, query.getAll("sources")) };
  if (room === "members" && method === "GET")
    return v1 ? { status: 404, text: "Not Found\n" } : { status: 200, json: members(world, clientUrl) };
  if (room === "tasks" && method === "PUT") return { status: 200, json: await operate(world, name, given) };
  if (room === "tasks" && method === "POST") return { status: 200, json: await startTask(world, given) };
  if (room === "sources" && method === "PUT" && !v1) return { status: 200, json: await operateSources(world, given) };
  if (room === "errors" && method === "PUT" && !v1) return { status: 200, json: handleStatements(world, given) };
  if (room === "tasks" && method === "GET") {
    if (v1) return { status: 405, text: "Method Not Allowed\n" };
    const type = query.get("type") ?? "0";
    return /^\d+$/.test(type)
      ? { status: 200, json: config(world, name, Number(type)) }
      : badBody(`strconv.ParseInt: parsing "${type}": invalid syntax`);
  }
  return v1 ? { status: 404, text: "Not Found\n" } : { status: 501, json: { code: 12, message: "Not Implemented", details: [] } };
}

function sendHalf(response: ServerResponse, { status: code, json, text = "" }: Reply): void {
  const whole = json ? JSON.stringify(json) : text;
  response.writeHead(code, { "content-type": "application/json", "content-length": Buffer.byteLength(whole) });
  response.write(whole.slice(0, whole.length / 2), () => response.destroy());
}

function send(response: ServerResponse, reply: Reply): void {
  response.statusCode = reply.status;
  const contentType =
    reply.contentType === undefined ? (reply.json ? "application/json" : "text/plain; charset=utf-8") : reply.contentType;
  if (contentType !== null) response.setHeader("content-type", contentType);
  response.end(reply.json ? JSON.stringify(reply.json) : (reply.text ?? ""));
}
