import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { concludeComparison } from "../../src/app/conclude-comparison.ts";
import { suspicionName } from "../../src/domain/signals/rows-suspicion.ts";
import { type RowsBench, startRowsBench } from "../support/rows-bench.ts";

let bench: RowsBench;
afterEach(() => bench.end());

test("equal rows close what was suspected before the comparison began, not a file that was passed meanwhile", async () => {
  bench = await startRowsBench();
  const run = await bench.finish(await bench.approvedRun("compare-rows"));
  const [stored] = await bench.store.records.list("comparison");
  assert.ok(stored, JSON.stringify(run.state));
  const { startedAt } = stored.comparison;
  const suspicion = (file: string, since: number) => ({
    ...{ cluster: "shop", task: "orders", source: "replica-1", server: null, file, sizeBytes: 5_000_000_000, since },
    ...{ wasSeenPassing: true, found: null, closed: null },
  });
  for (const one of [suspicion("mysql-bin.000002", startedAt - 1), suspicion("mysql-bin.000003", startedAt + 1)])
    await bench.store.records.put("rows-suspicion", suspicionName(one), one);

  await bench.store.transaction((tx) => concludeComparison(tx, stored, startedAt + 2));

  const open = (await bench.store.records.list("rows-suspicion")).filter(({ closed }) => closed === null);
  assert.deepEqual(
    open.map(({ file }) => file),
    ["mysql-bin.000003"],
  );
});
