import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { surveyRewind } from "../../../src/app/survey/rewind-survey.ts";
import type { SurveyInput } from "../../../src/app/survey/survey.ts";
import { known } from "../../../src/domain/observation/known.ts";
import type { RowsSuspicion } from "../../../src/domain/signals/rows-suspicion.ts";
import { only, surveyInput, TASK_YAML } from "../../support/fake-sources.ts";
import { FILE, globalRow } from "../../support/gates/replay-cases.ts";

const suspicion = (wasSeenPassing: boolean): RowsSuspicion => ({
  ...{ cluster: "shop", task: "orders", source: "s1", server: null, file: FILE, sizeBytes: 4_600_195_888, since: 1 },
  ...{ wasSeenPassing, found: null, closed: null },
});
const asksWhetherItBegan = async (yaml: string, suspicions: readonly RowsSuspicion[] = []): Promise<boolean> => {
  const dm = { taskConfig: async () => ({ kind: "config" as const, yaml: yaml.replace("secret", '"******"') }) };
  const { gates } = await surveyRewind(
    surveyInput({
      ...{ options: { file: FILE }, file: { kind: "file", path: "orders.yaml", text: yaml }, dm },
      downstream: { checkpointRows: async () => known([globalRow({ file: "mysql-bin.004453" })]) },
      store: {
        records: only<SurveyInput["store"]["records"]>("records", {
          get: async () => null,
          list: async () => suspicions as never,
        }),
      },
    }),
  );
  return gates.some(({ gate, answer }) => gate === "began" && answer === "not-known");
};
const BY_DUMP = TASK_YAML.replace("task-mode: incremental", "task-mode: all");

describe("whether a task has read the file that it is to go back to", () => {
  test("is known of an incremental one whose YAML begins before it, not of one that begins behind it", async () => {
    assert.equal(await asksWhetherItBegan(TASK_YAML), false);
    assert.equal(await asksWhetherItBegan(TASK_YAML.replace("mysql-bin.000001", "mysql-bin.004452")), true);
  });

  test("is not known of one that began with a dump, unless it was seen passing the file", async () => {
    assert.equal(await asksWhetherItBegan(BY_DUMP), true);
    assert.equal(await asksWhetherItBegan(BY_DUMP, [suspicion(false)]), true);
    assert.equal(await asksWhetherItBegan(BY_DUMP, [suspicion(true)]), false);
  });
});
