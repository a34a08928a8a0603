import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import fc from "fast-check";
import { stringify } from "yaml";
import { loadConfig } from "../../src/config/config.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

const folder = scratchFolder("config");
const environment = {
  SLACK_BOT_TOKEN: "xoxb-1",
  SLACK_APP_TOKEN: "xapp-1",
  PROBE_PASSWORD: "p",
  TASK_PASSWORD: "t",
  WEBHOOK_SECRET: "w",
  META_PASSWORD: "m",
  ROWS_PASSWORD: "r",
  SOURCE_PASSWORD: "s",
};
const load = (content: unknown, env: Record<string, string> = environment) => {
  const file = join(folder, "c.yaml");
  writeFileSync(file, typeof content === "string" ? content : stringify(content));
  return loadConfig(file, env);
};
const problems = (content: unknown, env?: Record<string, string>): string[] => {
  const loaded = load(content, env);
  return loaded.kind === "problems" ? loaded.problems.map(({ path }) => path) : [];
};
const good = () => ({
  clusters: [
    {
      name: "shop",
      masters: ["http://127.0.0.1:8261"],
      channel: "C0ABC",
      roles: { viewer: {}, operator: { users: ["U0ABC"] }, approver: {}, admin: {} },
    },
  ],
  slack: { mode: "socket", botToken: "${SLACK_BOT_TOKEN}", appToken: "${SLACK_APP_TOKEN}", defaultChannel: "C0ABC" },
  store: { sqlite: "./medic.db" },
});

test("the documented example loads", () => {
  const loaded = loadConfig(new URL("../../dm-medic.example.yaml", import.meta.url).pathname, environment);

  assert.deepEqual(loaded.kind === "problems" ? loaded.problems : [], []);
});

test("a good file loads with its defaults, and Slack's own address means real identities", () => {
  const loaded = load(good());

  assert.equal(loaded.kind, "ok");
  if (loaded.kind !== "ok") return;
  assert.equal(loaded.config.settings.identity, "slack");
  assert.equal(loaded.config.settings.policy.planExpirySeconds, 1_800);
  assert.deepEqual(loaded.config.settings.clusters[0]?.roles.approver, { users: [], groups: [] });
});

test("every problem is told at once, with its path", () => {
  const bad = {
    ...good(),
    clusters: [
      { name: "a b", masters: ["dm:8261"], channel: "#alerts", roles: { viewer: {}, operator: {}, approver: {} }, polSeconds: 3 },
    ],
    extra: 1,
  };

  assert.deepEqual(
    problems(bad).sort(),
    ["clusters[0].channel", "clusters[0].masters[0]", "clusters[0].name", "clusters[0].polSeconds", "extra"].sort(),
  );
});

test("a secret that stands in the file itself is a problem and is not repeated", () => {
  const loaded = load({ ...good(), slack: { ...good().slack, botToken: "xoxb-very-secret" } });

  assert.equal(loaded.kind, "problems");
  assert.doesNotMatch(JSON.stringify(loaded), /very-secret/);
});

test("a variable that is not set is named", () => {
  const loaded = load(good(), { SLACK_BOT_TOKEN: "x" });

  assert.match(JSON.stringify(loaded), /SLACK_APP_TOKEN is not set/);
});

test("two clusters of one name are a problem", () => {
  assert.deepEqual(problems({ ...good(), clusters: [...good().clusters, ...good().clusters] }), ["clusters[1].name"]);
});

test("a file that is missing or no YAML is one problem, not a crash", () => {
  assert.equal(loadConfig(join(folder, "none.yaml"), {}).kind, "problems");
  assert.equal(load("a: [b").kind, "problems");
  assert.equal(load("").kind, "problems");
});

test("no content makes the reader throw", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => load({ ...good(), clusters: value, policy: value }).kind === "problems"),
    { numRuns: 100 },
  );
});

