import { WEBHOOK_SECRET } from "./bot-config.ts";

/** One firing alert in the shape of Alertmanager's webhook, version 4, to the bot's own server; throws when it is not taken. */
export async function sendAlert(port: number, labels: Readonly<Record<string, string>>): Promise<void> {
  const alert = {
    ...{ status: "firing", labels: { env: "shop", ...labels }, annotations: {} },
    ...{ startsAt: new Date().toISOString(), endsAt: "0001-01-01T00:00:00Z" },
    ...{ generatorURL: "http://prometheus.invalid/graph", fingerprint: Object.values(labels).join(":").slice(0, 60) },
  };
  const response = await fetch(`http://127.0.0.1:${port}/alerts/alertmanager`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${WEBHOOK_SECRET}` },
    body: JSON.stringify({ version: "4", status: "firing", receiver: "medic", groupKey: "{}", alerts: [alert] }),
  });
  if (!response.ok) throw new Error(`the bot answered the alert with ${response.status}: ${await response.text()}`);
}
