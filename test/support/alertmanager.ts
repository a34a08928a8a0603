import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { stringify } from "yaml";

/** Debian's Alertmanager with one webhook, on ports of its own. */
export async function startAlertmanager(
  webhookUrl: string,
  bearer: string,
): Promise<{ fire(labels: Record<string, string>): Promise<void>; stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), "dm-medic-alertmanager-"));
  const file = join(folder, "alertmanager.yml");
  writeFileSync(
    file,
    stringify({
      route: { receiver: "medic", group_wait: "0s", group_interval: "1s", repeat_interval: "1h", group_by: ["..."] },
      receivers: [
        { name: "medic", webhook_configs: [{ url: webhookUrl, http_config: { authorization: { credentials: bearer } } }] },
      ],
    }),
  );
  const reserved = createServer().listen(0, "127.0.0.1");
  await once(reserved, "listening");
  const { port } = reserved.address() as { port: number };
  reserved.close();
  await once(reserved, "close");
  const child = spawn(
    "prometheus-alertmanager",
    [`--config.file=${file}`, `--storage.path=${folder}`, `--web.listen-address=127.0.0.1:${port}`, "--cluster.listen-address="],
    { stdio: "ignore" },
  );
  await untilReady(child, port);
  return {
    async fire(labels) {
      const response = await fetch(`http://127.0.0.1:${port}/api/v2/alerts`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify([{ labels }]),
      });
      if (!response.ok) throw new Error(`Alertmanager answered ${response.status}`);
    },
    async stop() {
      child.kill("SIGTERM");
      await once(child, "exit");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function untilReady(child: ChildProcess, port: number): Promise<void> {
  for (let attempt = 0; attempt < 150; attempt++) {
    if (child.exitCode !== null) throw new Error(`Alertmanager ended with ${child.exitCode}`);
    const ready = await fetch(`http://127.0.0.1:${port}/-/ready`)
      .then((response) => response.ok)
      .catch(() => false);
    if (ready) return;
    await wait(100);
  }
  throw new Error("Alertmanager was not ready within 15 s");
}