describe("hosts of DM-workers", () => {
  const on = (...words: string[]) => ({ onHost: words });
  const hostOf = (parts: object) => ({
    form: "command",
    run: ["ssh", "dm@w1", "--"],
    relayDirectory: "/data/relay-dir",
    stop: on("systemctl", "stop", "dm"),
    start: on("systemctl", "start", "dm"),
    status: on("systemctl", "is-active", "dm"),
    ...parts,
  });
  const withHost = (host: object) => ({ ...good(), clusters: [{ ...good().clusters[0], workerHosts: { w1: host } }] });
  const at = "clusters[0].workerHosts.w1";

  test("a host is loaded with its defaults, and its commands see none of the bot's secrets", () => {
    const loaded = load(withHost(hostOf({})), { ...environment, PATH: "/bin", SSH_AUTH_SOCK: "/s" });

    assert.equal(loaded.kind, "ok");
    if (loaded.kind !== "ok") return;
    const [host] = loaded.config.clusters[0]!.workerHosts;
    assert.deepEqual(host?.environment, { PATH: "/bin", SSH_AUTH_SOCK: "/s" });
    assert.deepEqual(host?.stop, { where: "on-host", words: ["systemctl", "stop", "dm"] });
    assert.deepEqual(
      [host?.status?.running, host?.status?.stopped, host?.fetch, host?.commandSeconds],
      [["active"], ["inactive", "failed"], null, 30],
    );
  });

  test("by hand needs only the relay directory", () => {
    assert.deepEqual(problems(withHost({ form: "by-hand", relayDirectory: "/data/relay-dir" })), []);
  });

  const wrong: readonly (readonly [string, object, string, RegExp])[] = [
    [
      "a word that a login shell would read",
      { stop: on("systemctl", "stop", "dm; reboot") },
      `${at}.stop.onHost[2]`,
      /login shell/,
    ],
    ["a quote in a path", { relayDirectory: "/data/re'lay" }, `${at}.relayDirectory`, /absolute path/],
    ["a path that goes up", { relayDirectory: "/data/../etc" }, `${at}.relayDirectory`, /absolute path/],
    ["a relative path", { relayDirectory: "relay-dir" }, `${at}.relayDirectory`, /absolute path/],
    ["both places", { stop: { onHost: ["a"], here: ["b"] } }, `${at}.stop`, /either onHost .* or here/],
    ["neither place", { start: {} }, `${at}.start`, /either onHost .* or here/],
    ["a fetch that names no target", { fetch: on("cp", "/b/{file}") }, `${at}.fetch`, /\{file\} and \{target\}/],
    ["a checksum of nothing", { sha256: on("sha256sum") }, `${at}.sha256`, /\{file\}/],
    ["one word for both", { status: { ...on("x"), running: ["up"], stopped: ["up"] } }, `${at}.status`, /both/],
    ["no way to stop it", { stop: undefined }, `${at}.stop`, /expected object/],
    ["another form", { form: "telnet" }, `${at}.form`, /command.*by-hand|form/],
    ["by hand with a prefix", { form: "by-hand", status: undefined }, `${at}.run`, /no such setting/],
  ];
  for (const [what, parts, path, words] of wrong)
    test(`a problem with its place: ${what}`, () => {
      const loaded = load(withHost(hostOf(parts)));
      const found = loaded.kind === "problems" ? loaded.problems : [];

      assert.deepEqual(
        found.map((problem) => problem.path),
        [path],
        JSON.stringify(found),
      );
      assert.match(found[0]!.wrong, words);
    });
});

test("what is not there is told together with what is wrong", () => {
  const bad = {
    ...good(),
    clusters: [
      {
        ...good().clusters[0],
        channel: "#alerts",
        tls: { ca: "./no-ca.pem", cert: "./no-cert.pem", key: "./no-key.pem" },
        downstream: { host: "tidb", port: 4000, user: "probe", password: { file: "./no-password" }, ca: "./no-db-ca.pem" },
      },
    ],
  };

  assert.deepEqual(problems(bad, { SLACK_BOT_TOKEN: "x" }).sort(), [
    "clusters[0].channel",
    "clusters[0].downstream.ca",
    "clusters[0].downstream.password",
    "clusters[0].tls.ca",
    "clusters[0].tls.cert",
    "clusters[0].tls.key",
    "slack.appToken",
  ]);
});

test("an empty token or webhook secret is a problem, an empty database password is none", () => {
  const content = {
    ...good(),
    http: { port: 0, webhook: { hmac: "${WEBHOOK_SECRET}" } },
    store: { mysql: { host: "h", user: "u", password: "${EMPTY}", database: "d" } },
  };

  assert.deepEqual(problems(content, { SLACK_BOT_TOKEN: "", SLACK_APP_TOKEN: "x", WEBHOOK_SECRET: "", EMPTY: "" }), [
    "slack.botToken",
    "http.webhook.hmac",
  ]);
});

test("a label that two clusters claim, and a port that is taken twice, are problems", () => {
  const [one] = good().clusters;
  const clusters = [
    { ...one, alertLabels: { env: "prod" } },
    { ...one, name: "other", alertLabels: { env: "prod" } },
  ];
  const slack = {
    mode: "http",
    botToken: "${SLACK_BOT_TOKEN}",
    signingSecret: "${WEBHOOK_SECRET}",
    port: 9,
    defaultChannel: "C0A",
  };
  const http = { port: 9, webhook: { bearer: "${WEBHOOK_SECRET}" } };

  assert.deepEqual(problems({ ...good(), clusters, slack, http }), ["clusters[1].alertLabels.env", "slack.port"]);
});

test("Slack's address is the same with and without its last slash", () => {
  for (const apiUrl of ["https://slack.com/api", "https://slack.com/api/"]) {
    const loaded = load({ ...good(), slack: { ...good().slack, apiUrl } });

    assert.ok(loaded.kind === "ok" && loaded.config.settings.identity === "slack");
    assert.ok(loaded.kind === "ok" && loaded.config.slack.apiUrl === "https://slack.com/api/");
  }
});
