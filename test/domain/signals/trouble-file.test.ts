import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { troubleFile } from "../../../src/domain/signals/trouble-file.ts";
import { anError } from "../../support/observations.ts";

const UUID = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

/** [DM's words, the file that they are about] */
const CASES: readonly (readonly [string, string])[] = [
  ["event from 4203966 in /data/dm/relay1/0-101.000001/mysql-bin.000002 diff from passed-in event", "mysql-bin|000001.000002"],
  [`parse relay log file relay-dir/${UUID}.000002/mysql-bin.000123: get event err EOF`, "mysql-bin|000002.000123"],
  ["position: (mysql-bin|000001.000004, 894), gtid-set: 0-101-17", "mysql-bin|000001.000004"],
  ["startLocation: [position: (my-log.bin.000007, 4), gtid-set: ]", "my-log.bin.000007"],
  ["the given relay log pos (mysql-bin.1000000, 5) of meta config is too big", "mysql-bin.1000000"],
  // The sub-directory alone is no file.
  [`check sub directory relay-dir/${UUID}.000001: no such file or directory`, "(where it stands)"],
  ["relay directory /data/0-101.000001 is broken", "(where it stands)"],
  ["Could not find first log file name in binary log index file", "(where it stands)"],
];

describe("the file that an error is about", () => {
  for (const [words, expected] of CASES)
    test(words, () => {
      assert.equal(troubleFile([anError(30029, "", { message: words })], "(where it stands)"), expected);
    });
});
