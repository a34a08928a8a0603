import { relayOver4gib } from "../../stand-ins/dm/errors.ts";
import type { Statement } from "../../stand-ins/dm/upstream-side.ts";
import type { DatabaseAccess, Scenario, Stage } from "./scenario.ts";

const SOURCE = "mysql-orders-01";
const ROWS = {
  before: { id: 700_001, name: "row A, before the 4 GiB mark" },
  past: { id: 700_002, name: "row B, past the 4 GiB mark" },
  next: { id: 700_003, name: "row C, in the next file" },
} as const;

/** Its number: the one before it holds a few orders, so that GTIDs stand before it. */
const LARGE_FILE = 2;

const ACCESS: DatabaseAccess = {
  flavor: "mysql",
  relay: false,
  syncBytesPerSecond: 420_000_000,
  relayBytesPerSecond: 1_500_000_000,
  watched: Object.values(ROWS),
};

const order = ({ id, name }: { readonly id: number; readonly name: string }): Statement =>
  `INSERT INTO shop.orders VALUES (${id}, '${name}', 42.00, '2026-12-01 03:00:00')`;
const bytes = (count: number): Statement => ({ kind: "bytes", bytes: count });

/**
 * A server closes a file at 1 GiB, but never inside a transaction: ordinary ones first, then one that carries it past 4 GiB. The
 * stand-in tells these sizes; nothing that large is written anywhere.
 */
async function writeLargeFile({ dm: { world } }: Stage): Promise<void> {
  const { side } = world.sourceNamed(SOURCE);
  await side.rotate();
  for (let count = 0; count < 8; count++) await side.write([bytes(120_000_000)]);
  await side.writeHuge([bytes(2_600_000_000), order(ROWS.before), bytes(1_000_000_000), order(ROWS.past), bytes(40_000_000)]);
  await side.write([order(ROWS.next)]);
}

/** Every scenario here: one source, one task, read by position as most clusters are set up. */
const ONE_TASK = { sources: [SOURCE], tasks: ["orders-sync"] } as const;

export const LARGE_FILE_SCENARIOS = {
  "relay-over-4gib": {
    title: "A relay fails on a binlog file over 4 GiB: measured, and read again by GTIDs so that no row is lost",
    version: "v8.1.0",
    ...ONE_TASK,
    databases: { ...ACCESS, relay: true },
    holdsGuide: true,
    async play(stage) {
      const { dm, tell, wait, alert } = stage;
      tell("Everything is well. In a few seconds the upstream closes a binlog file of 4.3 GiB, and its relay pulls it.");
      await wait(4);
      await writeLargeFile(stage);
      const source = dm.world.sourceNamed(SOURCE);
      while ((source.relay?.errors.length ?? 0) === 0) await wait(0.1);
      await alert({ alertname: "DM_relay_process_exits_with_error", instance: "127.0.0.1:8262", job: "dm_worker" });
      await wait(5);
      tell(
        "The relay fails on the file, DM resumes it by itself, and it pulls the file again, for ever. Rows B and C below do not arrive.",
      );
    },
  },
  "sync-over-4gib": {
    title: "The sync unit turns in circles inside a file over 4 GiB, all green: switched to GTIDs before a row is lost",
    version: "v8.1.0",
    ...ONE_TASK,
    databases: { ...ACCESS, relay: true },
    async play(stage) {
      const { dm, tell, wait } = stage;
      tell("Everything is well. In a few seconds a relay gets past a file over 4 GiB by a colleague's hand.");
      await wait(4);
      await writeLargeFile(stage);
      const source = dm.world.sourceNamed(SOURCE);
      while ((source.relayFolder?.pulled.file ?? 0) < LARGE_FILE) await wait(0.1);
      dm.world.repairRelay(SOURCE);
      tell(
        "A colleague laid the file of 4.3 GiB into the relay's folder by hand. The relay goes on; the sync unit begins the file anew for ever, Running and without an error.",
      );
    },
  },
  "rows-may-be-missing": {
    title: "All green, and a row is gone: found by a look at the databases, brought back, compared",
    version: "v8.1.0",
    ...ONE_TASK,
    databases: ACCESS,
    async before(stage) {
      const { world } = stage.dm;
      world.syncBytesPerSecond = 10 * ACCESS.syncBytesPerSecond; // nobody has to wait for what is over
      await writeLargeFile(stage);
      while ((world.subtask("orders-sync", SOURCE)?.sync?.flushed.global.file ?? 0) <= LARGE_FILE) await stage.wait(0.1);
      world.syncBytesPerSecond = ACCESS.syncBytesPerSecond;
    },
    async play({ tell }) {
      tell(
        "DM says Running and synced, no error anywhere. But last night it read a binlog file over 4 GiB by position, and row B never arrived.",
      );
    },
  },
  "over-4gib-by-the-faq": {
    title:
      "DM v1.0 and a binlog file over 4 GiB: the FAQ's own repairs, and the row that they lose copied (three plans, three minutes)",
    version: "v1.0.7",
    ...ONE_TASK,
    databases: { ...ACCESS, relay: true },
    holdsGuide: true,
    async play(stage) {
      const { dm, tell, wait } = stage;
      tell("Everything is well. In a few seconds the upstream closes a binlog file of 4.3 GiB, and its relay pulls it.");
      await wait(4);
      await writeLargeFile(stage);
      const source = dm.world.sourceNamed(SOURCE);
      while ((source.relay?.errors.length ?? 0) === 0) await wait(0.1);
      while (dm.world.subtask("orders-sync", SOURCE)?.stage !== "Paused") await wait(0.1);
      await wait(3);
      tell(
        "The relay stopped on the file and the sync unit behind it. DM v1.0 resumes neither and knows no way by GTIDs: the FAQ's way is left.",
      );
    },
  },
  "over-4gib-suspected": {
    title: "A relay fails as it does on a binlog file over 4 GiB: suspected, to be measured, nothing offered on a guess",
    version: "v1.0.7",
    ...ONE_TASK,
    async play({ dm, tell, wait }) {
      tell("Everything is well. In a few seconds a relay stops, and a card appears here.");
      await wait(5);
      for (const source of dm.world.sources.values())
        if (source.relay) Object.assign(source.relay, { stage: "Paused", errors: [relayOver4gib()], failedAt: dm.world.now() });
      tell("The relay stopped with error 30029, as it does on a binlog file over 4 GiB, and as it does on others.");
    },
  },
} as const satisfies Readonly<Record<string, Scenario>>;
