import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { causeOf, rightText } from "../../../src/domain/diagnosis/cause.ts";
import { type Granted, isGranted, type RightOn } from "../../../src/domain/diagnosis/grants.ts";
import { anError } from "../../support/observations.ts";

const ORDERS: RightOn = { schema: "shop", table: "orders" };
const META: RightOn = { schema: "dm_meta", table: "t_syncer_checkpoint" };
const TO = "TO `dm`@`%`";

/** [what SHOW GRANTS prints, the rights of which one is wanted, on what, the answer] */
const CASES: readonly (readonly [readonly string[], string, RightOn, Granted])[] = [
  [[`GRANT SELECT ON \`shop\`.* ${TO}`], "SELECT", ORDERS, "yes"],
  [[`GRANT SELECT, INSERT ON *.* ${TO}`], "INSERT", ORDERS, "yes"],
  [[`GRANT SELECT ON \`shop\`.\`orders\` ${TO}`], "SELECT", ORDERS, "yes"],
  [[`GRANT SELECT ON \`shop\`.\`items\` ${TO}`], "SELECT", ORDERS, "no"],
  [["GRANT SELECT ON 'shop'.* TO 'dm'@'%' WITH GRANT OPTION"], "SELECT", ORDERS, "yes"],
  [['GRANT SELECT ON "shop"."orders" TO "dm"@"%"'], "SELECT", ORDERS, "yes"],
  [["GRANT ALL PRIVILEGES ON shop.* TO dm@'%'"], "DELETE", ORDERS, "yes"],
  [[`GRANT USAGE ON *.* ${TO}`], "SELECT", ORDERS, "no"],
  // Patterns: on a schema `_` and `%` are wild, behind a backslash and on a table they are not.
  [[`GRANT UPDATE ON \`dm\\_meta\`.* ${TO}`], "UPDATE", META, "yes"],
  [[`GRANT UPDATE ON \`dm_meta\`.* ${TO}`], "UPDATE", META, "yes"],
  [[`GRANT UPDATE ON \`dm%\`.* ${TO}`], "UPDATE", META, "yes"],
  [[`GRANT UPDATE ON \`dm\\_meta\`.* ${TO}`], "UPDATE", { schema: "dmXmeta", table: "t" }, "no"],
  [[`GRANT UPDATE ON \`dm_meta\`.\`t\` ${TO}`], "UPDATE", { schema: "dmXmeta", table: "t" }, "no"],
  // Of two patterns that fit the narrower counts, and which that is the server alone knows.
  [[`GRANT SELECT ON \`dm%\`.* ${TO}`, `GRANT UPDATE ON \`dm\\_meta\`.* ${TO}`], "SELECT", META, "not-told"],
  [[`GRANT SELECT ON \`dm%\`.* ${TO}`, `GRANT SELECT, UPDATE ON \`dm\\_meta\`.* ${TO}`], "SELECT", META, "yes"],
  // Names that hold what sentences are made of.
  [[`GRANT SELECT ON \`my.shop\`.\`a\`\`b\` ${TO}`], "SELECT", { schema: "my.shop", table: "a`b" }, "yes"],
  [[`GRANT SELECT ON \`sold TO us\`.* ${TO}`], "SELECT", { schema: "sold TO us", table: "t" }, "yes"],
  [[`GRANT SELECT ON \`Shop\`.\`Orders\` ${TO}`], "SELECT", ORDERS, "not-told"],
  // Columns alone are not the table.
  [[`GRANT SELECT (\`id\`) ON \`shop\`.\`orders\` ${TO}`], "SELECT", ORDERS, "not-told"],
  [[`GRANT SELECT (\`id\`, \`name\`), INSERT ON \`shop\`.\`orders\` ${TO}`], "INSERT", ORDERS, "yes"],
  [[`GRANT SELECT (\`id\`, \`name\`), INSERT ON \`shop\`.\`orders\` ${TO}`], "UPDATE", ORDERS, "no"],
  // Rights of the whole server are not held by a schema's.
  [[`GRANT ALL PRIVILEGES ON \`shop\`.* ${TO}`], "REPLICATION CLIENT", null, "no"],
  [["GRANT ALL PRIVILEGES ON *.* TO 'root'@'localhost' WITH GRANT OPTION"], "REPLICATION SLAVE", null, "yes"],
  [["GRANT PROXY ON ''@'%' TO 'root'@'localhost' WITH GRANT OPTION"], "SELECT", ORDERS, "no"],
  // One right, two names.
  [[`GRANT BINLOG MONITOR ON *.* ${TO}`], "REPLICATION CLIENT", null, "yes"],
  [[`GRANT REPLICATION CLIENT ON *.* ${TO}`], "BINLOG MONITOR", null, "yes"],
  [[`GRANT REPLICATION CLIENT ON *.* ${TO}`], "REPLICATION SLAVE", null, "no"],
  [[`GRANT REPLICATION CLIENT ON *.* ${TO}`], "SUPER,REPLICATION CLIENT", null, "yes"],
  // Roles: what is in force is printed beside them.
  [[`GRANT USAGE ON *.* ${TO}`, "GRANT `reader`@`%` TO `dm`@`%`"], "SELECT", ORDERS, "not-told"],
  [[`GRANT USAGE ON *.* ${TO}`, "GRANT `reader` TO `dm`@`%`", "GRANT SELECT ON `shop`.* TO `reader`"], "SELECT", ORDERS, "yes"],
  // What MySQL 8 takes back of a right on everything.
  [[`GRANT SELECT ON *.* ${TO}`, "REVOKE SELECT ON `shop`.* FROM `dm`@`%`"], "SELECT", ORDERS, "not-told"],
  [[`GRANT SELECT ON *.* ${TO}`, "REVOKE SELECT ON `mysql`.* FROM `dm`@`%`"], "SELECT", ORDERS, "yes"],
  // The server named the table alone.
  [[`GRANT SELECT ON \`shop\`.* ${TO}`], "SELECT", { schema: null, table: "orders" }, "not-told"],
  [[`GRANT INSERT ON \`shop\`.* ${TO}`], "SELECT", { schema: null, table: "orders" }, "no"],
  [[`GRANT EXECUTE ON PROCEDURE \`shop\`.\`orders\` ${TO}`], "EXECUTE", ORDERS, "no"],
];

