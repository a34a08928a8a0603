import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { backupPrefixOf } from "../../../src/domain/binlog/backup-table.ts";

describe("the name of a backup table", () => {
  test("says its task", () => {
    assert.equal(backupPrefixOf("dm_test"), "dm_test_syncer_checkpoint_bak_");
  });

  test("of long tasks that begin alike is not the same", () => {
    const [one, other] = ["orders_of_the_european_shops_in_2026_a", "orders_of_the_european_shops_in_2026_b"];

    assert.notEqual(backupPrefixOf(one), backupPrefixOf(other));
    assert.match(backupPrefixOf(one), /^orders_of_the_europ_[0-9a-f]{8}_syncer_checkpoint_bak_$/);
  });

  test("has room for the store and the run in the 64 characters that a name may have", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 80 }), (task) => {
        assert.ok(`${backupPrefixOf(task)}5f0c_r1234567`.length <= 64);
      }),
    );
  });
});
