import type { DmErrorModel } from "../../stand-ins/dm/model.ts";
import type { Scenario } from "./scenario.ts";

const SOURCE = "mysql-orders-01";
const BEHIND = { id: 800_001, name: "the next order" } as const;
const REFUSED = "ALTER TABLE shop.orders DROP PRIMARY KEY";

/** DM met a statement that changes rows in a log that holds only rows: no kind that the bot knows (error 36014). */
const UNHEARD_OF: DmErrorModel = {
  code: 36014,
  class: "sync-unit",
  scope: "internal",
  level: "high",
  message: "only support ROW format binlog, unexpected DML statement found in query event",
  rawCause: "",
  workaround: "",
};

export const STATEMENT_SCENARIOS = {
  "unsupported-ddl": {
    title: "A DDL that TiDB refuses: shown in full, skipped by two votes, remembered in the ledger",
    version: "v8.1.0",
    sources: [SOURCE],
    tasks: ["orders-sync"],
    afterwards: "Type /dm ledger: it keeps what the downstream misses until somebody says that it was made up for.",
    databases: {
      ...{ flavor: "mysql", relay: false, syncBytesPerSecond: 420_000_000, relayBytesPerSecond: 700_000_000 },
      watched: [BEHIND],
    },
    async play({ dm, tell, wait }) {
      tell("Everything is well. In a few seconds DM meets a statement that TiDB refuses, and a card appears here.");
      await wait(4);
      await dm.world.writeRefusedDdl(SOURCE, REFUSED);
      await dm.world.write(SOURCE, [
        `INSERT INTO shop.orders VALUES (${BEHIND.id}, '${BEHIND.name}', 42.00, '2026-12-01 03:00:00')`,
      ]);
      tell(`DM stopped at “${REFUSED}”, which TiDB does not take. Every row behind it waits.`);
    },
  },
  "unknown-trouble": {
    title: "An error that the bot does not know: shown in DM's own words, nothing offered on a guess",
    version: "v8.1.0",
    sources: [SOURCE],
    tasks: ["orders-sync"],
    async play({ dm, tell, wait }) {
      tell("Everything is well. In a few seconds DM fails in a way that the bot has never met, and a card appears here.");
      await wait(5);
      dm.world.failSubtask("orders-sync", SOURCE, [UNHEARD_OF], "never");
      tell("DM stopped with an error that no kind of the bot's fits. It says so, and guesses nothing.");
    },
  },
} as const satisfies Readonly<Record<string, Scenario>>;
