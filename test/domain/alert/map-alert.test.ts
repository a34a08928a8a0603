import assert from "node:assert/strict";
import { test } from "node:test";
import { mapAlert } from "../../../src/domain/alert/map-alert.ts";
import type { WorkerObservation } from "../../../src/domain/observation/observation.ts";
import { anAlert } from "../../support/samples.ts";

const worker = (name: string, address: string, source: string | null): WorkerObservation => ({
  name,
  address,
  stage: "bound",
  stageAsSaid: "bound",
  source,
});
const scopes = [
  {
    cluster: "shop",
    labels: [{ label: "env", value: "shop-prod" }],
    workers: [worker("w1", "10.0.0.1:8262", "s1"), worker("w2", "10.0.0.2:8262", "s2"), worker("w3", "10.0.0.2:8263", "s3")],
  },
  { cluster: "old", labels: [{ label: "job", value: "dm_old" }], workers: null },
];

for (const [says, labels, expected] of [
  ["by its environment, task and source", { env: "shop-prod", task: "t", source_id: "s9" }, ["shop", "t", "s9", null]],
  ["a relay alert by its instance", { env: "shop-prod", instance: "10.0.0.1:8262" }, ["shop", null, "s1", "w1"]],
  ["by the host when the scraped port differs", { env: "shop-prod", instance: "10.0.0.1:9100" }, ["shop", null, "s1", "w1"]],
  ["not by a host with two workers", { env: "shop-prod", instance: "10.0.0.2:9100" }, ["shop", null, null, null]],
  ["a worker alert by its name", { env: "shop-prod", worker: "w2" }, ["shop", null, "s2", "w2"]],
  ["where DM has no member list", { job: "dm_old", instance: "10.0.0.1:8262" }, ["old", null, null, null]],
] as const) {
  test(`an alert is mapped ${says}`, () => {
    const target = mapAlert({ ...anAlert("f"), labels }, scopes);

    assert.deepEqual(target.kind === "mapped" ? [target.cluster, target.task, target.source, target.worker] : target, expected);
  });
}

test("an alert that maps to nothing says why", () => {
  assert.deepEqual(mapAlert({ ...anAlert("f"), labels: { env: "other" } }, scopes), { kind: "unmapped", why: "unknown-cluster" });
  assert.deepEqual(mapAlert({ ...anAlert("f"), labels: {} }, scopes), { kind: "unmapped", why: "no-cluster-label" });
});
