import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";

/** PEM texts. */
export interface TlsMaterial {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export interface HttpCall {
  readonly method: "GET" | "POST" | "PUT";
  readonly url: string;
  readonly body?: unknown;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export type HttpOutcome =
  | { readonly kind: "answered"; readonly status: number; readonly text: string }
  /** Nothing of the request can have been worked on: the connection was never made. */
  | { readonly kind: "not-sent"; readonly why: string }
  /** The request left, the answer did not come whole. */
  | { readonly kind: "no-answer"; readonly why: string };

const BODY_AT_MOST_BYTES = 64 * 1024 * 1024;

/** One HTTP call without redirects, without a pool, bounded in time and size. Never throws. */
export function callHttp(call: HttpCall, tls: TlsMaterial | null): Promise<HttpOutcome> {
  return new Promise((resolve) => {
    let connected = false;
    const finish = (outcome: HttpOutcome): void => {
      clearTimeout(timer);
      resolve(outcome);
    };
    const failed = (why: string): void => finish(connected ? { kind: "no-answer", why } : { kind: "not-sent", why });
    const body = call.body === undefined ? null : JSON.stringify(call.body);
    const headers = body === null ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const send = call.url.startsWith("https:") ? httpsRequest : httpRequest;
    const timer = setTimeout(() => request.destroy(new Error(`no answer within ${call.timeoutMs} ms`)), call.timeoutMs);
    const request = send(
      call.url,
      { method: call.method, headers, agent: false, signal: call.signal, ...(tls ?? {}) },
      (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on("data", (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > BODY_AT_MOST_BYTES) request.destroy(new Error(`the answer is larger than ${BODY_AT_MOST_BYTES} bytes`));
          else chunks.push(chunk);
        });
        response.on("end", () =>
          response.complete
            ? finish({ kind: "answered", status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") })
            : failed("the answer was cut off"),
        );
        response.on("error", (error) => failed(error.message));
      },
    );
    request.on("socket", (socket) =>
      socket.once(call.url.startsWith("https:") ? "secureConnect" : "connect", () => (connected = true)),
    );
    request.on("error", (error) => failed(describe(error)));
    request.end(body ?? undefined);
  });
}

function describe(error: Error): string {
  const code = (error as NodeJS.ErrnoException).code;
  return code && !error.message.includes(code) ? `${error.message} (${code})` : error.message || (code ?? "failed");
}
