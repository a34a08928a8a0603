import { known, notKnown } from "../../../src/domain/observation/known.ts";
import {
  neededGate,
  noBigFileGate,
  type RelayFacts,
  type RelayFileFacts,
  relayFileGates,
  relayOnGate,
} from "../../../src/domain/playbooks/relay-gates.ts";
import type { GateCase } from "./gate-case.ts";
import { aFile, BIG, FILE, FILES } from "./replay-cases.ts";

const SMALL = [aFile(4_450), aFile(4_451), aFile(4_452, 500, true)];
const signs = { subDirectory: "0-101.000001", server: known("0-101") };
const AWAY = notKnown("connect ECONNREFUSED");

/** Nothing stands in the way of a relay that begins anew. */
export const relayFacts = (parts: Partial<RelayFacts> = {}): RelayFacts => ({
  ...{ hasRelay: true, files: known(SMALL), signs, taskFiles: ["mysql-bin|000001.004451"], readsByGtid: false },
  ...parts,
});
export const resetGates = (facts: RelayFacts) => [relayOnGate(facts), neededGate(facts), noBigFileGate(facts)];

/** Nothing stands in the way of the upstream's own file. */
export const relayFileFacts = (parts: Partial<RelayFileFacts> = {}): RelayFileFacts => ({
  ...{
    file: FILE,
    named: FILE,
    signs,
    files: known(FILES),
    worker: "w1",
    freeWorkers: [],
    otherPullers: [],
    host: "command",
    nextGtids: null,
  },
  ...parts,
});

type Row = readonly [
  name: string,
  gate: string,
  answer: GateCase["answer"],
  key: GateCase["key"],
  gates: GateCase["gates"],
  en: string,
];
const reset = (parts: Partial<RelayFacts>) => () => resetGates(relayFacts(parts));
const file = (parts: Partial<RelayFileFacts>) => () => relayFileGates(relayFileFacts(parts));

