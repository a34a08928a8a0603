import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { runDifferences } from "../../src/cli/differences.ts";
import { listen, type RealCluster, startRealCluster } from "../support/real-cluster.ts";

let cluster: RealCluster | null = null;
afterEach(async () => {
  await cluster?.stop();
  cluster = null;
});

describe("medic differences", () => {
  const ask = async (config: string, comparison: string) => {
    const { heard, print, complain } = listen();
    const code = await runDifferences({ comparison, format: "sql", config, out: undefined, lang: "en", print, complain });
    return { code, ...heard };
  };

  test("says that there is no such comparison, also of a run's own bookkeeping, and prints nothing", async () => {
    cluster = await startRealCluster("bad-connection");
    for (const name of ["C-9", "R-1 3", "c-9"]) {
      const { code, out, complaints } = await ask(cluster.file, name);

      assert.deepEqual([code, out], [1, ""]);
      assert.match(complaints, /^There is no comparison .* that has ended\.\n$/);
    }
  });

  test("ends with 2 where the configuration will not do", async () => {
    const { code, out } = await ask("/nowhere/dm-medic.yaml", "C-1");

    assert.deepEqual([code, out], [2, ""]);
  });
});
