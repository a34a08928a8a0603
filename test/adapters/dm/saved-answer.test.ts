import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { readErrorText } from "../../../src/adapters/dm/read-error.ts";
import { readPosition } from "../../../src/adapters/dm/read-position.ts";
import { readSavedAnswer } from "../../../src/adapters/dm/saved-answer.ts";
import { diagnose } from "../../../src/domain/diagnosis/diagnose.ts";

const recorded = readFileSync(new URL("../../recorded/dm-8.1.0/invalid-connection/gateway-status.json", import.meta.url), "utf8");
const findings = (text: string) => {
  const answer = readSavedAnswer(text, 1);
  return answer.kind === "observation"
    ? diagnose(answer.observation, { checkerOf: () => null, firstFailedAt: () => null })
    : answer;
};

for (const [says, text] of [
  [
    "a prompt and log lines around it",
    `» query-status dm_test\n[2026/11/23 10:00:00.000] [INFO] {not json}\n${recorded}\nmysql> \u001b[0m`,
  ],
  ["a byte order mark and Windows line ends", `\uFEFF${recorded.replaceAll("\n", "\r\n")}`],
  ["an older answer before it", `{"result": true, "msg": "", "sources": []}\n${recorded}`],
] as const) {
  test(`an answer is read with ${says}`, () => {
    const found = findings(text);

    assert.ok(Array.isArray(found));
    assert.deepEqual(
      found.map(({ kind }) => kind),
      ["invalid-connection"],
    );
  });
}

for (const [says, text, expected] of [
  ["nothing at all", "", /nothing in it/],
  ["a web page", "<!DOCTYPE html><html><body>Sign in</body></html>", /web page/],
  ["words", "connection timed out", /no JSON/],
  ["JSON that breaks off", '{"result": true,\n "sources": [ {"x": ', /line 2/],
  ["JSON of something else", '{"items": []}', /«items»/],
  ["the answer to a write", '{"op":"Pause","result":true,"msg":"","sources":[]}', /answer to a write/],
] as const) {
  test(`${says} is unreadable, with what was expected and where it broke`, () => {
    const answer = readSavedAnswer(text, 1);

    assert.equal(answer.kind, "unreadable");
    assert.match(answer.kind === "unreadable" ? answer.broke : "", expected);
    assert.match(answer.kind === "unreadable" ? answer.expected : "", /query-status/);
  });
}

test("the summary without a task names its tasks", () => {
  const answer = readSavedAnswer(
    JSON.stringify({
      result: true,
      msg: "",
      tasks: [
        { taskName: "a", taskStatus: "Running", sources: ["s1"] },
        { taskName: "b", taskStatus: "Error - Some error occurred in subtask", sources: ["s1"] },
      ],
    }),
    1,
  );

  assert.deepEqual(answer.kind === "summary" ? answer.tasks.map(({ task }) => task) : [], ["a", "b"]);
});

test("v1.0's query-error yields its errors with the position where they happened", () => {
  const text = JSON.stringify({
    result: true,
    workers: [
      {
        result: true,
        worker: "10.0.0.1:8262",
        sourceID: "s1",
        subTaskError: [
          {
            name: "t",
            stage: "Paused",
            unit: "Sync",
            sync: {
              errors: [
                {
                  msg: "[code=10003:class=database:scope=downstream:level=medium] database driver: invalid connection",
                  failedBinlogPosition: "mysql-bin|000001.000003:34642",
                  errorSQL: "[INSERT]",
                },
              ],
            },
          },
        ],
        RelayError: { msg: "" },
      },
    ],
  });

  const found = findings(text);

  assert.ok(Array.isArray(found));
  assert.deepEqual(
    found.map(({ kind, position, codes }) => [kind, position?.position, codes]),
    [["invalid-connection", 34642, [10003]]],
  );
});

test("a refusal of DM is told as one", () => {
  const answer = readSavedAnswer('{"result": false, "msg": "task nope has no source or not exist", "sources": []}', 1);

  assert.deepEqual(answer, { kind: "refused", said: "task nope has no source or not exist", codes: [] });
});

test("ten megabytes of opening braces are given up in linear time", { timeout: 20_000 }, () => {
  assert.equal(readSavedAnswer("{".repeat(10_000_000), 1).kind, "unreadable");
});

test("no change of one character makes the reader throw", () => {
  fc.assert(
    fc.property(fc.nat(recorded.length - 1), fc.string({ maxLength: 3 }), (index, put) => {
      const answer = readSavedAnswer(recorded.slice(0, index) + put + recorded.slice(index + 1), 1);
      if (answer.kind === "observation") diagnose(answer.observation, { checkerOf: () => null, firstFailedAt: () => null });
    }),
    { numRuns: 300 },
  );
});

test("no JSON value makes the reader throw", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom("sources", "workers", "data", "tasks", "status_list"), (value, key) => {
      const answer = readSavedAnswer(JSON.stringify({ result: true, [key]: value }), 1);
      if (answer.kind === "observation") diagnose(answer.observation, { checkerOf: () => null, firstFailedAt: () => null });
    }),
    { numRuns: 300 },
  );
});

for (const [text, expected] of [
  ["(mysql-bin.000001, 4)", ["mysql-bin.000001", null, 1, 4]],
  ["(mysql-bin|000001.004451, 2453)", ["mysql-bin.004451", "000001", 4451, 2453]],
  ["(my.sql-bin.000012, 4294967295)", ["my.sql-bin.000012", null, 12, 4294967295]],
  ["(, 0)", null],
  ["(mysql-bin.000001, NaN)", null],
  ["(mysql-bin.000001, 4294967296)", null],
  ["", null],
] as const) {
  test(`the position ${JSON.stringify(text)} is read as ${JSON.stringify(expected)}`, () => {
    const position = readPosition(text);

    assert.deepEqual(position && [position.file, position.relaySuffix, position.fileNumber, position.position], expected);
  });
}

test("an error text of v2 is taken apart, and one of ten megabytes is bounded", () => {
  const error = readErrorText(
    "[code=26005:class=dm-master:scope=internal:level=medium], Message: fail to check, RawCause: GTID, purged, Workaround: look",
  );

  assert.deepEqual(
    [error.code, error.message, error.rawCause, error.workaround],
    [26005, "fail to check", "GTID, purged", "look"],
  );
  assert.ok(readErrorText("x".repeat(10_000_000)).message.length < 20_000);
});
