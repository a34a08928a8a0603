import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { judgeStreams, type StreamVerdict } from "../../../src/domain/binlog/streams.ts";
import type { DumpStream } from "../../../src/domain/binlog/upstream-facts.ts";

const stream = (reads: DumpStream["reads"], user = "dm"): DumpStream => ({ user, host: "10.0.0.7:41000", reads });
const [gtid, position, silent] = [stream("by-gtid"), stream("by-position"), stream("not-told")];

/** [streams that the upstream serves, tasks of the source, what is proved] */
const CASES: readonly (readonly [string, readonly DumpStream[], number, StreamVerdict["kind"]])[] = [
  ["one task by GTID", [gtid], 1, "by-gtid"],
  ["no stream yet", [], 1, "not-yet"],
  ["by position", [position], 1, "not-yet"],
  ["two tasks, and one task's stream does not vouch for the other's", [gtid, position], 2, "not-yet"],
  ["two tasks, one of which has no stream yet", [gtid], 2, "not-yet"],
  ["two tasks by GTID", [gtid, gtid], 2, "by-gtid"],
  ["a replica by position beside the task", [gtid, stream("by-position", "repl")], 1, "by-gtid"],
  ["a replica by GTID vouches for nothing", [position, stream("by-gtid", "repl")], 1, "not-yet"],
  ["one more by position with the same account", [gtid, position], 1, "mixed"],
  ["MariaDB", [silent, silent], 2, "not-told"],
];

describe("whether tasks read by GTIDs", () => {
  for (const [what, streams, tasks, expected] of CASES)
    test(what, () => {
      assert.equal(judgeStreams(streams, "dm", tasks).kind, expected);
    });

  test("where the source's account is not known every stream may be its", () => {
    assert.equal(judgeStreams([stream("by-gtid", "a"), stream("by-position", "b")], null, 1).kind, "mixed");
  });
});
