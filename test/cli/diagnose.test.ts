import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { test } from "node:test";
import { runDiagnose } from "../../src/cli/diagnose.ts";

const recorded = (name: string) => new URL(`../recorded/dm-8.1.0/${name}`, import.meta.url).pathname;

async function run(file: string, options: { json?: boolean; lang?: "en" | "zh"; input?: string } = {}) {
  let out = "";
  let complaint = "";
  const code = await runDiagnose({
    file,
    json: options.json ?? false,
    lang: options.lang ?? "en",
    colour: false,
    input: Readable.from([options.input ?? ""]),
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
    advice: object;
    evidence: { fact: unknown; from: unknown }[];
  };
  assert.deepEqual(said, {
    kind: "invalid-connection",
    incident: true,
    cluster: null,
    task: "dm_test",
    source: "replica-1",
    worker: "worker1",
    unit: "Sync",
    stage: "Paused",
    codes: [10006],
    dmRetriesByItself: true,
  });
  assert.ok(confidence > 0.9 && confidence < 1);
  assert.ok(evidence.every(({ fact, from }) => typeof fact === "string" && typeof from === "string"));
  assert.deepEqual(Object.keys(advice), ["playbook", "risk", "why", "next"]);
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
