import assert from "node:assert/strict";
import { test } from "node:test";
import { diagnose } from "../../../src/domain/diagnosis/diagnose.ts";
import { advanceIncidents } from "../../../src/domain/incident/advance-incidents.ts";
import { type CardOffer, incidentCard } from "../../../src/domain/wording/incident-card.ts";
import { anError, anObservation, aSource, aSubtask } from "../../support/observations.ts";

const observation = anObservation([aSource([aSubtask({ errors: [anError(10006, "invalid connection")] })])]);
const nobody = new Set<string>();
const [opened] = advanceIncidents({
  ...{ cluster: "shop", now: 1_000, observation, open: [], wellPollsToClose: 2 },
  findings: diagnose(observation, { checkerOf: () => null, firstFailedAt: () => null }),
  ...{ underRepair: nobody, sourcesUnderRepair: nobody, sourcesTakenAway: nobody },
});
const cardWith = (offer: CardOffer, language: "en" | "zh" = "en") =>
  incidentCard({ ...opened!.incident, id: "I-1" }, { offer, language, nameOf: () => null, mentions: [] });
const textOf = (card: ReturnType<typeof cardWith>) => JSON.stringify(card.blocks);

test("while a run is at work the card names it, and offers and advises nothing else", () => {
  const before = cardWith({ kind: "offered", playbook: "stop-start-task" });
  const during = cardWith({ kind: "under-way", run: "R-7" });

  assert.ok(before.buttons.some(({ action }) => action === "show-plan"));
  assert.match(textOf(before), /What to do/);
  assert.ok(during.buttons.every(({ action }) => action !== "show-plan"));
  assert.match(textOf(during), /R-7 is at work/);
  assert.doesNotMatch(textOf(during), /What to do/);
  assert.match(textOf(cardWith({ kind: "under-way", run: "R-7" }, "zh")), /R-7 正在执行/);
});