const ROWS: readonly Row[] = [
  [
    "other workers pull the relay log too",
    ...(["other-relays", "not-known", "gate-other-relays"] as const),
    file({ otherPullers: ["w2"] }),
    "w2 pull this source's relay log too, and their copy of the file stays as it is: should one of them take the source, it meets the same trouble. Approving the plan accepts that.",
  ],
  [
    "the source has no relay",
    ...(["relay", "fails", "gate-relay-off"] as const),
    reset({ hasRelay: false }),
    "The source has no relay, so there is nothing to repair there.",
  ],
  [
    "the upstream has purged what a task still needs",
    ...(["needed", "fails", "gate-relay-needed-purged"] as const),
    reset({ taskFiles: ["mysql-bin|000001.004449", "mysql-bin|000001.004452"] }),
    "The upstream's oldest file is mysql-bin.004450, and a task needs mysql-bin.004449: a relay that begins anew could not pull it.",
  ],
  [
    "a task stands in files of the upstream before",
    ...(["needed", "fails", "gate-upstream-other"] as const),
    reset({ signs: { subDirectory: "0-102.000002", server: known("0-102") } }),
    "The name mysql-bin|000001.004451 is not of the upstream that is asked: mysql-bin|000001.004451 lies in the relay's sub-directory 000001, and the relay is at 0-102.000002 now. Its file there may be another server's under the same name.",
  ],
  [
    "where one of the tasks stands is not known",
    ...(["needed", "not-known", "gate-rows-not-known"] as const),
    reset({ taskFiles: ["mysql-bin.004451", null] }),
    "Where the checkpoint stands is not known (a task's checkpoint). Approving the plan accepts that; it is read again after the stop.",
  ],
  [
    "the upstream cannot be asked",
    ...(["needed", "not-known", "gate-file-not-measured"] as const),
    reset({ files: AWAY }),
    "The size of mysql-bin.004451 could not be read from the upstream (connect ECONNREFUSED). The repair is offered only on a measured size.",
  ],
  [
    "whether a file over 4 GiB lies ahead is not known, and by position it would lose rows",
    ...(["big-file", "fails", "gate-file-not-measured"] as const),
    reset({ files: AWAY }),
    "The size of ? could not be read from the upstream (connect ECONNREFUSED). The repair is offered only on a measured size.",
  ],
  [
    "a file over 4 GiB lies between checkpoint and master",
    ...(["big-file", "fails", "gate-relay-big-file"] as const),
    reset({ files: known([aFile(4_450), aFile(4_451), aFile(4_452, BIG), aFile(4_453, 1, true)]) }),
    `mysql-bin.004452 (${BIG} bytes) lies between the checkpoint and the upstream's end. Read by position, a relay reset loses rows there: read by GTIDs instead (switch-to-gtid).`,
  ],
  [
    "the file that is being written grows towards 4 GiB",
    ...(["big-file", "fails", "gate-relay-big-file"] as const),
    reset({ files: known([aFile(4_450), aFile(4_451), aFile(4_452, 3_900_000_000, true)]) }),
    "mysql-bin.004452 (3900000000 bytes) lies between the checkpoint and the upstream's end. Read by position, a relay reset loses rows there: read by GTIDs instead (switch-to-gtid).",
  ],
  [
    "the file is of the upstream before",
    ...(["upstream", "fails", "gate-upstream-other"] as const),
    file({ signs: { subDirectory: "0-101.000001", server: known("0-103") } }),
    "The name mysql-bin.004451 is not of the upstream that is asked: the relay pulls from 0-101, and the upstream that is asked is 0-103. Its file there may be another server's under the same name.",
  ],
  [
    "the size cannot be had",
    ...(["file", "fails", "gate-file-not-measured"] as const),
    file({ files: AWAY }),
    "The size of mysql-bin.004451 could not be read from the upstream (connect ECONNREFUSED). The repair is offered only on a measured size.",
  ],
  [
    "purged",
    ...(["file", "fails", "gate-file-purged"] as const),
    file({ files: known([aFile(4_452), aFile(4_453, 1, true)]) }),
    "mysql-bin.004451 is not on the upstream any more; its oldest is mysql-bin.004452. There is nothing left to replay.",
  ],
  [
    "never there",
    ...(["file", "fails", "gate-file-not-there"] as const),
    file({ files: known([aFile(1), aFile(2, 1, true)]) }),
    "The upstream lists no file mysql-bin.004451. Is this the server that DM reads from?",
  ],
  [
    "a byte under what wraps",
    ...(["file", "fails", "gate-file-small"] as const),
    file({ files: known([aFile(4_451, 4_294_967_295), aFile(4_452, 1, true)]) }),
    "mysql-bin.004451 is only 4294967295 bytes on the upstream, so this is another disease (purged, damaged, reset): no replay.",
  ],
  [
    "still being written",
    ...(["file-closed", "fails", "gate-file-active"] as const),
    file({ files: known([aFile(4_451, BIG, true)]) }),
    "mysql-bin.004451 is still being written. Close it first (FLUSH BINARY LOGS on the upstream), then ask again.",
  ],
  [
    "relay.meta must name a file that is there",
    ...(["next-file", "fails", "gate-no-next-file"] as const),
    file({ files: known([aFile(4_451, BIG, true)]) }),
    "The upstream has no file after mysql-bin.004451 yet.",
  ],
  [
    "no worker holds the source",
    ...(["worker", "fails", "gate-worker-unbound"] as const),
    file({ worker: null }),
    "No worker holds the source now.",
  ],
  [
    "nobody said how its host is reached",
    ...(["host", "fails", "gate-no-host"] as const),
    file({ host: null }),
    "No way to the host of worker w1 is configured (workerHosts).",
  ],
  [
    "others may take the source while the worker is stopped",
    ...(["failover", "not-known", "gate-free-worker-takes"] as const),
    file({ freeWorkers: ["w2", "w3"] }),
    "w2, w3 is free: when the bound worker is away longer than its time to live, it takes the source, and the repaired files lie on the wrong host. Approving the plan accepts that; it is watched.",
  ],
  [
    "a source that reads by GTIDs needs the set of the next file",
    ...(["next-gtids", "fails", "gate-next-gtids-not-known"] as const),
    file({ nextGtids: AWAY }),
    "The GTID set before mysql-bin.004452 could not be read (connect ECONNREFUSED), and relay.meta needs it.",
  ],
];

export const RELAY_CASES: readonly GateCase[] = ROWS.map(([name, gate, answer, key, gates, en]) => ({
  ...{ name, gate, answer, key, gates, en },
}));
