import { createHmac } from "node:crypto";
import type { WebSocket } from "ws";
import type { Json } from "./workspace.ts";

export type Payload = { readonly kind: "slash_commands" | "interactive" | "events_api"; readonly body: Json };
/** What the app acknowledged with, or null when it did not within three seconds. */
export type Acknowledgement = Json | null;

const ACK_WITHIN_MS = 3_000;

/** Socket Mode: each payload goes to one of the open sockets as an envelope and is acknowledged by its id. */
export class SocketDelivery {
  readonly #sockets = new Set<WebSocket>();
  readonly #waiting = new Map<string, (payload: Json) => void>();
  #count = 0;
  duplicateNext = false;

  add(socket: WebSocket): void {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("message", (data) => {
      const message = acknowledgementIn(String(data));
      if (message?.envelope_id) this.#waiting.get(message.envelope_id)?.(message.payload ?? {});
    });
    socket.send(
      JSON.stringify({
        type: "hello",
        num_connections: this.#sockets.size,
        connection_info: { app_id: "A0STANDIN" },
        debug_info: {},
      }),
    );
  }
  get isConnected(): boolean {
    return this.#sockets.size > 0;
  }
  deliver({ kind, body }: Payload): Promise<Acknowledgement> {
    const socket = [...this.#sockets].at(this.#count % Math.max(1, this.#sockets.size));
    if (!socket) return Promise.resolve(null);
    const id = `envelope-${++this.#count}`;
    return new Promise((resolve) => {
      const end = (payload: Acknowledgement): void => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(payload);
      };
      const timer = setTimeout(end, ACK_WITHIN_MS, null);
      this.#waiting.set(id, end);
      const envelope = { envelope_id: id, type: kind, payload: body, accepts_response_payload: kind !== "events_api" };
      socket.send(JSON.stringify(envelope));
      const retry = kind === "events_api" ? { retry_attempt: 1, retry_reason: "timeout" } : {};
      if (this.duplicateNext) socket.send(JSON.stringify({ ...envelope, ...retry }));
      this.duplicateNext = false;
    });
  }
  sendDisconnect(): void {
    for (const socket of this.#sockets) socket.send(JSON.stringify({ type: "disconnect", reason: "refresh_requested" }));
  }
  drop(): void {
    for (const socket of this.#sockets) socket.terminate();
  }
}

/** null: not one. */
function acknowledgementIn(text: string): { readonly envelope_id?: string; readonly payload?: Json } | null {
  try {
    return JSON.parse(text) as { readonly envelope_id?: string; readonly payload?: Json } | null;
  } catch {
    return null;
  }
}

/** HTTP mode: the form or JSON body that Slack sends, signed with v0 HMAC-SHA256; the content type has no charset. */
export async function deliverByHttp(
  url: string,
  signingSecret: string,
  { kind, body }: Payload,
  badSignature: boolean,
): Promise<Acknowledgement> {
  const text =
    kind === "events_api"
      ? JSON.stringify(body)
      : kind === "slash_commands"
        ? new URLSearchParams(body as Record<string, string>).toString()
        : new URLSearchParams({ payload: JSON.stringify(body) }).toString();
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = `v0=${createHmac("sha256", badSignature ? "wrong" : signingSecret)
    .update(`v0:${timestamp}:${text}`)
    .digest("hex")}`;
  const headers = {
    "content-type": kind === "events_api" ? "application/json" : "application/x-www-form-urlencoded",
    "x-slack-request-timestamp": timestamp,
    "x-slack-signature": signature,
  };
  try {
    const response = await fetch(url, { method: "POST", body: text, headers, signal: AbortSignal.timeout(ACK_WITHIN_MS) });
    if (!response.ok) return null;
    const answer = await response.text();
    return answer === "" ? {} : answer.startsWith("{") ? (JSON.parse(answer) as Json) : { text: answer };
  } catch {
    return null;
  }
}
