import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { beyond, lacking, type Right, rightText } from "../../../src/domain/accounts/rights.ts";

const on = (schema: string | null, table: string | null, ...rights: string[]): Right[] =>
  rights.map((right) => ({ right, schema, table }));
const META = on("dm_meta", null, "SELECT", "INSERT", "UPDATE", "CREATE");

/** As MariaDB 10.11, MySQL 8 and TiDB print them. */
const PRINTED: readonly [string, string[], { lacks?: string[]; beyond?: string[] }][] = [
  [
    "MariaDB",
    ["GRANT USAGE ON *.* TO `medic_meta`@`%`", "GRANT SELECT, INSERT, UPDATE, CREATE ON `dm_meta`.* TO `medic_meta`@`%`"],
    {},
  ],
  [
    "TiDB",
    ["GRANT USAGE ON *.* TO 'medic_meta'@'%'", "GRANT SELECT,INSERT,UPDATE,CREATE ON `dm_meta`.* TO 'medic_meta'@'%'"],
    {},
  ],
  ["an escaped name", ["GRANT SELECT, INSERT, UPDATE, CREATE ON `dm\\_meta`.* TO `m`@`%`"], {}],
  [
    "everything",
    ["GRANT ALL PRIVILEGES ON *.* TO `root`@`%` WITH GRANT OPTION"],
    { beyond: ["ALL PRIVILEGES ON *.*", "GRANT OPTION ON *.*"] },
  ],
  [
    "another schema",
    ["GRANT SELECT, INSERT, UPDATE, CREATE ON `dm_meta_2`.* TO `m`@`%`"],
    {
      lacks: ["SELECT ON `dm_meta`.*", "INSERT ON `dm_meta`.*", "UPDATE ON `dm_meta`.*", "CREATE ON `dm_meta`.*"],
      beyond: ["INSERT ON dm_meta_2.*", "UPDATE ON dm_meta_2.*", "CREATE ON dm_meta_2.*"],
    },
  ],
  [
    "one table only",
    ["GRANT SELECT, INSERT, UPDATE, CREATE ON `dm_meta`.`x` TO `m`@`%`"],
    {
      lacks: ["SELECT ON `dm_meta`.*", "INSERT ON `dm_meta`.*", "UPDATE ON `dm_meta`.*", "CREATE ON `dm_meta`.*"],
    },
  ],
  [
    "more than needed",
    ["GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP ON `dm_meta`.* TO `m`@`%`"],
    {
      beyond: ["DELETE ON dm_meta.*", "DROP ON dm_meta.*"],
    },
  ],
];

describe("SHOW GRANTS", () => {
  for (const [name, sentences, { lacks = [], beyond: more = [] }] of PRINTED)
    test(`${name}: what the meta writer lacks and what it has beyond its work`, () => {
      assert.deepEqual(lacking(sentences, META).missing.map(rightText), lacks);
      assert.deepEqual(beyond(sentences, META), more);
    });

  test("what a role gives is not guessed at, and what is taken back is nothing beyond", () => {
    const sentences = ["GRANT `writers`@`%` TO `m`@`%`", "REVOKE INSERT ON `shop`.* FROM `m`@`%`"];

    assert.deepEqual(lacking(sentences, META), { missing: [], notTold: META });
    assert.deepEqual(beyond(sentences, META), []);
  });

  test("an account that only reads has nothing beyond; one that may change something anywhere has", () => {
    assert.deepEqual(beyond(["GRANT SELECT, SHOW VIEW, PROCESS, BINLOG MONITOR ON *.* TO `p`@`%`"], []), []);
    assert.deepEqual(beyond(["GRANT SELECT, SUPER ON *.* TO `p`@`%`"], []), ["SUPER ON *.*"]);
    assert.deepEqual(beyond(["GRANT SELECT, UPDATE (`a`) ON `shop`.`orders` TO `p`@`%`"], []), ["UPDATE ON shop.orders"]);
  });

  test("the fence's table alone is allowed to the row writer, not the schema around it", () => {
    const fence = on("dm_meta", "dm_medic_fence", "INSERT", "UPDATE");

    assert.deepEqual(beyond(["GRANT SELECT, INSERT, UPDATE ON `dm_meta`.`dm_medic_fence` TO `r`@`%`"], fence), []);
    assert.deepEqual(beyond(["GRANT INSERT ON `dm_meta`.* TO `r`@`%`"], fence), ["INSERT ON dm_meta.*"]);
  });
});
