import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { runDiagnose } from "../../src/cli/diagnose.ts";

const recorded = (name: string) => new URL(`../recorded/dm-8.1.0/${name}`, import.meta.url).pathname;

async function run(file: string, options: { json?: boolean; lang?: "en" | "zh"; input?: string; bytes?: Buffer } = {}) {
  let out = "";
  let complaint = "";
  const code = await runDiagnose({
    file,
    json: options.json ?? false,
    lang: options.lang ?? "en",
    colour: false,
    input: Readable.from([options.bytes ?? options.input ?? ""]),
    print: (text) => {
      out += text;
    },
    complain: (text) => {
      complaint += text;
    },
    now: 0,
  });
  return { code, out, complaint };
}

test("exit code 0 says that nothing is wrong", async () => {
  const { code, out } = await run(recorded("running/gateway-status.json"));

  assert.equal(code, 0);
  assert.match(out, /healthy/);
});

test("exit code 1 says incident, in either language, with DM's own words", async () => {
  for (const lang of ["en", "zh"] as const) {
    const { code, out } = await run(recorded("invalid-connection/gateway-status.json"), { lang });

    assert.equal(code, 1);
    assert.match(out, /RawCause: invalid connection/);
    assert.match(out, lang === "en" ? /DM retries by itself/ : /DM 会自动重试/);
  }
});

test("exit code 2 says unreadable, and what was expected", async () => {
  for (const [file, input] of [
    ["-", "<html>"],
    [recorded("nothing-there.json"), ""],
  ] as const) {
    const { code, complaint } = await run(file, { input });

    assert.equal(code, 2);
    assert.match(complaint, /Expected:/);
  }
});

test("--json has the documented shape", async () => {
  const { out } = await run("-", { json: true, input: readFileSync(recorded("invalid-connection/gateway-status.json"), "utf8") });

  const { findings } = JSON.parse(out) as { findings: Record<string, unknown>[] };
  assert.equal(findings.length, 1);
  const { confidence, advice, evidence, ...said } = findings[0] as {
    confidence: number;
    advice: { why: string };
    evidence: { fact: unknown; from: unknown }[];
  };
  assert.deepEqual(said, {
    kind: "invalid-connection",
    incident: true,
    cluster: null,
    task: "dm_test",
    source: "replica-1",
    unit: "Sync",
    stage: "Paused",
    dmRetriesByItself: true,
  });
  assert.ok(confidence > 0.9 && confidence < 1);
  assert.ok(evidence.every(({ fact, from }) => typeof fact === "string" && typeof from === "string"));
  assert.match(advice.why, /Then: resume-task \(from 1970-01-01T00:05:00.000Z\), then stop-start-task\.$/);
  assert.deepEqual(Object.keys(advice), ["playbook", "risk", "why"]);
});

test("the summary without a task says what to ask next", async () => {
  const { code, out } = await run("-", {
    input: JSON.stringify({
      result: true,
      msg: "",
      tasks: [
        {
          taskName: "orders",
          taskStatus: "Error - Some error occurred in subtask. Please run `query-status orders` to get more details.",
          sources: ["s1"],
        },
      ],
    }),
  });

  assert.equal(code, 1);
  assert.match(out, /query-status orders/);
});

test("escape sequences in DM's words do not reach the terminal", async () => {
  const answer = readFileSync(recorded("invalid-connection/gateway-status.json"), "utf8").replace(
    "invalid connection",
    "invalid connection \\u001b[31m\\u0007",
  );

  const { out } = await run("-", { input: answer });

  // biome-ignore lint/suspicious/noControlCharactersInRegex: that they are not there is the point
  assert.doesNotMatch(out, /[\u001b\u0007]/);
});

test("an answer saved by PowerShell, in UTF-16 with a byte order mark, is read", async () => {
  const text = `\uFEFF${readFileSync(recorded("invalid-connection/gateway-status.json"), "utf8")}`;

  for (const bytes of [Buffer.from(text, "utf16le"), Buffer.from(text, "utf16le").swap16()]) {
    const { code, out } = await run("-", { bytes });

    assert.equal(code, 1);
    assert.match(out, /invalid connection/);
  }
});

