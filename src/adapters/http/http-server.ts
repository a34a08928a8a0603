import { createHmac, timingSafeEqual } from "node:crypto";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Clock } from "../../app/ports/clock.ts";
import type { Log } from "../../app/ports/log.ts";
import type { Metrics } from "../../app/ports/metrics.ts";
import type { ReceiveAlert } from "../../app/receive-alert.ts";
import { readPayload } from "./alertmanager-payload.ts";

export interface HttpOptions {
  readonly host: string;
  readonly port: number;
  readonly bodyAtMostBytes: number;
  readonly secret: { readonly kind: "bearer" | "hmac"; readonly value: string };
}

export interface HttpParts {
  readonly options: HttpOptions;
  readonly alerts: ReceiveAlert;
  readonly metrics: Metrics & { text(): Promise<string>; readonly contentType: string };
  readonly clock: Clock;
  readonly log: Log;
  /** What `/readyz` tells; `ready` false is answered 503. */
  readonly readiness: () => Promise<{ readonly ready: boolean; readonly details: object }>;
}

/** The bot's own server: Alertmanager's webhook, health, readiness and metrics. `port` tells where it listens. */
export async function startHttpServer(parts: HttpParts): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const { options } = parts;
  const server = fastify({
    logger: false,
    bodyLimit: options.bodyAtMostBytes,
    requestTimeout: 10_000,
    connectionTimeout: 30_000,
    forceCloseConnections: "idle",
    return503OnClosing: false,
  });
  // The signature is over the very bytes, so the body is kept as it came and read afterwards.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  server.setErrorHandler((error: { statusCode?: number; message: string }, _request, reply) => {
    if (error.statusCode === 413) void parts.alerts.refused("size");
    reply.code(error.statusCode ?? 500).send({ error: error.message });
  });
  server.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: "there is nothing here" }));
  addRoutes(server, parts);
  await server.listen({ host: options.host, port: options.port });
  return { port: (server.server.address() as { port: number }).port, stop: () => server.close() };
}

function addRoutes(server: FastifyInstance, parts: HttpParts): void {
  server.get("/healthz", async () => ({ alive: true }));
  server.get("/readyz", async (_request, reply) => {
    const { ready, details } = await parts.readiness();
    return reply.code(ready ? 200 : 503).send({ ready, ...details });
  });
  server.get("/metrics", async (_request, reply) =>
    reply.header("content-type", parts.metrics.contentType).send(await parts.metrics.text()),
  );
  server.post("/alerts/alertmanager", (request, reply) => webhook(parts, request, reply));
}

async function webhook(parts: HttpParts, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { metrics, clock, alerts, options, log } = parts;
  const begun = clock.monotonic();
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const refuse = (status: number, reason: "secret" | "shape", why: string): FastifyReply => {
    // Not waited for: a store that is slow must not hold up the answer.
    void alerts.refused(reason);
    return reply.code(status).send({ error: why });
  };
  if (!isAllowed(options.secret, request, body)) return refuse(401, "secret", "the secret is missing or wrong");
  const payload = read(body, clock.now());
  if (payload.kind === "refused") return refuse(400, "shape", payload.why);
  try {
    const fresh = await alerts.receive(payload.alerts);
    metrics.observe("dm_medic_webhook_seconds", (clock.monotonic() - begun) / 1000);
    return reply.send({ stored: fresh, known: payload.alerts.length - fresh });
  } catch (error) {
    log.error({ err: error }, "an alert could not be stored; Alertmanager will send it again");
    metrics.count("dm_medic_webhooks_refused_total", { reason: "store" });
    return reply.code(503).header("retry-after", "5").send({ error: "the store does not answer" });
  }
}

function read(body: Buffer, now: number): ReturnType<typeof readPayload> {
  try {
    return readPayload(JSON.parse(body.toString("utf8")) as unknown, now);
  } catch {
    return { kind: "refused", why: "the body is no JSON; Alertmanager's webhook payload of version 4 is expected" };
  }
}

/** `Authorization: Bearer …`, or `X-Dm-Medic-Signature: sha256=…` over the body's bytes; compared in constant time. */
function isAllowed(secret: HttpOptions["secret"], { headers }: FastifyRequest, body: Buffer): boolean {
  const given = secret.kind === "bearer" ? headers.authorization : headers["x-dm-medic-signature"];
  const wanted =
    secret.kind === "bearer"
      ? `Bearer ${secret.value}`
      : `sha256=${createHmac("sha256", secret.value).update(body).digest("hex")}`;
  const [a, b] = [Buffer.from(String(given ?? "")), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