describe("SHOW GRANTS", () => {
  for (const [sentences, rights, on, expected] of CASES)
    test(`${sentences.join("; ")}: ${rights} on ${JSON.stringify(on)} is ${expected}`, () => {
      assert.equal(isGranted(sentences, rights.split(","), on), expected);
    });

  test("where the server did not say which right is missing, only a complete lack is an answer", () => {
    const shop: RightOn = { schema: "shop", table: null };
    assert.equal(isGranted([`GRANT USAGE ON *.* ${TO}`], [], shop), "no");
    assert.equal(isGranted([`GRANT SELECT ON \`shop\`.* ${TO}`], [], shop), "not-told");
  });
});

/** [the server's words, what is wanted] */
const WORDS: readonly (readonly [string, string])[] = [
  ["Error 1142 (42000): SELECT command denied to user 'dm'@'10.0.0.1' for table 'orders'", "SELECT on orders"],
  ["Error 1142 (42000): INSERT command denied to user 'dm'@'%' for table `shop`.`orders`", "INSERT on shop.orders"],
  ["Error 1143 (42000): SELECT command denied to user 'dm'@'%' for column 'id' in table 'orders'", "SELECT on orders"],
  [
    "Error 1227 (42000): Access denied; you need (at least one of) the SUPER, REPLICATION CLIENT privilege(s) for this operation",
    "SUPER or REPLICATION CLIENT",
  ],
  ["Error 1044 (42000): Access denied for user 'dm'@'%' to database 'shop'", "a right on shop.*"],
];

describe("a right that is missing, in the server's words", () => {
  for (const [words, wanted] of WORDS)
    test(words, () => {
      const cause = causeOf([anError(10001, words, { scope: "downstream" })], "Sync");
      assert.ok(cause.kind === "grant", cause.kind);
      assert.equal(rightText(cause), wanted);
    });

  test("a login that is refused is no grant", () => {
    assert.equal(
      causeOf([anError(10001, "Error 1045 (28000): Access denied for user 'dm'@'%' (using password: YES)")], "Sync").kind,
      "login",
    );
  });
});
