import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError } from "@slack/web-api";

/** What a failed call tells. `lost`: it may have had an effect; `not-reached`: it had none. */
export type SendFailure =
  | { readonly kind: "rate-limited"; readonly waitMs: number }
  | { readonly kind: "refused"; readonly why: string }
  | { readonly kind: "lost"; readonly why: string }
  | { readonly kind: "not-reached"; readonly why: string };

/** Slack's own words for "it failed, and some of it may have happened". */
const HALF_DONE: ReadonlySet<string> = new Set(["internal_error", "fatal_error", "request_timeout"]);
const NEVER_LEFT: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

export function readFailure(error: unknown): SendFailure {
  if (error instanceof WebAPIRateLimitedError) return { kind: "rate-limited", waitMs: Math.max(1, error.retryAfter) * 1000 };
  if (error instanceof WebAPIPlatformError) {
    const why = String(error.data.error);
    return { kind: HALF_DONE.has(why) ? "lost" : "refused", why };
  }
  const why = error instanceof Error ? error.message : String(error);
  // Turned away at the door: by a proxy (4xx), or by Slack while it is overloaded (503).
  if (error instanceof WebAPIHTTPError && (error.statusCode < 500 || error.statusCode === 503))
    return { kind: "not-reached", why };
  return { kind: codesOf(error).some((code) => NEVER_LEFT.has(code)) ? "not-reached" : "lost", why };
}

/** Error codes of an error and of what caused it. */
function codesOf(error: unknown): string[] {
  const codes: string[] = [];
  for (let at = error, depth = 0; at !== null && typeof at === "object" && depth < 5; depth++) {
    const { code, cause } = at as { readonly code?: unknown; readonly cause?: unknown };
    if (typeof code === "string") codes.push(code);
    at = cause;
  }
  return codes;
}