const SHAPE = [
  "kind",
  "incident",
  "cluster",
  "task",
  "source",
  "unit",
  "stage",
  "confidence",
  "evidence",
  "dmRetriesByItself",
  "advice",
];

test("every finding of every recording has the documented fields and no other", async () => {
  const names = readdirSync(recorded("."), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith("status.json"));

  for (const name of names) {
    const { out } = await run(recorded(name), { json: true });
    for (const finding of (JSON.parse(out) as { findings: object[] }).findings)
      assert.deepEqual(Object.keys(finding), SHAPE, name);
  }
  assert.ok(names.length > 10);
});

/** [what was saved, the headline in English, in Chinese]. */
const HEADLINES: readonly (readonly [string, string, string])[] = [
  ['{"result":true,"msg":"","sources":[]}', "there is nothing to judge", "无从判断"],
  [
    readFileSync(recorded("paused-by-person/gateway-status.json"), "utf8"),
    "Nothing is wrong: 1 paused or stopped by a person",
    "没有故障：1 被人工暂停或停止",
  ],
  [readFileSync(recorded("running/gateway-status.json"), "utf8"), "Nothing is wrong: 1 healthy", "没有故障：1 正常"],
  [readFileSync(recorded("relay-over-4gib-error/gateway-status.json"), "utf8"), "1 in trouble, 1 healthy", "1 有故障，1 正常"],
];

test("the headline counts a person's pause neither as health nor as trouble, and claims nothing of nothing", async () => {
  for (const [input, english, chinese] of HEADLINES) {
    assert.ok((await run("-", { input })).out.includes(english), english);
    assert.ok((await run("-", { input, lang: "zh" })).out.includes(chinese), chinese);
  }
});

test("dmctl that reached no master is an incident, although it prints no JSON", async () => {
  const input =
    "Error: [code=48001:class=dmctl:scope=internal:level=high], Message: can not create grpc connection, RawCause: can't connect to 127.0.0.1:8261\n";

  const { code, out } = await run("-", { input, json: true });

  assert.equal(code, 1);
  assert.equal((JSON.parse(out) as { findings: { kind: string }[] }).findings[0]!.kind, "master-unreachable");
});

test("a wrong option is exit code 2, never the 1 of an incident", () => {
  const medic = fileURLToPath(new URL("../../bin/medic.js", import.meta.url));
  for (const wrong of [["diagnose"], ["diagnose", "x", "--lang", "fr"], ["nonsense"]]) {
    const { status, stderr } = spawnSync(process.execPath, [medic, ...wrong], { encoding: "utf8" });

    assert.equal(status, 2, stderr);
  }
  assert.equal(spawnSync(process.execPath, [medic, "--help"]).status, 0);
});

/** [recording's stage of DM, its answer, what a person may type]. */
const COMMANDS: readonly (readonly [string, string, RegExp])[] = [
  [
    "v2 waits first",
    readFileSync(recorded("invalid-connection/gateway-status.json"), "utf8"),
    /# not before 1970-01-01T00:05:00.000Z, and only if it is still paused:\n\s+dmctl --master-addr MASTER:8261 resume-task -s replica-1 dm_test\n/,
  ],
  [
    "v1.0 names workers, and a task's name is quoted for the shell",
    '{"result":true,"workers":[{"result":true,"worker":"10.0.0.1:8262","sourceID":"s1","subTaskStatus":[{"name":"a b","stage":"Paused","unit":"Sync","result":{"errors":[{"msg":"driver: bad connection"}]}}]}]}',
    /stop-task -w 10\.0\.0\.1:8262 'a b'\n.*until 'a b' is not listed\n.*start-task -w 10\.0\.0\.1:8262 'a b\.yaml'/,
  ],
];

for (const [says, input, expected] of COMMANDS) {
  test(`what to do is told as dmctl's commands too: ${says}`, async () => {
    const { out } = await run("-", { input });

    assert.match(out, expected);
  });
}

test("in Chinese no sentence of ours is English", async () => {
  const { out } = await run(recorded("invalid-connection/openapi-task-status.json"), { lang: "zh" });

  assert.doesNotMatch(out, /the shape of the answer|DM's defaults|this surface/);
});
