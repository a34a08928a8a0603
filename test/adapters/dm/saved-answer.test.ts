import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { readErrorText } from "../../../src/adapters/dm/read-error.ts";
import { readPosition } from "../../../src/adapters/dm/read-position.ts";
import { readSavedAnswers } from "../../../src/adapters/dm/saved-answer.ts";
import { diagnoseAnswers } from "../../../src/cli/diagnose-answers.ts";

const recorded = readFileSync(new URL("../../recorded/dm-8.1.0/invalid-connection/gateway-status.json", import.meta.url), "utf8");
const findings = (text: string) => {
  const saved = readSavedAnswers(text, 1);
  return saved.kind === "answers" ? diagnoseAnswers(saved.answers) : saved;
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
  ["an empty list among words", "error: [] and {}", /an object with no fields/],
  ["JSON that breaks off", '{"result": true,\n "sources": [ {"x": ', /ends in the middle, at line 2, column 21/],
  ["a bare NaN", '{"result": true,\n "sources": [{"totalEvents": NaN}]}', /line 2, column 30: expected a value/],
  ["a missing comma", '{"result": true\n "msg": ""}', /line 2, column 2: expected a comma or \}/],
  ["a trailing comma", '{"result": true,}', /column 17: expected a name/],
  ["a line break in a text", '{"msg": "a\nb"}', /column 11: expected the end of a text/],
  ["an unknown escape", '{"msg": "\\x41"}', /column 10: expected a known escape/],
  ["YAML", "name: t\ntask-mode: all\n", /no JSON in it; it begins with «name: t task-mode: all/],
  ["a path that the gateway does not have", '{"code":12,"message":"Not Implemented","details":[]}', /put wrongly/],
  ["a request that OpenAPI refuses", '{"error":"error in openapi3filter.RequestError: x"}', /put wrongly/],
  ["sources of another shape", '{"result":true,"sources":["a"]}', /another shape/],
  [
    "the answer to a write, with its sources",
    '{"op":"Pause","result":true,"sources":[{"result":true,"msg":"","source":"s1","worker":"w1"}]}',
    /answer to a write/,
  ],
  ["JSON of something else", '{"items": []}', /«items»/],
  ["the answer to a write", '{"op":"Pause","result":true,"msg":"","sources":[]}', /answer to a write/],
] as const) {
  test(`${says} is unreadable, with what was expected and where it broke`, () => {
    const answer = readSavedAnswers(text, 1);

    assert.equal(answer.kind, "unreadable");
    assert.match(answer.kind === "unreadable" ? answer.broke : "", expected);
    assert.match(answer.kind === "unreadable" ? answer.expected : "", /query-status/);
  });
}

