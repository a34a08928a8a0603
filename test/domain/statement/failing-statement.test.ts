import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { failingStatement, isDdl } from "../../../src/domain/statement/failing-statement.ts";
import { anError } from "../../support/observations.ts";

const AT = "startLocation: [position: (mysql-bin|000001.000003, 3270), gtid-set: 0-101-5]";

/** [what DM says in its message, the statement in full, its place in the form of `-b`] */
const CASES: readonly (readonly [name: string, message: string, statement: string | null, position: string | null])[] = [
  [
    "with its place and the original",
    `${AT}, endLocation: [position: (mysql-bin|000001.000003, 3400), gtid-set: ], origin SQL: [ALTER TABLE t DROP COLUMN c]: parse error`,
    "ALTER TABLE t DROP COLUMN c",
    "mysql-bin|000001.000003:3270",
  ],
  [
    "the original at the end",
    `${AT}, origin SQL: [ALTER TABLE t DROP COLUMN c]`,
    "ALTER TABLE t DROP COLUMN c",
    "mysql-bin|000001.000003:3270",
  ],
  ["the tracker's words", "cannot track DDL: ALTER TABLE `a`.`b` DROP PRIMARY KEY", "ALTER TABLE `a`.`b` DROP PRIMARY KEY", null],
  [
    "the downstream's refusal",
    `${AT}: execute statement failed: alter table t modify c int`,
    "alter table t modify c int",
    "mysql-bin|000001.000003:3270",
  ],
  [
    "a colon in a comment does not end it",
    "execute statement failed: ALTER TABLE t ADD COLUMN c INT COMMENT 'note: in cents'",
    "ALTER TABLE t ADD COLUMN c INT COMMENT 'note: in cents'",
    null,
  ],
  [
    "a bracket in the original does not end it",
    `${AT}, origin SQL: [ALTER TABLE t COMMENT '[x] y']: parse error`,
    "ALTER TABLE t COMMENT '[x] y'",
    "mysql-bin|000001.000003:3270",
  ],
  [
    "over several lines",
    "execute statement failed: CREATE TABLE t (\n  id INT,\n  note TEXT\n)",
    "CREATE TABLE t (\n  id INT,\n  note TEXT\n)",
    null,
  ],
  [
    "v1.0 puts the cause behind it",
    "execute statement failed: ALTER TABLE t DROP PRIMARY KEY: Error 8200: Unsupported drop primary key",
    "ALTER TABLE t DROP PRIMARY KEY",
    null,
  ],
  [
    "v1.0 with the tracker's class behind it",
    "execute statement failed: ALTER TABLE t DROP PRIMARY KEY: [ddl:8200]Unsupported drop primary key",
    "ALTER TABLE t DROP PRIMARY KEY",
    null,
  ],
  ["rows too: the gate tells them apart", "execute statement failed: INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (1)", null],
  ["no statement at all", "get binlog event error: EOF", null, null],
  ["an empty one", `${AT}, origin SQL: []`, null, null],
  ["words that only look like one", "the downstream was altered: create it anew", null, null],
];

describe("the statement that a subtask fails on", () => {
  for (const [name, message, statement, position] of CASES)
    test(name, () => {
      const found = failingStatement([anError(44_006, "", { message })]);
      assert.deepEqual(found, statement === null ? null : { statement, position });
    });

  test("is the first that any of the errors tells", () => {
    const found = failingStatement([
      anError(10_006, "invalid connection"),
      anError(44_006, "", { message: "cannot track DDL: DROP TABLE t" }),
      anError(44_006, "", { message: "cannot track DDL: DROP TABLE u" }),
    ]);
    assert.equal(found?.statement, "DROP TABLE t");
  });
});

const DDL: readonly (readonly [string, boolean])[] = [
  ["ALTER TABLE t DROP COLUMN c", true],
  ["alter\ntable t drop column c", true],
  ["  CREATE INDEX i ON t (c)", true],
  ["DROP DATABASE shop", true],
  ["RENAME TABLE a TO b", true],
  ["TRUNCATE t", true],
  ["/* by app */ ALTER TABLE t ADD c INT", true],
  ["-- by app\nALTER TABLE t ADD c INT", true],
  ["# by app\nALTER TABLE t ADD c INT", true],
  ["INSERT INTO t VALUES ('ALTER TABLE t')", false],
  ["/* ALTER TABLE t */ DELETE FROM t", false],
  ["UPDATE t SET c = 1", false],
  ["REPLACE INTO t VALUES (1)", false],
  ["ALTERNATE t", false],
  ["", false],
];

describe("a DDL is told from what changes rows", () => {
  for (const [statement, expected] of DDL)
    test(`${JSON.stringify(statement)}: ${expected}`, () => {
      assert.equal(isDdl(statement), expected);
    });
});
