import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { WebClient } from "@slack/web-api";
import { COMMAND_NAMES } from "../../../src/adapters/slack/command-name.ts";
import { EVENTS, manifestOf, renderManifest } from "../../../src/adapters/slack/manifest.ts";

type Manifest = Parameters<WebClient["apps"]["manifest"]["validate"]>[0]["manifest"];

const listeners = readFileSync(new URL("../../../src/adapters/slack/listeners.ts", import.meta.url), "utf8");

test("manifest.yml is what `medic manifest` prints", () => {
  const file = readFileSync(new URL("../../../manifest.yml", import.meta.url), "utf8");

  assert.equal(file, renderManifest({ command: null, requestUrl: null }));
});

test("the manifest has Slack's own shape and keeps its limits", () => {
  const manifest = manifestOf({ command: null, requestUrl: "https://medic.example/slack/events" }) satisfies Manifest;

  assert.ok(manifest.display_information.name.length <= 35);
  assert.ok(manifest.display_information.description.length <= 140);
  for (const command of manifest.features.slash_commands)
    assert.ok(command.command.length <= 32 && command.usage_hint.length <= 1_000);
});

test("the manifest declares every event and command that is listened to", () => {
  const events = [...listeners.matchAll(/app\.event\("([a-z_]+)"/g)].map(([, name]) => name).sort();

  assert.deepEqual([...EVENTS].sort(), events);
  assert.deepEqual(
    manifestOf({ command: null, requestUrl: null }).features.slash_commands.map(({ command }) => command),
    [...COMMAND_NAMES],
  );
});

test("a manifest without /dm can be had", () => {
  const rendered = renderManifest({ command: "/dm-medic", requestUrl: null });

  assert.doesNotMatch(rendered, /\/dm$/m);
  assert.match(rendered, /\/dm-medic/);
});