test("the summary without a task names its tasks", () => {
  const saved = readSavedAnswers(
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

  const [answer] = saved.kind === "answers" ? saved.answers : [];
  assert.deepEqual(answer?.kind === "summary" ? answer.tasks.map(({ task }) => task) : [], ["a", "b"]);
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
  const answer = readSavedAnswers('{"result": false, "msg": "task nope has no source or not exist", "sources": []}', 1);

  assert.deepEqual(answer, {
    kind: "answers",
    answers: [{ kind: "refused", said: "task nope has no source or not exist", codes: [] }],
  });
});

for (const [says, piece] of [
  ["opening braces", "{"],
  ["lists in objects", '[{"a":'],
  ["answers that break off", '\n{"result":'],
  ["noise in braces", "{x} "],
] as const) {
  test(`ten megabytes of ${says} are given up in linear time`, { timeout: 20_000 }, () => {
    assert.equal(readSavedAnswers(piece.repeat(10_000_000 / piece.length), 1).kind, "unreadable");
  });
}

const answerOf = (task: string, result: string) =>
  `{"result":true,"msg":"","sources":[{"result":true,"msg":"","sourceStatus":{"source":"s1","worker":"w1","result":null,"relayStatus":null},
 "subTaskStatus":[{"name":"${task}","stage":"${result === "null" ? "Running" : "Paused"}","unit":"Sync","result":${result}}]}]}`;
const BROKEN_CONNECTION = '{"isCanceled":false,"errors":[{"ErrCode":10006,"RawCause":"invalid connection"}]}';

/** [what the text holds, the text, "task kind" of each finding]. */
const SEVERAL: readonly (readonly [string, string, readonly string[]])[] = [
  [
    "two tasks, the failing one first",
    `${answerOf("a", BROKEN_CONNECTION)}\n» query-status b\n${answerOf("b", "null")}`,
    ["a invalid-connection", "b healthy"],
  ],
  ["the same task twice: the newer answer holds", `${answerOf("a", BROKEN_CONNECTION)}\n${answerOf("a", "null")}`, ["a healthy"]],
  [
    "the summary, then one of its tasks in full",
    `{"result":true,"tasks":[{"taskName":"a","taskStatus":"Error - x","sources":["s1"]},{"taskName":"b","taskStatus":"Error - x"}]}\n${answerOf("a", "null")}`,
    ["b unknown", "a healthy"],
  ],
  [
    "a refusal, then the answer",
    `{"result":false,"msg":"[code=38043:class=x:scope=y:level=z]"}\n${answerOf("a", "null")}`,
    ["a healthy"],
  ],
  [
    "another task that DM does not know",
    `{"result":false,"msg":"task b has no source or not exist"}\n${answerOf("a", "null")}`,
    ["b unknown", "a healthy"],
  ],
  [
    "a cut answer, then a whole one",
    `${answerOf("a", BROKEN_CONNECTION).slice(0, 150)}\n» query-status a\n${answerOf("a", "null")}`,
    ["a healthy"],
  ],
  ["a list of answers", `[${answerOf("a", BROKEN_CONNECTION)},${answerOf("b", "null")}]`, ["a invalid-connection", "b healthy"]],
  [
    "a partly failed answer",
    answerOf("a", "null").replace('"result":true,"msg":""', '"result":false,"msg":"half of it"'),
    ["a healthy", "null unknown"],
  ],
  [
    "one element of the sources",
    JSON.stringify(JSON.parse(answerOf("a", BROKEN_CONNECTION)).sources[0]),
    ["a invalid-connection"],
  ],
  [
    "one subtask",
    JSON.stringify(JSON.parse(answerOf("a", BROKEN_CONNECTION)).sources[0].subTaskStatus[0]),
    ["a invalid-connection"],
  ],
  [
    "colours of a terminal",
    answerOf("a", BROKEN_CONNECTION).replace(/"(\w+)":/g, '\u001b[34;1m"$1"\u001b[0m:'),
    ["a invalid-connection"],
  ],
];

for (const [says, text, expected] of SEVERAL) {
  test(`read: ${says}`, () => {
    const found = findings(text);

    assert.ok(Array.isArray(found), JSON.stringify(found));
    assert.deepEqual(
      found.map(({ task, kind }) => `${task} ${kind}`),
      expected,
    );
  });
}

test("of an answer that was cut nothing is diagnosed, wherever the cut is, and no older answer hides it", () => {
  const whole = `{"total":2,"data":[{"name":"a","status_list":[{"name":"a","source_name":"s1","worker_name":"w1","stage":"Running","unit":"Sync"}]},{"name":"b"}]}`;
  for (const text of [whole, answerOf("a", "null")]) {
    for (let length = 1; length < text.length; length++) {
      const cut = text.slice(0, length);

      assert.equal(readSavedAnswers(cut, 1).kind, "unreadable", cut);
      if (length > 10) assert.equal(readSavedAnswers(`${answerOf("z", "null")}\n${cut}`, 1).kind, "unreadable", cut);
    }
  }
});

test("a text whose statement is megabytes long keeps the cause behind it", () => {
  const error = readErrorText(
    `[code=10006:class=database:scope=not-set:level=high], Message: ${"x".repeat(10_000_000)}, RawCause: invalid connection`,
  );

  assert.equal(error.rawCause, "invalid connection");
  assert.ok(error.message.length < 20_000);
});

test("a code in the middle of the words is found", () => {
  const error = readErrorText(
    "fail to flush: [code=10003:class=database:scope=downstream:level=medium] database driver: invalid connection",
  );

  assert.deepEqual(
    [error.code, error.scope, error.message],
    [10003, "downstream", "fail to flush: database driver: invalid connection"],
  );
});

test("no change of one character makes the reader throw", () => {
  fc.assert(
    fc.property(fc.nat(recorded.length - 1), fc.string({ maxLength: 3 }), (index, put) => {
      findings(recorded.slice(0, index) + put + recorded.slice(index + 1));
    }),
    { numRuns: 300 },
  );
});

test("no JSON value makes the reader throw", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom("sources", "workers", "data", "tasks", "status_list"), (value, key) => {
      findings(JSON.stringify({ result: true, [key]: value }));
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
