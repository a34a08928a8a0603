import { NO_MEMORY } from "../../../src/domain/diagnosis/source-knowledge.ts";
import { failing, failsWith, relayFails } from "../diagnosed.ts";
import { anError, aSource, aSubtask } from "../observations.ts";
import { boundElsewhere, type KindTable, offlineWorker, unanswered } from "./situations.ts";

export const PERSON_KINDS: KindTable = {
  "unsupported-ddl": [
    [
      [
        "DM's tracker does not take it, and tells the statement",
        {
          source: failsWith(44_006, "[ddl:8200]Unsupported drop primary key", {
            message:
              "startLocation: [position: (mysql-bin.000003, 509), gtid-set: ]: execute statement failed: alter table `a`.`b` drop primary key",
          }),
        },
        "shown",
        ["skip-or-replace", "skip-or-replace-statement"],
      ],
      [
        "a syntax that the downstream does not know",
        {
          source: failsWith(10_006, "Error 1064 (42000): You have an error in your SQL syntax near 'INVISIBLE'", {
            message: "execute statement failed: ALTER TABLE t ALTER INDEX i INVISIBLE",
          }),
        },
        "shown",
        ["skip-or-replace", "skip-or-replace-statement"],
      ],
      [
        "the statement is not told, so nothing is offered",
        { source: failsWith(44_006, "[ddl:8200]Unsupported modify column") },
        "wordsOnly",
        ["skip-or-replace"],
      ],
      [
        "v1.0 handles statements by dmctl alone",
        {
          source: failsWith(10_006, "", {
            message: "execute statement failed: alter table t drop primary key: Error 8200: Unsupported drop primary key",
          }),
          generation: "v1.0",
        },
        "shown",
        ["skip-or-replace"],
      ],
    ],
    [
      [
        "a row's syntax is no DDL",
        {
          source: failsWith(10_006, "Error 1064 (42000): You have an error in your SQL syntax", {
            message: "execute statement failed: INSERT INTO t VALUES (",
          }),
        },
        "unknown",
      ],
      [
        "the code of DDLs over an insert",
        { source: failsWith(44_006, "column count mismatch", { message: "execute statement failed: INSERT INTO t VALUES (1)" }) },
        "unknown",
      ],
      [
        "a DDL that meets a missing table",
        {
          source: failsWith(10_006, "Error 1146 (42S02): Table 'shop.orders' doesn't exist", {
            message: "execute statement failed: ALTER TABLE shop.orders ADD COLUMN c INT",
          }),
        },
        "missing-table",
      ],
    ],
  ],
  "access-denied": [
    [
      [
        "a login that the downstream refuses",
        {
          source: failsWith(10_001, "Error 1045 (28000): Access denied for user 'dm'@'10.0.0.3' (using password: YES)", {
            scope: "downstream",
          }),
        },
        "shown",
        ["mend-the-rights", "fix-and-resume"],
      ],
      [
        "a right on one table",
        { source: failsWith(10_006, "Error 1142 (42000): INSERT command denied to user 'dm'@'%' for table 'orders'") },
        "shown",
        ["mend-the-rights", "fix-and-resume"],
      ],
      [
        "a right of the server",
        {
          source: failsWith(
            36_069,
            "Error 1227 (42000): Access denied; you need (at least one of) the REPLICATION SLAVE privilege(s) for this operation",
            { scope: "upstream" },
          ),
        },
        "shown",
        ["mend-the-rights", "fix-and-resume"],
      ],
      [
        "the relay's login: DM goes on by itself once it works",
        {
          source: relayFails(30_015, "ERROR 1045 (28000): Access denied for user 'dm_source'@'10.0.0.3' (using password: YES)", {
            scope: "upstream",
          }),
        },
        "shown",
        ["mend-what-stops-the-relay"],
      ],
    ],
    [
      [
        "the words stand in a row, not in the answer",
        {
          source: failsWith(10_006, "Error 1406 (22001): Data too long for column 'note' at row 1", {
            message: "execute statement failed: INSERT INTO log VALUES ('Access denied for user x')",
          }),
        },
        "unknown",
      ],
      [
        "a server that takes no more connections",
        { source: failsWith(10_001, "Error 1040 (HY000): Too many connections", { scope: "downstream" }) },
        "unknown",
      ],
    ],
  ],
  "failed-then-stopped-by-person": [
    [
      [
        "an error, and isCanceled beside it",
        {
          source: failing([anError(10_006, "Error 1366 (HY000): Incorrect string value")], {
            result: { isCanceled: true, errors: [anError(10_006, "Error 1366 (HY000): Incorrect string value")] },
          }),
        },
        "shown",
        ["paused-after-the-failure", "resume-task", "stop-start-task"],
      ],
    ],
    [
      [
        "paused without an error: somebody wants it so",
        { source: aSource([aSubtask({ stage: "Paused", errors: [], isCanceled: true })]) },
        "paused-by-person",
      ],
      [
        "the same error, and nobody paused it",
        { source: failsWith(10_006, "Error 1366 (HY000): Incorrect string value") },
        "unknown",
      ],
      [
        "OpenAPI does not tell whether somebody did",
        {
          source: failing([anError(10_006, "Error 1366 (HY000): Incorrect string value")], {
            result: { isCanceled: null, errors: [anError(10_006, "Error 1366 (HY000): Incorrect string value")] },
          }),
        },
        "unknown",
      ],
    ],
  ],
  "stopped-and-forgotten": [
    [
      [
        "a task that DM has listed and lists no more",
        {
          source: aSource([aSubtask({ task: "other" })]),
          memory: { ...NO_MEMORY, stopped: [{ task: "orders", source: "s1", goneSince: 1 }] },
        },
        "shown",
        ["start-it-again", "start-task"],
      ],
    ],
    [
      [
        "a task of another source",
        { source: aSource([aSubtask()]), memory: { ...NO_MEMORY, stopped: [{ task: "orders", source: "s2", goneSince: 1 }] } },
        "healthy",
      ],
    ],
  ],
  "source-unbound": [
    [
      [
        "every worker is there, and none has it",
        { source: unanswered(), workers: [boundElsewhere] },
        "shown",
        ["bind-the-source"],
      ],
    ],
    [
      ["its worker is away", { source: unanswered(), workers: [offlineWorker] }, "worker-offline"],
      [
        "some worker is away: it may be the one",
        { source: unanswered(), workers: [{ ...offlineWorker, source: null }, boundElsewhere] },
        "worker-offline",
      ],
    ],
  ],
  "disk-full": [
    [
      [
        "a worker's disk",
        { source: failsWith(30_015, "write /data/relay/mysql-bin.000003: no space left on device") },
        "shown",
        ["mend-the-cause", "fix-and-resume"],
      ],
      [
        "the relay's disk: DM goes on by itself once there is room",
        {
          source: relayFails(30_025, "write /data/relay/0-101.000001/mysql-bin.000003: no space left on device"),
        },
        "shown",
        ["mend-what-stops-the-relay"],
      ],
    ],
    [
      [
        "a quota of connections",
        { source: failsWith(10_001, "Error 1226 (42000): User 'dm' has exceeded the 'max_user_connections' resource") },
        "unknown",
      ],
    ],
  ],
};
