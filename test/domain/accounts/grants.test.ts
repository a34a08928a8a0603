import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { beyond, lacking, type Right, readGrants, rightText } from "../../../src/domain/accounts/grants.ts";

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
    "rights of columns",
    ["GRANT SELECT (`a`, `b`), INSERT (`a`), UPDATE, CREATE ON `dm_meta`.* TO `m`@`%`"],
    {
      lacks: ["SELECT ON `dm_meta`.*", "INSERT ON `dm_meta`.*"],
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
      const grants = readGrants(sentences);

      assert.deepEqual(grants.untold, []);
      assert.deepEqual(lacking(grants, META).map(rightText), lacks);
      assert.deepEqual(beyond(grants, META), more);
    });

  test("roles and partial revokes are not guessed at", () => {
    const sentences = ["GRANT `writers`@`%` TO `m`@`%`", "REVOKE INSERT ON `shop`.* FROM `m`@`%`", "GRANT writers TO `m`@`%`"];

    assert.deepEqual(readGrants(sentences), { grants: [], untold: sentences });
  });

  test("reading binlogs has another name on MariaDB", () => {
    const { grants, untold } = readGrants(["GRANT PROCESS, BINLOG MONITOR ON *.* TO `p`@`%` IDENTIFIED BY PASSWORD"]);
    const needed = on(null, null, "REPLICATION CLIENT", "REPLICATION SLAVE", "PROCESS");

    assert.deepEqual(lacking({ grants, untold }, needed), []);
    assert.deepEqual(beyond({ grants, untold }, []), []);
  });

  test("an account that only reads has nothing beyond; one that may write anywhere has", () => {
    assert.deepEqual(beyond(readGrants(["GRANT SELECT, SHOW VIEW ON *.* TO `p`@`%`"]), []), []);
    assert.deepEqual(beyond(readGrants(["GRANT SELECT, SUPER ON *.* TO `p`@`%`"]), []), ["SUPER ON *.*"]);
  });

  test("a pattern covers what it stands for", () => {
    assert.deepEqual(lacking(readGrants(["GRANT SELECT ON `shop%`.* TO `p`@`%`"]), on("shop_eu", "orders", "SELECT")), []);
    assert.equal(lacking(readGrants(["GRANT SELECT ON `shop`.* TO `p`@`%`"]), on("shop_eu", "orders", "SELECT")).length, 1);
  });
});
