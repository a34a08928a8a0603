import { readFile } from "node:fs/promises";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { SocketDelivery } from "./delivery.ts";
import { type Driver, DriverError } from "./driver.ts";
import type { Faults } from "./faults.ts";
import { takeUpload, UPLOAD_PATH } from "./files.ts";
import type { ApiCall, ResponseTarget } from "./slack-stand-in.ts";
import { snapshot } from "./snapshot.ts";
import { type ApiContext, addMessage, checkMessage, METHODS } from "./web-api.ts";
import type { Json, Workspace } from "./workspace.ts";

export interface HandlerParts {
  readonly workspace: Workspace;
  readonly faults: Faults;
  readonly sockets: SocketDelivery;
  readonly act: Driver;
  readonly calls: ApiCall[];
  readonly pageToken: string;
  readonly botToken: string;
  readonly appToken: string;
  readonly commands: readonly { readonly command: string; readonly description: string; readonly usageHint: string }[];
  readonly port: () => number;
  /** Whether what a person does reaches the app. */
  readonly isConnected: () => boolean;
  readonly takeTrigger: ApiContext["takeTrigger"];
  readonly takeResponse: (id: string) => ResponseTarget | "used_url" | "expired_url";
  /** A Socket Mode address that opens one socket. */
  readonly newSocketUrl: () => string;
}

const PAGE: Readonly<Record<string, readonly [file: string, type: string]>> = {
  "/": ["index.html", "text/html; charset=utf-8"],
  "/style.css": ["style.css", "text/css; charset=utf-8"],
  "/app.js": ["app.js", "text/javascript; charset=utf-8"],
  "/render.js": ["render.js", "text/javascript; charset=utf-8"],
};
const SECURITY = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
};
const BODY_AT_MOST = 4 * 1024 * 1024;
class TooLarge extends Error {}

export function createRequestHandler(parts: HandlerParts): RequestListener {
  return (request, response) => {
    void handle(parts, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else if (error instanceof TooLarge) reply(response, 413, { error: error.message }, { connection: "close" });
      else reply(response, 500, { error: String(error) });
    });
  };
}

async function handle(parts: HandlerParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? "/", "http://stand-in");
  if (!isOurHost(parts.port(), request)) return reply(response, 403, { error: "this stand-in answers on 127.0.0.1 only" });
  if (pathname.startsWith("/api/")) return api(parts, pathname.slice(5), request, response);
  if (pathname.startsWith("/respond/")) return respond(parts, pathname.slice(9), request, response);
  if (pathname.startsWith(UPLOAD_PATH)) return upload(parts, pathname.slice(UPLOAD_PATH.length), request, response);
  const page = request.method === "GET" ? PAGE[pathname] : undefined;
  if (page) {
    response.writeHead(200, { ...SECURITY, "content-type": page[1] });
    response.end(await readFile(new URL(`page/${page[0]}`, import.meta.url)));
    return;
  }
  if (!mayDrive(parts, request))
    return reply(response, 401, { error: "the token of this start is missing: open the address that was printed" });
  if (pathname === "/driver/events") return events(parts, request, response);
  return drive(parts, pathname, request, response);
}

/** A page elsewhere must not reach this server by a name that resolves to 127.0.0.1. */
export function isOurHost(port: number, { headers }: IncomingMessage): boolean {
  const ours = [`127.0.0.1:${port}`, `localhost:${port}`];
  const origin = headers.origin;
  return ours.includes(headers.host ?? "") && (origin === undefined || ours.some((host) => origin === `http://${host}`));
}

