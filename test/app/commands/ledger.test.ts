import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { drawDocument } from "../../../src/cli/draw/terminal.ts";
import { type HandledStatement, handledName } from "../../../src/domain/statement/handled-statement.ts";
import { type Bench, OPERATOR, startBench, VIEWER } from "../../support/engine.ts";

let bench: Bench;
before(async () => {
  bench = await startBench();
});
after(() => bench.stop());

const line = (source: string, run: string, followUp: HandledStatement["followUp"]): HandledStatement => ({
  ...{ cluster: "shop", task: "orders", source, how: "skip", position: null, run, at: 1, followUp, instead: [] },
  statement: `alter table ${source}.t drop primary key`,
});
const typed = async (text: string, person = OPERATOR): Promise<string> =>
  drawDocument(await bench.commands.handle({ text, person, channel: "C1" }, bench.signal), { colour: false });
const followUps = async (): Promise<string[]> =>
  (await bench.store.records.list("handled-statement"))
    .map(({ run, source, followUp }) => `${run} ${source} ${followUp.kind}`)
    .sort();

describe("/dm ledger", () => {
  test("`done` closes every open statement of the run, leaves what was taken back, and writes each down", async () => {
    for (const one of [
      line("s1", "R-1", { kind: "open" }),
      line("s2", "R-1", { kind: "open" }),
      line("s3", "R-1", { kind: "reverted", at: 2, run: "R-2" }),
      line("s1", "R-3", { kind: "open" }),
    ])
      await bench.store.records.put("handled-statement", handledName(one), one);

    assert.match(await typed("ledger done R-1 added the  key by hand"), /Closed in the ledger: R-1/);

    assert.deepEqual(await followUps(), ["R-1 s1 done", "R-1 s2 done", "R-1 s3 reverted", "R-3 s1 open"]);
    const events = await bench.store.audit.about({}, 50);
    assert.equal(events.filter(({ kind }) => kind === "statement-followed-up").length, 2);
    assert.match(await typed("ledger done r-1 once more"), /Nothing of R-1 is open/);
  });

  test("a viewer may read it and close nothing; a note is needed", async () => {
    assert.match(await typed("ledger", VIEWER), /Statements that were skipped or replaced: 4/);
    assert.match(await typed("ledger done R-3 it is done", VIEWER), /needs the role operator/);
    assert.match(await typed("ledger done R-3"), /Type it like this/);
    assert.ok((await followUps()).includes("R-3 s1 open"));
  });
});
