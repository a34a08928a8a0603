import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { surveyGtidSwitch } from "../../../src/app/survey/gtid-survey.ts";
import { surveyReplaceRelayFile, surveyResetRelay } from "../../../src/app/survey/relay-surveys.ts";
import { surveyRewind } from "../../../src/app/survey/rewind-survey.ts";
import { surveyStatement } from "../../../src/app/survey/statement-survey.ts";
import type { Survey, Surveyor } from "../../../src/app/survey/survey.ts";
import { surveyStopStart } from "../../../src/app/survey/task-surveys.ts";
import type { CheckpointRow } from "../../../src/domain/binlog/checkpoint-row.ts";
import { known } from "../../../src/domain/observation/known.ts";
import type { SourceObservation, WorkerObservation } from "../../../src/domain/observation/observation.ts";
import type { StepAction } from "../../../src/domain/plan/step-action.ts";
import { type InputParts, relaySource, SOURCE_YAML, surveyInput } from "../../support/fake-sources.ts";
import { aFile, BIG, globalRow } from "../../support/gates/replay-cases.ts";
import { anError, anObservation, aSource, aSubtask } from "../../support/observations.ts";

const FILE = "mysql-bin.004451";
const ABOUT = { options: { file: FILE } };
const worker = (name: string, stage: WorkerObservation["stage"]): WorkerObservation => ({
  name,
  address: `${name}:8262`,
  stage,
  stageAsSaid: stage,
  source: null,
});
const master = (name: string) => ({ name, alive: true, isLeader: name === "m1", clientUrls: [] });

/** DM says this of the source; `masters` and free workers as members. */
function dmSays(
  entry: SourceObservation,
  { masters = 1, workers = [] as WorkerObservation[], openapi = false, relayBySetting = false, gtid = false } = {},
): InputParts["dm"] {
  return {
    sourceStatus: async () => ({ kind: "answered", entries: [entry] }),
    observe: async () => ({
      kind: "observed",
      observation: anObservation([entry], {
        workers,
        masters: Array.from({ length: masters }, (_, index) => master(`m${index + 1}`)),
      }),
    }),
    describeSource: async () => (openapi ? { kind: "described", description: { source_name: "s1" } } : { kind: "not-offered" }),
    sourceConfig: async () => ({
      kind: "config",
      yaml: SOURCE_YAML.replace("enable-gtid: false", `enable-gtid: ${gtid}`).replace(
        "enable-relay: false",
        `enable-relay: ${relayBySetting}`,
      ),
    }),
  };
}
const rowsAre = (...rows: CheckpointRow[]): InputParts["downstream"] => ({ checkpointRows: async () => known(rows) });

async function survey(surveyor: Surveyor, parts: InputParts): Promise<Survey> {
  const made = await surveyor(surveyInput(parts));
  assert.deepEqual(
    made.gates.filter(({ answer }) => answer === "fails").map(({ phrase }) => phrase.key),
    [],
  );
  return made;
}
const kindsOf = ({ steps }: Survey): string[] => steps.map(({ action }) => action.kind);
const actionOf = <Kind extends StepAction["kind"]>(
  { steps }: Survey,
  kind: Kind,
): Extract<StepAction, { kind: Kind }> | undefined =>
  steps.map(({ action }) => action).find((action): action is Extract<StepAction, { kind: Kind }> => action.kind === kind);

/** DM may pass the file by position between the vote and the stop: then it is every row to the file's head after all. */
const ALIGNED = { form: "align", should: { havePassed: FILE, previousGtids: "0-101-14" } };

