import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { drawMessage } from "../../src/adapters/slack/draw-blocks.ts";
import { BOT, CHANNELS, GROUPS, PEOPLE } from "../../src/demo/cast.ts";
import { nextHint } from "../../src/demo/guide.ts";
import type { Plan } from "../../src/domain/plan/plan.ts";
import { type Button, type Document, document } from "../../src/domain/wording/document.ts";
import { planMessage } from "../../src/domain/wording/plan-message.ts";
import { Workspace } from "../../src/stand-ins/slack/workspace.ts";
import { aPlan } from "../support/samples.ts";

const [ana, bo, chen] = PEOPLE.map(({ id, name, realName }) => ({ id, name, realName }));
const voteOf = (person: { id: string; name: string }): Plan["votes"][number] =>
  ({ person: { id: person.id, name: person.name }, verdict: "approve", reason: "read", at: 1 }) as Plan["votes"][number];

type Posted = readonly [Document, threadTs: string | null];

function workspaceWith(...messages: readonly Posted[]): Workspace {
  const workspace = new Workspace({ people: PEOPLE, groups: GROUPS, channels: CHANNELS, bot: BOT });
  for (const [index, [words, threadTs]] of messages.entries()) {
    const { text, blocks } = drawMessage(words, `salt-${index}`);
    const ts = `${index + 1}.0`;
    workspace.messages.push({
      ...{ ts, threadTs, channel: CHANNELS[0].id, user: BOT.userId, text, blocks: blocks as never },
      ...{ edited: 0, pings: [], ephemeralTo: null },
    });
  }
  return workspace;
}
const button = (action: Button["action"], label: string): Button => ({
  ...{ action, label, value: "I-1", style: "default", confirm: null, choices: null },
});
const card = (...buttons: readonly Button[]): readonly [Document, null] => [
  document("I-1 · something", "critical", [], [...buttons, button("check-again", "Check again"), button("details", "Details")]),
  null,
];
const plan = (parts: Partial<Plan>): readonly [Document, string] => [
  planMessage(aPlan("P-1", { risk: "data", state: { kind: "open" }, mayExecute: { kind: "yes" }, ...parts }), "en"),
  "1.0",
];
const asked = (...messages: readonly Posted[]) => nextHint(workspaceWith(...messages), {});

describe("the guide", () => {
  test("asks one person after the other for the two votes of a plan that touches data", () => {
    const first = asked(card(), plan({ askedBy: { id: ana!.id, name: ana!.name } as never, votes: [] }));
    const second = asked(card(), plan({ votes: [voteOf(bo!)] }));
    const other = asked(card(), plan({ votes: [voteOf(chen!)] }));

    assert.deepEqual([first?.as, second?.as, other?.as], [bo!.id, chen!.id, bo!.id]);
    assert.match(first!.text, /two different people/);
    assert.match(second!.text, /Press “Approve” as Chen Wei/);
  });

  test("does not take who asked for the plan for one who voted", () => {
    assert.equal(asked(card(), plan({ askedBy: { id: bo!.id, name: bo!.name } as never, votes: [] }))?.as, bo!.id);
  });

  test("asks the operator alone for a safe plan and for the card's own buttons", () => {
    assert.equal(asked(card(), plan({ risk: "safe", votes: [] }))?.as, ana!.id);
    assert.match(asked(card(button("show-plan", "Show plan")))!.text, /press “Show plan” as Ana Sousa/);
    assert.match(asked(card(button("compare", "Compare rows")))!.text, /Press “Compare rows” as Ana Sousa/);
  });

  test("sends nobody to a card while an approved plan's run is still on its way", () => {
    const approved = plan({ state: { kind: "approved", run: "R-1", breakGlass: false } as never, votes: [voteOf(bo!)] });

    assert.equal(asked(card(button("show-plan", "Show plan")), approved)?.as, null);
  });

  test("stays with the incident whose run is under way when another card appears", () => {
    const running: readonly [Document, string] = [document("R-1 · replay · is being carried out", "info", []), "1.0"];
    const hint = asked(card(), running, card(button("show-plan", "Show plan")));

    assert.deepEqual([hint?.as, hint?.thread], [null, "1.0"]);
  });
});
