import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { sha256 } from "../../src/adapters/keys/keys.ts";
import { createLog } from "../../src/adapters/log/log.ts";
import { createMetrics } from "../../src/adapters/metrics/metrics.ts";
import { openSqliteStore } from "../../src/adapters/store/sqlite-store.ts";
import { createActiveLease } from "../../src/app/active-lease.ts";

const SECONDS = 120;

/** A lease of two minutes whose holder's clocks are moved by hand; its renewals wait for ever. */
async function held() {
  const store = await openSqliteStore({ file: ":memory:", hashing: sha256 });
  const clocks = { monotonic: 5_000, wall: 1_000_000 };
  const lease = createActiveLease({
    ...{ store, owner: "a", seconds: SECONDS, log: createLog("silent"), metrics: createMetrics(), onChange: () => {} },
    clock: {
      now: () => clocks.wall,
      monotonic: () => clocks.monotonic,
      sleep: (_, signal) => new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(signal.reason))),
    },
  });
  await lease.start();
  return { lease, clocks, end: () => lease.stop().then(() => store.close()) };
}

describe("what is left of a lease, by its holder's own clocks", () => {
  test("is over when its time is", async () => {
    const { lease, clocks, end } = await held();
    assert.equal(lease.held()?.timeLeftMs(), 120_000);
    Object.assign(clocks, { monotonic: 5_000 + 119_999, wall: 1_000_000 + 119_999 });
    assert.equal(lease.held()?.timeLeftMs(), 1);
    Object.assign(clocks, { monotonic: 5_000 + 120_000, wall: 1_000_000 + 120_000 });
    assert.equal(lease.held(), null);
    await end();
  });

  test("is over where the host slept: the monotonic clock stood still", async () => {
    const { lease, clocks, end } = await held();
    const before = lease.held()!;
    clocks.wall += 121_000;
    assert.equal(lease.held(), null);
    assert.ok(before.timeLeftMs() < 0, "for whoever holds an older answer too");
    await end();
  });

  test("does not grow when the clock is set back", async () => {
    const { lease, clocks, end } = await held();
    clocks.wall -= 3_600_000;
    clocks.monotonic += 100_000;
    assert.equal(lease.held()?.timeLeftMs(), 20_000);
    clocks.monotonic += 20_000;
    assert.equal(lease.held(), null);
    await end();
  });
});