describe("what a switch to GTIDs does with the rows", () => {
  test("in the file: table rows to the global row, watched past the file", async () => {
    const made = await survey(surveyGtidSwitch, ABOUT);
    assert.deepEqual(actionOf(made, "rewrite-checkpoint")?.rewrite, ALIGNED);
    assert.deepEqual(actionOf(made, "watch-past-file"), { kind: "watch-past-file", file: FILE, sizeBytes: BIG });
  });

  test("past the file: every row to its head, with the set before it", async () => {
    const made = await survey(surveyGtidSwitch, { ...ABOUT, downstream: rowsAre(globalRow({ file: "mysql-bin.004453" })) });
    assert.deepEqual(actionOf(made, "rewrite-checkpoint")?.rewrite, {
      form: "rewind-all",
      file: FILE,
      previousGtids: "0-101-14",
    });
  });

  test("before the file: nothing of it is replayed, only what table rows had been given", async () => {
    const made = await survey(surveyGtidSwitch, { ...ABOUT, downstream: rowsAre(globalRow({ file: "mysql-bin.004450" })) });
    assert.deepEqual(actionOf(made, "rewrite-checkpoint")?.rewrite, ALIGNED);
    assert.equal(actionOf(made, "watch-past-file")?.file, null);
  });

  test("every task of the source is part of it, whichever was asked about", async () => {
    const both = aSource([aSubtask(), aSubtask({ task: "billing" })]);
    const text = (task: string): string =>
      `name: ${task}\ntask-mode: incremental\nmeta-schema: dm_meta\ntarget-database: {host: t, port: 4000, user: u, password: secret}\nmysql-instances:\n  - source-id: s1\n    meta: {binlog-name: mysql-bin.000001, binlog-pos: 4}\n`;
    const input = surveyInput({
      ...ABOUT,
      dm: { ...dmSays(both), taskConfig: async (task) => ({ kind: "config", yaml: text(task).replace("secret", '"******"') }) },
    });
    const facts = {
      ...input.facts,
      taskFiles: {
        ...input.facts.taskFiles,
        yamlOf: async (_: string, task: string) => ({ kind: "file" as const, path: task, text: text(task) }),
      },
    };
    const made = await surveyGtidSwitch({ ...input, facts });

    assert.deepEqual(
      made.targets.map(({ task }) => task),
      ["orders", "billing", null],
    );
    assert.equal(kindsOf(made).filter((kind) => kind === "rewrite-checkpoint").length, 2);
  });
});

describe("by which road the source comes to read by GTIDs", () => {
  test("one master, OpenAPI off: the gateway, the source stopped and started anew", async () => {
    const kinds = kindsOf(await survey(surveyGtidSwitch, { ...ABOUT, dm: dmSays(aSource([aSubtask()])) }));
    assert.ok(kinds.includes("stop-source") && kinds.includes("start-source") && !kinds.includes("transfer-source"));
  });

  test("several masters, OpenAPI and a free worker: its settings, then the move", async () => {
    const dm = dmSays(aSource([aSubtask()]), {
      masters: 3,
      openapi: true,
      workers: [worker("w1", "bound"), worker("w2", "free")],
    });
    const made = await survey(surveyGtidSwitch, { ...ABOUT, dm });
    assert.equal(actionOf(made, "transfer-source")?.worker, "w2");
    assert.ok(!kindsOf(made).includes("stop-source"));
  });

  test("several masters and no free worker: the gateway again", async () => {
    const dm = dmSays(aSource([aSubtask()]), { masters: 3, openapi: true, workers: [worker("w1", "bound")] });
    assert.ok(kindsOf(await survey(surveyGtidSwitch, { ...ABOUT, dm })).includes("stop-source"));
  });

  test("workers named for the relay are taken away first, because the source could not be stopped with them", async () => {
    const dm = dmSays(relaySource(), { openapi: true });
    const made = await survey(surveyGtidSwitch, { ...ABOUT, dm });
    const kinds = kindsOf(made);
    assert.deepEqual(actionOf(made, "switch-relay"), { kind: "switch-relay", on: false, workers: ["w1"] });
    assert.ok(kinds.indexOf("switch-relay") < kinds.indexOf("stop-source"));
  });

  test("a relay that follows the source's own setting goes and comes with the source", async () => {
    const dm = dmSays(relaySource(), { openapi: true, relayBySetting: true });
    assert.ok(!kindsOf(await survey(surveyGtidSwitch, { ...ABOUT, dm })).includes("switch-relay"));
  });
});

