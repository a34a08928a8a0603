import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { readSavedAnswers } from "../../../src/adapters/dm/saved-answer.ts";
import { diagnoseAnswers } from "../../../src/cli/diagnose-answers.ts";

const recorded = (name: string) => readFileSync(new URL(`../../recorded/${name}`, import.meta.url), "utf8");

/** [recording, findings in order as "what kind"]. */
const CASES: readonly (readonly [string, readonly string[]])[] = [
  ["dm-8.1.0/running/gateway-status.json", ["dm_test healthy"]],
  ["dm-8.1.0/running/openapi-task-status.json", ["dm_test healthy"]],
  ["dm-8.1.0/invalid-connection/gateway-status.json", ["dm_test invalid-connection"]],
  ["dm-8.1.0/invalid-connection/openapi-task-status.json", ["dm_test invalid-connection"]],
  ["dm-8.1.0/invalid-connection/openapi-tasks.json", ["dm_test invalid-connection"]],
  ["dm-8.1.0/connection-refused/gateway-status.json", ["dm_test downstream-unreachable"]],
  ["dm-8.1.0/connection-refused/openapi-task-status.json", ["dm_test downstream-unreachable"]],
  ["dm-8.1.0/paused-by-person/gateway-status.json", ["dm_test paused-by-person"]],
  ["dm-8.1.0/paused-by-person/openapi-tasks.json", ["dm_test paused-by-person"]],
  ["dm-8.1.0/worker-crashed/gateway-status.json", ["replica-1 worker-offline"]],
  ["dm-8.1.0/worker-crashed/openapi-task-status.json", ["dm_test worker-offline"]],
  ["dm-8.1.0/ddl-unsupported/gateway-status.json", ["dm_test unsupported-ddl"]],
  ["dm-8.1.0/relay-over-4gib-error/gateway-status.json", ["replica-1 binlog-over-4gib-suspected", "dm_test healthy"]],
  ["dm-8.1.0/relay-over-4gib-series/3-after-36s/gateway-status.json", ["replica-1 healthy", "dm_test healthy"]],
  ["dm-1.0.7/running/gateway-status.json", ["replica-1 healthy", "dm_test healthy"]],
  ["dm-1.0.7/relay-over-4gib/gateway-status.json", ["replica-1 binlog-over-4gib-suspected", "dm_test healthy"]],
];

for (const [name, expected] of CASES) {
  test(`the recording ${name} is ${expected.join(" and ")}`, () => {
    const saved = readSavedAnswers(recorded(name), 1_000);

    const findings = saved.kind === "answers" ? diagnoseAnswers(saved.answers) : [];
    assert.deepEqual(
      findings.map((finding) => `${finding.task ?? finding.source} ${finding.kind}`),
      expected,
    );
  });
}

test("an answer of v1.0 in which a task failed to begin keeps its words without the stack trace", () => {
  const calls = recorded("dm-1.0.7/calls.jsonl")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { name: string; response: { json?: unknown } });
  const status = calls.find(({ name }) => name === "status by task")!;

  const saved = readSavedAnswers(JSON.stringify(status.response.json), 1);

  const [answer] = saved.kind === "answers" ? saved.answers : [];
  const [subtask] = answer?.kind === "observation" ? answer.observation.sources[0]!.subtasks : [];
  assert.equal(subtask?.stage, "Paused");
  assert.deepEqual(
    subtask?.result?.errors.map(({ code, class: klass, scope, level }) => [code, klass, scope, level]),
    [[10001, "database", "downstream", "high"]],
  );
  assert.doesNotMatch(JSON.stringify(answer), /terror\.go/);
});
