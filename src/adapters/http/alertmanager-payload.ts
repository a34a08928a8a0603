import { z } from "zod";
import type { Alert } from "../../domain/alert/alert.ts";

const time = z.iso.datetime({ offset: true });
const words = z.record(z.string(), z.string());

/** Alertmanager's webhook, payload version 4; what we do not use is let through. */
const Payload = z.object({
  version: z.literal("4"),
  alerts: z
    .array(
      z.object({
        status: z.enum(["firing", "resolved"]),
        labels: words,
        annotations: words.default({}),
        startsAt: time,
        endsAt: time.optional(),
        generatorURL: z.string().default(""),
        fingerprint: z.string().min(1).max(100),
      }),
    )
    .max(20_000),
});

/** The alerts of a payload, or what is wrong with it. */
export function readPayload(
  body: unknown,
  receivedAt: number,
): { readonly kind: "alerts"; readonly alerts: readonly Alert[] } | { readonly kind: "refused"; readonly why: string } {
  const parsed = Payload.safeParse(body);
  if (!parsed.success)
    return {
      kind: "refused",
      why: parsed.error.issues
        .slice(0, 5)
        .map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`)
        .join("; "),
    };
  return {
    kind: "alerts",
    alerts: parsed.data.alerts.map((alert) => ({
      fingerprint: alert.fingerprint,
      status: alert.status,
      name: alert.labels.alertname ?? "(unnamed)",
      labels: alert.labels,
      annotations: alert.annotations,
      startsAt: Date.parse(alert.startsAt),
      endsAt: alert.status === "resolved" && alert.endsAt ? Date.parse(alert.endsAt) : null,
      generatorUrl: alert.generatorURL,
      receivedAt,
    })),
  };
}