describe("what a rewind says and writes", () => {
  test("read by position its first line is that it loses rows", async () => {
    const made = await survey(surveyRewind, ABOUT);
    assert.equal(made.warnings[0]?.key, "warn-rewind-loses");
    assert.deepEqual(actionOf(made, "rewrite-checkpoint")?.rewrite, { form: "rewind", file: FILE, previousGtids: null });
  });

  test("read by GTIDs the set before the file goes with it, and nothing is lost", async () => {
    const made = await survey(surveyRewind, { ...ABOUT, dm: dmSays(aSource([aSubtask()]), { gtid: true }) });
    assert.ok(!made.warnings.some(({ key }) => key === "warn-rewind-loses"));
    assert.deepEqual(actionOf(made, "rewrite-checkpoint")?.rewrite, { form: "rewind", file: FILE, previousGtids: "0-101-14" });
  });
});

describe("how a relay begins anew", () => {
  const small = { upstream: { binlogFiles: async () => known([aFile(4_450), aFile(4_451), aFile(4_452, 500, true)]) } };

  test("with OpenAPI it is switched off and on while the tasks stay", async () => {
    const kinds = kindsOf(await survey(surveyResetRelay, { ...small, dm: dmSays(relaySource(), { openapi: true }) }));
    assert.ok(kinds.includes("switch-relay") && !kinds.includes("stop-task"));
  });

  test("without it the source is stopped and started anew, its tasks too", async () => {
    const kinds = kindsOf(await survey(surveyResetRelay, { ...small, dm: dmSays(relaySource(), { relayBySetting: true }) }));
    assert.ok(kinds.includes("stop-source") && kinds.includes("stop-task") && !kinds.includes("switch-relay"));
  });

  test("it is refused in favour of GTIDs while a file over 4 GiB lies ahead", async () => {
    const made = await surveyResetRelay(surveyInput({ dm: dmSays(relaySource(), { openapi: true }) }));
    assert.deepEqual(
      made.gates.filter(({ answer }) => answer === "fails").map(({ phrase }) => phrase.key),
      ["gate-relay-big-file"],
    );
  });

  test("a relay file is replaced on the worker that reads it", async () => {
    const host = { form: "command", describe: () => [] };
    const databases = { workerHosts: new Map([["w1", host as never]]) };
    const made = await survey(surveyReplaceRelayFile, { ...ABOUT, databases, dm: dmSays(relaySource()) });
    assert.deepEqual(
      [actionOf(made, "stop-worker")?.worker, actionOf(made, "rewrite-relay-meta")?.nextFile],
      ["w1", "mysql-bin.004452"],
    );
  });
});

describe("what a plan is bound to", () => {
  test("a restart: the YAML, the gates' answers and the source's settings, and no position", async () => {
    const made = await survey(surveyStopStart, {});
    assert.deepEqual(Object.keys(made.binding).sort(), ["gates orders @ s1", "source settings s1", "yaml orders @ s1"]);
    assert.doesNotMatch(JSON.stringify(made.binding), /mysql-bin|secret/);
  });

  test("a statement: itself and its place, so that another one that fails meanwhile voids the votes", async () => {
    const about = (statement: string) => {
      const result = {
        isCanceled: false,
        errors: [
          anError(44_006, "", {
            message: `startLocation: [position: (mysql-bin.000003, 3270), gtid-set: ]: cannot track DDL: ${statement}`,
          }),
        ],
      };
      return survey(surveyStatement, { dm: dmSays(aSource([aSubtask({ stage: "Paused", result })])) });
    };
    const [one, same, other] = [await about("DROP TABLE a"), await about("DROP TABLE a"), await about("DROP TABLE b")];
    assert.deepEqual(one.binding, same.binding);
    assert.notDeepEqual(one.binding, other.binding);
  });
});
