import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse, stringify } from "yaml";
import { loadConfig } from "../../src/config/config.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

const paper = readFileSync(new URL("../../docs/worker-hosts.md", import.meta.url), "utf8");
const examples = [...paper.matchAll(/^## (.+)$|^```yaml\n([\s\S]*?)^```$/gm)].reduce<{ heading: string; yaml: string }[]>(
  (found, [, heading, yaml]) => {
    if (heading !== undefined) found.push({ heading, yaml: "" });
    else found.at(-1)!.yaml += yaml;
    return found;
  },
  [],
);

for (const { heading, yaml } of examples.filter((example) => example.yaml !== ""))
  test(`docs/worker-hosts.md: the example of "${heading}" loads`, () => {
    const file = join(scratchFolder("worker-hosts"), "c.yaml");
    const content = {
      clusters: [
        {
          name: "shop",
          masters: ["http://127.0.0.1:8261"],
          channel: "C0ABC",
          roles: { viewer: {}, operator: {}, approver: {}, admin: {} },
          ...parse(yaml),
        },
      ],
      slack: { mode: "socket", botToken: "${TOKEN}", appToken: "${TOKEN}", defaultChannel: "C0ABC" },
      store: { sqlite: "./medic.db" },
    };
    writeFileSync(file, stringify(content));

    const loaded = loadConfig(file, { TOKEN: "x" });

    assert.deepEqual(loaded.kind === "problems" ? loaded.problems : [], []);
    assert.equal(loaded.kind === "ok" && loaded.config.clusters[0]?.workerHosts.length, 1);
  });

test("docs/worker-hosts.md shows the four ways", () => {
  const shown = examples.filter(({ yaml }) => yaml !== "").map(({ heading }) => heading);

  assert.deepEqual(shown, ["OpenSSH and systemd", "TiUP", "kubectl", "By hand"]);
});
