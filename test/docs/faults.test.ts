import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { CLOCK_FAULTS } from "../app/faults/clock-faults.ts";
import { DATABASES_FAULTS } from "../app/faults/databases-faults.ts";
import { DM_FAULTS } from "../app/faults/dm-faults.ts";
import { PEOPLE_FAULTS } from "../app/faults/people-faults.ts";
import { SLACK_FAULTS } from "../app/faults/slack-faults.ts";
import { STORE_FAULTS } from "../app/faults/store-faults.ts";
import { WORKER_HOST_FAULTS } from "../app/faults/worker-host-faults.ts";

const PLACES = {
  dm: DM_FAULTS,
  databases: DATABASES_FAULTS,
  "worker-host": WORKER_HOST_FAULTS,
  store: STORE_FAULTS,
  clock: CLOCK_FAULTS,
  people: PEOPLE_FAULTS,
  slack: SLACK_FAULTS,
};

test("docs/reliability.md tells every fault that is tried, what holds then, and which test shows it", () => {
  const paper = readFileSync(new URL("../../docs/reliability.md", import.meta.url), "utf8");
  const [, table = ""] = paper.split("## Faults that are tried");
  const told = [...table.matchAll(/^\| `([^`]+)`\s*\|(.*)\|(.*)\| `([^`]+)`\s*\|$/gm)].map(([, ...cells]) =>
    cells.map((cell) => cell.trim()),
  );

  const tried = Object.entries(PLACES).flatMap(([place, cases]) =>
    cases.map(({ id, happens, holds }) => [id, happens, holds, `${place}.test.ts`]),
  );

  assert.deepEqual(told, tried);
  assert.equal(new Set(tried.map(([id]) => id)).size, tried.length, "an id stands for one fault");
  for (const [id, , , file] of tried)
    assert.ok(readFileSync(new URL(`../app/faults/${file}`, import.meta.url), "utf8").includes("tryFaults("), id);
});
