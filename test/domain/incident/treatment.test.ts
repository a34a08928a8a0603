import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Incident } from "../../../src/domain/incident/incident.ts";
import { asRelapse, treated, treatmentWith } from "../../../src/domain/incident/treatment.ts";
import { offerFor } from "../../../src/domain/playbooks/choose-playbook.ts";
import { anIncident } from "../../support/samples.ts";

const HOUR = 3_600_000;
const advised = (incident: Incident): Incident => ({
  ...incident,
  finding: {
    ...incident.finding,
    advice: { ...incident.finding.advice, playbook: "resume-task", next: [{ playbook: "stop-start-task", notBefore: null }] },
  },
});
const incident = advised(anIncident("I-1"));
const closed = (over: Partial<Incident> = {}): Incident => ({ ...incident, state: "closed", closedAt: 10 * HOUR, ...over });
const fresh = (over: Partial<Incident> = {}): Incident => ({ ...incident, id: "I-2", openedAt: 10.5 * HOUR, ...over });

describe("what was tried on an incident", () => {
  test("rests after every run, then is offered again until its budget is used up, then the next one is", () => {
    const offers: string[] = [];
    let now: Incident = incident;
    for (let at = 0; at < 4; at++) {
      const [during, after] = [offerFor(now, at * 1_000, 2), offerFor(now, at * 1_000 + 500, 2)];
      offers.push(
        ...[during, after].map((offer) =>
          offer.kind === "later"
            ? `${offer.playbook} from ${offer.from}`
            : "playbook" in offer
              ? `${offer.playbook} now`
              : offer.kind,
        ),
      );
      const which = at < 2 ? "resume-task" : "stop-start-task";
      now = treated(now, which, "ineffective", (at + 1) * 1_000 + 400);
    }

    assert.deepEqual(offers, [
      ...["resume-task now", "resume-task now"],
      ...["resume-task from 1400", "resume-task now"],
      ...["stop-start-task now", "stop-start-task now"],
      ...["stop-start-task from 3400", "stop-start-task now"],
    ]);
    assert.equal(offerFor(now, 9_999, 2).kind, "used-up");
  });

  test("a run that helped does not count against its playbook while the incident lives", () => {
    const helped = treated(treated(incident, "resume-task", "effective", 5), "resume-task", "effective", 6);

    assert.deepEqual(offerFor(helped, 7, 2), { kind: "offered", playbook: "resume-task" });
    assert.deepEqual(treatmentWith(helped, "resume-task"), { ineffective: 0, effective: 2, restsUntil: 6 });
  });
});

describe("an incident that comes back", () => {
  const once = { "resume-task": { ineffective: 1, effective: 1, restsUntil: 10.2 * HOUR } };

  test("takes over what was tried, and what had helped has not lasted", () => {
    const back = asRelapse(fresh(), [closed({ treatments: once })], HOUR);

    assert.equal(back.relapseOf, "I-1");
    assert.deepEqual(back.treatments, { "resume-task": { ineffective: 2, effective: 0, restsUntil: 10.2 * HOUR } });
    assert.deepEqual(offerFor(back, 11 * HOUR, 2), { kind: "offered", playbook: "stop-start-task" });
  });

  test("is the return of the last of several", () => {
    const back = asRelapse(fresh(), [closed({ id: "I-0", closedAt: 9.8 * HOUR }), closed({ treatments: once })], HOUR);

    assert.equal(back.relapseOf, "I-1");
  });

  for (const [why, before] of [
    ["it is long over", closed({ treatments: once, closedAt: 9 * HOUR })],
    ["it is another kind", closed({ treatments: once, kind: "access-denied" })],
    ["it has another root", closed({ treatments: once, root: { kind: "subtask", task: "other", source: "s1" } })],
    ["it is still open", closed({ treatments: once, state: "open", closedAt: null })],
  ] as const)
    test(`is a new one where ${why}`, () => {
      assert.deepEqual(asRelapse(fresh(), [before], HOUR), fresh());
    });
});
