import { known } from "../../../src/domain/observation/known.ts";
import { failing, failsWith, looked, ROW, relayFails } from "../diagnosed.ts";
import { aFile, BIG } from "../gates/replay-cases.ts";
import { anError, aRelay, at } from "../observations.ts";
import { EOF_11038, FALLS, type KindTable, NO_RIGHT, relayIs, small } from "./situations.ts";

export const BINLOG_KINDS: KindTable = {
  "binlog-over-4gib": [
    [
      [
        "11038 in a file that the upstream lists as over 4 GiB",
        { source: EOF_11038(), knowledge: looked() },
        "shown",
        ["switch-to-gtid", "switch-to-gtid", "rewind-sync-checkpoint"],
      ],
      [
        "the relay's 30029 over such a file",
        {
          source: relayFails(30_029, "", {
            message: "event from 4203966 in /relay/0-101.000001/mysql-bin.000003 diff from passed-in event",
          }),
          knowledge: looked(),
        },
        "shown",
        ["switch-to-gtid", "switch-to-gtid", "replace-relay-file"],
      ],
      [
        "no GTIDs on the upstream",
        { source: EOF_11038(), knowledge: looked({ gtid: { isOn: false } }) },
        "shown",
        ["rewind-the-checkpoint", "rewind-sync-checkpoint"],
      ],
      [
        "a global row without a set",
        { source: EOF_11038(), knowledge: looked({ rows: [{ ...ROW, gtid: "" }] }) },
        "shown",
        ["rewind-the-checkpoint", "rewind-sync-checkpoint"],
      ],
      [
        "v1.0, whose gateway knows no sources",
        { source: EOF_11038(), knowledge: looked(), generation: "v1.0" },
        "shown",
        ["rewind-the-checkpoint", "rewind-sync-checkpoint"],
      ],
      [
        "11106 of a relay of v1.0",
        {
          source: relayFails(11_106, "", { message: "the given relay log pos (mysql-bin.000003, 5) of meta config is too big" }),
          knowledge: looked(),
          generation: "v1.0",
        },
        "shown",
        ["replace-the-relay-file", "replace-relay-file", "rewind-sync-checkpoint"],
      ],
      [
        "a relay that says Running and steps back in such a file",
        { source: relayIs({ relayPosition: at(3_304) }), knowledge: looked({ relayFalls: FALLS }) },
        "shown",
        ["switch-to-gtid", "switch-to-gtid", "replace-relay-file"],
      ],
    ],
    [
      ["the file is a byte under 4 GiB", { source: EOF_11038(), knowledge: small() }, "binlog-corrupted"],
      ["the file is exactly 4 GiB", { source: EOF_11038(), knowledge: small(4_294_967_296) }, "binlog-corrupted"],
      ["nobody measured", { source: EOF_11038() }, "binlog-over-4gib-suspected"],
      ["nobody may measure", { source: EOF_11038(), knowledge: looked({ files: NO_RIGHT }) }, "binlog-over-4gib-suspected"],
      [
        "another file than the failing one is over 4 GiB",
        { source: EOF_11038(), knowledge: looked({ files: [aFile(2, BIG), aFile(3), aFile(4, 900, true)] }) },
        "binlog-corrupted",
      ],
      [
        "the relay pulls from another server than the one that was asked",
        { source: { ...EOF_11038(), relay: aRelay() }, knowledge: looked({ server: known("0-202") }) },
        "binlog-over-4gib-suspected",
      ],
      [
        "a network that breaks while such a file is read",
        {
          source: failsWith(36_069, "read tcp 10.0.0.2:3306: connection reset by peer", { scope: "upstream" }),
          knowledge: looked(),
        },
        "upstream-unreachable",
      ],
    ],
  ],
  "upstream-binlog-purged": [
    [
      [
        "the file that is needed is older than the oldest",
        { source: EOF_11038(), knowledge: looked({ files: [aFile(5), aFile(6, 900, true)] }) },
        "shown",
        ["sync-anew"],
      ],
      [
        "MySQL says which GTIDs it has purged",
        {
          source: failsWith(
            36_069,
            "ERROR 1236 (HY000): The slave is connecting using CHANGE MASTER TO MASTER_AUTO_POSITION = 1, but the master has purged binary logs containing GTIDs that the slave requires.",
          ),
          knowledge: looked(),
        },
        "shown",
        ["sync-anew"],
      ],
      [
        "MariaDB says it in its own words",
        {
          source: failsWith(
            36_069,
            "ERROR 1236 (HY000): Could not find GTID state requested by slave in any binlog files. Probably the slave state is too old and required binlog files have been purged.",
          ),
          knowledge: looked(),
        },
        "shown",
        ["sync-anew"],
      ],
    ],
    [
      [
        "the first log file is not found, and nobody listed the files",
        { source: failsWith(36_069, "ERROR 1236 (HY000): Could not find first log file name in binary log index file") },
        "binlog-over-4gib-suspected",
      ],
      [
        "the upstream was reset: it lists only earlier numbers",
        { source: EOF_11038(), knowledge: looked({ files: [aFile(1, 900, true)] }) },
        "binlog-over-4gib-suspected",
      ],
      ["the file is there and small", { source: EOF_11038(), knowledge: small(900) }, "binlog-corrupted"],
    ],
  ],
  "binlog-corrupted": [
    [
      [
        "a checksum that does not match in a small file",
        {
          source: failsWith(36_069, "binlog checksum mismatch, data may be corrupted"),
          knowledge: looked({ files: [aFile(3, 900), aFile(4, 900, true)] }),
        },
        "wordsOnly",
        ["ask-a-person"],
      ],
      [
        "the relay's copy of a small file",
        {
          source: relayFails(30_029, "", { message: "event from 4 in mysql-bin.000003 diff from passed-in event" }),
          knowledge: small(900),
        },
        "wordsOnly",
        ["reset-the-relay", "reset-relay"],
      ],
      [
        "the upstream's own file breaks off",
        {
          source: failsWith(
            36_069,
            "ERROR 1236 (HY000): binlog truncated in the middle of event; consider out of disk space on master",
          ),
          knowledge: looked({ files: [aFile(3, 900), aFile(4, 900, true)] }),
        },
        "wordsOnly",
        ["ask-a-person"],
      ],
    ],
    [
      [
        "two replicas with one server id",
        {
          source: failsWith(
            36_069,
            "ERROR 1236 (HY000): A slave with the same server_uuid/server_id as this slave has connected to the master",
          ),
          knowledge: small(900),
        },
        "unknown",
      ],
      [
        "an event larger than max_allowed_packet",
        {
          source: failsWith(
            36_069,
            "ERROR 1236 (HY000): log event entry exceeded max_allowed_packet; Increase max_allowed_packet on master",
          ),
          knowledge: small(900),
        },
        "unknown",
      ],
      [
        "a relay log file that is not on the disk",
        {
          source: failsWith(11_038, "open /relay/0-101.000001/mysql-bin.000003: no such file or directory", {
            message: "parse relay log file mysql-bin.000003",
          }),
          knowledge: small(900),
        },
        "relay-log-missing",
      ],
      [
        "a file that is not found although it is listed",
        {
          source: failsWith(36_069, "ERROR 1236 (HY000): Could not find first log file name in binary log index file"),
          knowledge: looked({ files: [aFile(3, 900), aFile(4, 900, true)] }),
        },
        "unknown",
      ],
      [
        "nobody measured",
        { source: failsWith(36_069, "binlog checksum mismatch, data may be corrupted") },
        "binlog-over-4gib-suspected",
      ],
    ],
  ],
  "relay-going-back": [
    [
      [
        "it falls in a file that is small",
        {
          source: relayIs({ relayPosition: at(4) }),
          knowledge: looked({ relayFalls: FALLS, files: [aFile(3, 900), aFile(4, 900, true)] }),
        },
        "suspected",
        ["reset-the-relay", "reset-relay"],
      ],
      [
        "it falls in a file that nobody measured",
        { source: relayIs({ relayPosition: at(4) }), knowledge: looked({ relayFalls: FALLS, files: NO_RIGHT }) },
        "suspected",
        ["measure-the-binlog-file"],
      ],
    ],
    [
      ["no fall was seen", { source: relayIs({ relayPosition: at(4) }), knowledge: looked({ relayFalls: [] }) }, "healthy"],
      [
        "a person paused it",
        {
          source: relayIs({ stage: "Paused", result: { isCanceled: true, errors: [] } }),
          knowledge: looked({ relayFalls: FALLS }),
        },
        "paused-by-person",
      ],
      [
        "the file is over 4 GiB",
        { source: relayIs({ relayPosition: at(4) }), knowledge: looked({ relayFalls: FALLS }) },
        "binlog-over-4gib",
      ],
    ],
  ],
  "relay-log-missing": [
    [
      [
        "the file is not on the worker's disk",
        {
          source: failsWith(11_029, "stat /relay/0-101.000001/mysql-bin.000003: no such file or directory", {
            message: "get stat for relay log /relay/0-101.000001/mysql-bin.000003",
          }),
        },
        "wordsOnly",
        ["reset-the-relay", "reset-relay"],
      ],
      [
        "the sub-directory is not in the index",
        { source: failsWith(22_001, "", { message: "UUID suffix 000009 with UUIDs [] not found" }) },
        "wordsOnly",
        ["reset-the-relay", "reset-relay"],
      ],
      [
        "the relay cannot load its own meta",
        { source: relayFails(30_003, "open /relay/server-uuid.index: no such file or directory", { message: "load meta data" }) },
        "wordsOnly",
        ["reset-the-relay", "reset-relay"],
      ],
    ],
    [
      [
        "a dump that is not there, in a folder that is named after relays",
        {
          source: failing([anError(34_000, "open /data/dm-relay-worker/dumped/metadata: no such file or directory")], {
            unit: "Load",
            progress: null,
          }),
        },
        "unknown",
      ],
      [
        "a certificate that is not there",
        { source: failsWith(10_001, "open /certs/ca.pem: no such file or directory") },
        "unknown",
      ],
    ],
  ],
};