function mayDrive({ pageToken }: HandlerParts, request: IncomingMessage): boolean {
  const asked = new URL(request.url ?? "/", "http://stand-in").searchParams.get("token");
  return request.headers["x-page-token"] === pageToken || asked === pageToken;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_AT_MOST) throw new TooLarge(`a body holds at most ${BODY_AT_MOST} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function reply(response: ServerResponse, status: number, body: Json, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { ...SECURITY, "content-type": "application/json; charset=utf-8", ...headers });
  response.end(JSON.stringify(body));
}

async function api(parts: HandlerParts, method: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const text = await readBody(request);
  if (parts.faults.isDown) return void request.socket.destroy();
  const args = readArguments(text, request.headers["content-type"] ?? "");
  if (args === null) return reply(response, 200, { ok: false, error: "invalid_json" });
  const token = request.headers.authorization?.replace(/^Bearer /, "") ?? args.token;
  const fault = parts.faults.take(method);
  if (fault?.kind === "429")
    return reply(response, 429, { ok: false, error: "ratelimited" }, { "retry-after": String(fault.retryAfterSeconds) });
  if (fault?.kind === "http") return reply(response, fault.status, { ok: false });
  if (fault?.kind === "time-out") return;
  const answer = fault?.kind === "error" ? { ok: false, error: fault.error } : call(parts, method, args, token);
  parts.calls.push({ method, args, at: Date.now(), ok: answer.ok });
  if (fault?.kind === "lost-reply") return void request.socket.destroy();
  if (answer.error === "ratelimited")
    return reply(response, 429, { ok: false, error: "ratelimited" }, { "retry-after": String(answer.retryAfterSeconds ?? 1) });
  const { scopes = SCOPES } = parts.workspace.bot;
  return reply(response, 200, answer, { "x-oauth-scopes": scopes.join(",") });
}

/** null: not the JSON object that its content type promises. */
function readArguments(text: string, contentType: string): Json | null {
  if (!contentType.startsWith("application/json")) return Object.fromEntries(new URLSearchParams(text));
  try {
    const read: unknown = JSON.parse(text || "{}");
    return typeof read === "object" && read !== null && !Array.isArray(read) ? (read as Json) : null;
  } catch {
    return null;
  }
}

const SCOPES = ["app_mentions:read", "chat:write", "commands", "files:write", "im:write", "usergroups:read", "users:read"];

function call(parts: HandlerParts, method: string, args: Json, token: unknown): Json & { readonly ok: boolean } {
  const needed = method === "apps.connections.open" ? parts.appToken : parts.botToken;
  if (token === undefined || token === "") return { ok: false, error: "not_authed" };
  if (token !== needed) return { ok: false, error: "invalid_auth" };
  const known = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined;
  if (!known) return { ok: false, error: "unknown_method" };
  const { workspace, faults, takeTrigger, newSocketUrl, port } = parts;
  const retryAfterSeconds = faults.overRate(method, Date.now());
  if (retryAfterSeconds > 0) return { ok: false, error: "ratelimited", retryAfterSeconds };
  return known(args, { workspace, faults, takeTrigger, socketUrl: newSocketUrl, port });
}

/**
 * `response_url`: five uses within thirty minutes; may replace or delete the message that it belongs to.
 * A new message goes to the channel, whatever thread the press was in, unless `thread_ts` names the thread
 * (docs.slack.dev, handling user interaction: publishing in thread; bolt-js 963).
 */
async function respond(parts: HandlerParts, id: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = readArguments(await readBody(request), "application/json");
  if (body === null) return reply(response, 400, { ok: false, error: "invalid_payload" });
  const checked = body.delete_original === true ? { text: "", blocks: [] } : checkMessage(body);
  if ("ok" in checked) return reply(response, 400, checked);
  const target = parts.takeResponse(id);
  if (typeof target === "string") return reply(response, 404, { ok: false, error: target });
  const { workspace } = parts;
  const thread = typeof body.thread_ts === "string" && body.thread_ts !== "" ? body.thread_ts : null;
  if (thread !== null && !workspace.message(target.channel, thread))
    return reply(response, 400, { ok: false, error: "thread_not_found" });
  const message = target.messageTs === null ? null : workspace.message(target.channel, target.messageTs);
  if (message && body.delete_original === true) workspace.messages.splice(workspace.messages.indexOf(message), 1);
  else if (message && body.replace_original === true) Object.assign(message, { ...checked, edited: message.edited + 1 });
  else
    addMessage(workspace, {
      channel: target.channel,
      threadTs: thread,
      user: workspace.bot.userId,
      ...checked,
      ephemeralTo: body.response_type === "in_channel" ? null : target.person,
    });
  workspace.changed();
  return reply(response, 200, { ok: true });
}

/** Slack's upload address asks for no token: whoever was given it may use it. */
async function upload(parts: HandlerParts, id: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request);
  const isTaken = request.method === "POST" && takeUpload(parts.workspace, id, body, request.headers);
  response.writeHead(isTaken ? 200 : 400, { ...SECURITY, "content-type": "text/plain; charset=utf-8" });
  response.end(isTaken ? `OK - ${Buffer.byteLength(body)}` : "the upload was not taken");
}

/** Server-sent events: one "changed" for any number of changes within a moment. */
function events({ workspace }: HandlerParts, request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { ...SECURITY, "content-type": "text/event-stream" });
  response.write("data: hello\n\n");
  let timer: NodeJS.Timeout | null = null;
  const tell = (): void => {
    timer ??= setTimeout(() => {
      timer = null;
      response.write("data: changed\n\n");
    }, 40);
  };
  workspace.events.on("changed", tell);
  request.on("close", () => {
    workspace.events.off("changed", tell);
    if (timer) clearTimeout(timer);
  });
}

type Given = Readonly<Record<string, string>> & { readonly values?: Readonly<Record<string, string>> };

/** Documented in docs/stand-in-slack.md; a test compares. */
export const DRIVER_ROUTES: Readonly<Record<string, (parts: HandlerParts, given: Given) => Promise<Json>>> = {
  "GET /driver/state": async (parts, { as }) => {
    if (as !== undefined && as !== "") parts.act.someone(as);
    return snapshot(parts.workspace, as ?? "", parts.commands, parts.isConnected());
  },
  "POST /driver/press": async ({ act }, { as = "", channel = "", ts = "", button = "", option }) => ({
    ok: true,
    responded: await act.press(as, channel, ts, button, option),
  }),
  "POST /driver/type": async ({ act }, { as = "", channel = "", text = "", thread }) => ({
    ok: true,
    responded: await act.type(as, channel, text, thread === undefined || thread === "" ? null : thread),
  }),
  "POST /driver/home": async ({ act }, { as = "" }) => ({ ok: true, responded: await act.openHome(as) }),
  "POST /driver/submit": async ({ act }, { as = "", values }) => ({ errors: await act.submit(as, values ?? {}) }),
  "POST /driver/close": async ({ act }, { as = "" }) => {
    act.close(as);
    return { ok: true };
  },
};

async function drive(parts: HandlerParts, pathname: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const route = DRIVER_ROUTES[`${request.method} ${pathname}`];
  if (!route) return reply(response, 404, { error: `no such route; there are ${Object.keys(DRIVER_ROUTES).join(", ")}` });
  const query = Object.fromEntries(new URL(request.url ?? "/", "http://stand-in").searchParams);
  try {
    return reply(response, 200, await route(parts, request.method === "GET" ? (query as Given) : given(await readBody(request))));
  } catch (error) {
    if (error instanceof DriverError) return reply(response, 400, { error: error.message });
    throw error;
  }
}

/** The body of a call: words by name, and `values` as words by block id. */
function given(text: string): Given {
  const body = readArguments(text, "application/json");
  if (body === null) throw new DriverError("the body must be a JSON object");
  for (const [name, value] of Object.entries(body)) {
    const isWords = name === "values" && typeof value === "object" && value !== null && !Array.isArray(value);
    const words = isWords ? Object.values(value) : [value];
    if (!words.every((word) => typeof word === "string")) throw new DriverError(`${name} must be a text`);
  }
  return body as Given;
}
