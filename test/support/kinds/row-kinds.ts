import { notKnown } from "../../../src/domain/observation/known.ts";
import { failing, failsWith, looked, ROW } from "../diagnosed.ts";
import { aFile } from "../gates/replay-cases.ts";
import { anError, aSource, aSubtask } from "../observations.ts";
import { found, type KindTable, NO_RIGHT, remembers, suspicion } from "./situations.ts";

export const ROW_KINDS: KindTable = {
  "rows-may-be-missing": [
    [
      [
        "a syncer that was seen passing the file",
        { source: aSource([aSubtask()]), memory: remembers(suspicion()) },
        "wordsOnly",
        ["compare-both-sides", "compare-rows"],
      ],
      [
        "a syncer that was past it at the first look",
        { source: aSource([aSubtask()]), memory: remembers(suspicion({ wasSeenPassing: false })) },
        "suspected",
        ["compare-both-sides", "compare-rows"],
      ],
      [
        "a comparison found rows missing, and GTIDs are there",
        { source: aSource([aSubtask()]), memory: remembers(suspicion({ found: found(3) })), knowledge: looked() },
        "shown",
        ["switch-to-gtid", "switch-to-gtid", "copy-missing-rows"],
      ],
      [
        "a comparison found rows missing, and no GTIDs are there",
        {
          source: aSource([aSubtask()]),
          memory: remembers(suspicion({ found: found(3) })),
          knowledge: looked({ gtid: { isOn: false } }),
        },
        "shown",
        ["compare-both-sides", "copy-missing-rows"],
      ],
    ],
    [
      [
        "a clean comparison has closed it",
        {
          source: aSource([aSubtask()]),
          memory: remembers(suspicion({ closed: { at: 2, by: "comparison", why: "C-2" } as never })),
        },
        "healthy",
      ],
      [
        "the suspicion is another source's",
        { source: aSource([aSubtask()]), memory: remembers(suspicion({ source: "s2" })) },
        "healthy",
      ],
    ],
  ],
  "checkpoint-missing": [
    [
      [
        "a running Sync unit without a global row",
        { source: aSource([aSubtask()]), knowledge: looked({ rows: [] }) },
        "wordsOnly",
        ["look-at-the-checkpoint", "compare-rows"],
      ],
    ],
    [
      [
        "the rows could not be read",
        {
          source: aSource([aSubtask()]),
          knowledge: {
            ...looked({ files: [aFile(3, 900, true)] }),
            rows: new Map([["orders", notKnown("connect ECONNREFUSED")]]),
          },
        },
        "healthy",
      ],
      [
        "the rows of another task were read",
        { source: aSource([aSubtask({ task: "other" })]), knowledge: looked({ rows: [], files: [aFile(3, 900, true)] }) },
        "healthy",
      ],
      [
        "it still loads and has none yet",
        { source: aSource([aSubtask({ unit: "Load", progress: null })]), knowledge: looked({ rows: [] }) },
        "healthy",
      ],
    ],
  ],
  "checkpoint-ahead": [
    [
      [
        "a file that the upstream has not written yet",
        { source: aSource([aSubtask()]), knowledge: looked({ rows: [{ ...ROW, file: "mysql-bin.000009", gtid: "" }] }) },
        "wordsOnly",
        ["look-at-the-checkpoint", "compare-rows"],
      ],
      [
        "a place past the end of the file that is being written",
        {
          source: aSource([aSubtask()]),
          knowledge: looked({ rows: [{ ...ROW, file: "mysql-bin.000004", position: 901, gtid: "" }] }),
        },
        "wordsOnly",
        ["look-at-the-checkpoint", "compare-rows"],
      ],
      [
        "a table row alone",
        {
          source: aSource([aSubtask()]),
          knowledge: looked({
            rows: [ROW, { ...ROW, isGlobal: false, schema: "shop", table: "orders", file: "mysql-bin.000009", gtid: "" }],
          }),
        },
        "wordsOnly",
        ["look-at-the-checkpoint", "compare-rows"],
      ],
    ],
    [
      [
        "exactly at the end",
        {
          source: aSource([aSubtask()]),
          knowledge: looked({
            rows: [{ ...ROW, file: "mysql-bin.000004", position: 900 }],
            files: [aFile(3, 900), aFile(4, 900, true)],
          }),
        },
        "healthy",
      ],
      [
        "the upstream has done all of its transactions: the names are another server's",
        {
          source: aSource([aSubtask()]),
          knowledge: looked({
            rows: [{ ...ROW, file: "mysql-bin.000009", gtid: "0-101-20" }],
            files: [aFile(3, 900), aFile(4, 900, true)],
          }),
        },
        "healthy",
      ],
      [
        "the upstream could not be asked",
        {
          source: aSource([aSubtask()]),
          knowledge: looked({ rows: [{ ...ROW, file: "mysql-bin.000009", gtid: "" }], files: NO_RIGHT }),
        },
        "healthy",
      ],
    ],
  ],
  "duplicate-entry": [
    [
      [
        "1062 in words of v2 and later",
        { source: failsWith(10_006, "Error 1062 (23000): Duplicate entry '1' for key 'orders.PRIMARY'") },
        "shown",
        ["find-the-second-writer", "compare-rows"],
      ],
      [
        "1062 in words of v1.0",
        {
          source: failsWith(10_006, "", {
            message: "execute statement failed: Error 1062: Duplicate entry '1' for key 'PRIMARY'",
          }),
          generation: "v1.0",
        },
        "shown",
        ["find-the-second-writer", "compare-rows"],
      ],
    ],
    [
      ["another number that begins alike", { source: failsWith(10_006, "Error 10620: something new") }, "unknown"],
      [
        "the words stand in the statement, not in the answer",
        {
          source: failsWith(10_006, "Error 1406 (22001): Data too long for column 'note' at row 1", {
            message: "execute statement failed: INSERT INTO log VALUES ('duplicate entry')",
          }),
        },
        "unknown",
      ],
      [
        "a person has paused it since",
        {
          source: failing([anError(10_006, "Error 1062 (23000): Duplicate entry '1' for key 'PRIMARY'")], {
            result: { isCanceled: true, errors: [anError(10_006, "Error 1062 (23000): Duplicate entry '1' for key 'PRIMARY'")] },
          }),
        },
        "failed-then-stopped-by-person",
      ],
    ],
  ],
  "missing-table": [
    [
      [
        "1146 of the downstream",
        { source: failsWith(10_006, "Error 1146 (42S02): Table 'shop.orders' doesn't exist") },
        "shown",
        ["mend-the-cause", "fix-and-resume"],
      ],
    ],
    [
      [
        "1146 of a dump: it is the upstream that lacks it",
        {
          source: failing([anError(32_001, "Error 1146 (42S02): Table 'shop.orders' doesn't exist")], {
            unit: "Dump",
            progress: null,
          }),
        },
        "unknown",
      ],
      [
        "1146 with the upstream's scope",
        { source: failsWith(10_003, "Error 1146 (42S02): Table 'shop.orders' doesn't exist", { scope: "upstream" }) },
        "unknown",
      ],
      [
        "a table that is there already",
        { source: failsWith(10_006, "Error 1050 (42S01): Table 'orders' already exists") },
        "unknown",
      ],
    ],
  ],
};
