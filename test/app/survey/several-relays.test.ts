import assert from "node:assert/strict";
import { test } from "node:test";
import { surveyRewind } from "../../../src/app/survey/rewind-survey.ts";
import { known } from "../../../src/domain/observation/known.ts";
import { surveyInput } from "../../support/fake-sources.ts";
import { FILE, globalRow } from "../../support/gates/replay-cases.ts";
import { aRelay, aSource, aSubtask } from "../../support/observations.ts";

test("of several relays the bound worker's tells whose file a row names: each worker counts its own sub-directories", async () => {
  const entries = [
    aSource([], { source: "s1", worker: "w2", relay: aRelay({ worker: "w2", subDirectory: "0-101.000001" }) }),
    aSource([aSubtask()], { worker: "w1", relay: aRelay({ worker: "w1", subDirectory: "0-101.000002" }) }),
  ];

  const { gates } = await surveyRewind(
    surveyInput({
      options: { file: FILE },
      dm: { sourceStatus: async () => ({ kind: "answered", entries }) },
      downstream: { checkpointRows: async () => known([globalRow({ file: "mysql-bin|000002.004451" })]) },
    }),
  );

  assert.equal(gates.find(({ gate }) => gate === "upstream")?.answer, "holds");
});
