import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { NO_OPTIONS } from "../../../src/domain/plan/plan.ts";
import { dieEverywhere } from "../../support/death.ts";
import type { RowsBench } from "../../support/rows-bench.ts";

const ABOUT = { options: { ...NO_OPTIONS, file: "mysql-bin.000002" } };
async function passed(bench: RowsBench): Promise<void> {
  await bench.writeHuge();
  await bench.until("the file is passed", () => bench.isPast(bench.hugeFile));
}

describe("wherever their processes die, sources are moved and switched once, with every task on them", {
  timeout: 170_000,
}, () => {
  for (const relay of [false, true])
    test(`switch-to-gtid by OpenAPI and a move to a free worker, the relay ${relay ? "on and off again" : "off"}`, async () => {
      await dieEverywhere({
        options: { relay },
        async begin(bench) {
          bench.world.standbyMasters = 2;
          await bench.writeHuge();
          if (relay) await bench.until("a row arrives", async () => (await bench.ids()).includes(2));
          else await bench.until("the file is passed", () => bench.isPast(bench.hugeFile));
          return bench.approvedRun("switch-to-gtid", ABOUT);
        },
        async check(bench, run) {
          assert.equal(run.state.kind, "succeeded", JSON.stringify(run.state));
          const turned = ["PUT sources", "POST sources"];
          assert.deepEqual(bench.writes(), [
            ...["PUT tasks 7", ...(relay ? ["POST sources"] : []), ...turned, "POST tasks", "PUT tasks 7", "POST tasks"],
          ]);
          assert.deepEqual(await bench.ids(), [1, 2, 200, 201, 202]);
        },
      });
    });

  test("switch-to-gtid of a source with two tasks", async () => {
    await dieEverywhere({
      async begin(bench) {
        await bench.write("CREATE DATABASE stock CHARACTER SET utf8mb4");
        await bench.write("CREATE TABLE stock.items (id INT NOT NULL PRIMARY KEY, note VARCHAR(40))");
        await bench.world.startTask(bench.yaml("stock"), ["replica-1"]);
        await passed(bench);
        await bench.until("by the other task too", () => bench.isPast(bench.hugeFile, "stock"));
        return bench.approvedRun("switch-to-gtid", ABOUT);
      },
      async check(bench, run) {
        assert.equal(run.state.kind, "succeeded", JSON.stringify(run.state));
        assert.deepEqual(await bench.ids(), [1, 2, 200, 201, 202]);
        const twice = ["PUT tasks 7", "PUT tasks 7"];
        const started = ["POST tasks", "POST tasks"];
        assert.deepEqual(bench.writes(), [...twice, "PUT sources 3", "PUT sources 1", ...started, ...twice, ...started]);
      },
    });
  });
});
