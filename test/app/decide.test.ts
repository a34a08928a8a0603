import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { Clicks } from "../../src/app/clicks/handle-click.ts";
import type { StoredClick } from "../../src/app/ports/store.ts";
import type { Person } from "../../src/domain/approval/people.ts";
import type { Plan } from "../../src/domain/plan/plan.ts";
import { NO_OPTIONS } from "../../src/domain/plan/plan.ts";
import { ADMIN, APPROVER, type Bench, OPERATOR, startBench, VIEWER } from "../support/engine.ts";

describe("a vote", () => {
  let bench: Bench;
  let plan: Plan;
  beforeEach(async () => {
    bench = await startBench();
    bench.dm.world.breakConnections("invalid-connection", "stop-start");
    plan = await bench.plan("stop-start-task");
  });
  afterEach(() => bench.stop());
  const vote = (person: Person, parts: { at?: number; verdict?: "approve" | "break-glass"; reason?: string } = {}) =>
    bench.decide.decide({
      plan: plan.id,
      digest: plan.digest,
      person,
      verdict: parts.verdict ?? "approve",
      reason: parts.reason ?? "it is needed",
      at: parts.at ?? Date.now(),
    });
  const kinds = async () => (await bench.store.audit.about({ plan: plan.id }, 50)).map(({ kind }) => kind);

  test("of two approvers at once starts one run, and the other is told so", async () => {
    const outcomes = await Promise.all([vote(APPROVER), vote(ADMIN)]);

    assert.deepEqual(outcomes.map(({ kind }) => kind).sort(), ["refused", "started"]);
    const refused = outcomes.find((outcome) => outcome.kind === "refused");
    assert.equal(refused?.kind === "refused" && refused.why.key, "plan-approved-already");
    assert.equal((await bench.store.runs.unfinished()).length, 1);
    assert.ok((await kinds()).includes("vote-refused"));
  });

  test("falls when the incident is over, and the plan says so", async () => {
    const incident = (await bench.store.incidents.get(plan.incident!))!;
    await bench.store.incidents.update({ ...incident, state: "closed", closedAt: Date.now() });

    const outcome = await vote(APPROVER);

    assert.equal(outcome.kind === "refused" && outcome.why.key, "plan-superseded");
    assert.equal((await bench.store.plans.get(plan.id))?.state.kind, "superseded");
    assert.ok((await kinds()).includes("plan-superseded"));
    assert.deepEqual(await bench.store.runs.unfinished(), []);
  });

  test("falls without anybody's press when the trouble becomes one that the plan does not treat", async () => {
    const incident = (await bench.store.incidents.get(plan.incident!))!;
    const members = incident.members.map((member) => ({
      ...member,
      finding: {
        ...member.finding,
        kind: "unknown" as const,
        advice: { ...member.finding.advice, playbook: null, next: [] },
      },
    }));
    await bench.store.incidents.update({ ...incident, members });

    await bench.decide.expirePlans();

    assert.equal((await bench.store.plans.get(plan.id))?.state.kind, "superseded");
  });

  test("made in time counts as of its press, but starts nothing that is worked on long after the plan's end", async () => {
    const { expiresAt, ...rest } = plan;
    const ended = { ...rest, expiresAt: Date.now() - 120_000 };
    await bench.store.plans.update(ended);

    const outcome = await vote(APPROVER, { at: Date.now() - 180_000 });

    assert.ok(expiresAt > Date.now());
    assert.equal(outcome.kind === "refused" && outcome.why.key, "plan-expired");
    assert.deepEqual(await bench.store.runs.unfinished(), []);
    assert.ok((await kinds()).includes("vote-refused"));
  });

  test("after the plan's end is refused, also while nobody has ended it yet", async () => {
    await bench.store.plans.update({ ...plan, expiresAt: Date.now() - 1 });

    const outcome = await vote(APPROVER);

    assert.equal(outcome.kind === "refused" && outcome.why.key, "plan-expired");
  });

  test("on a plan whose source another run works on is blocked, recorded, and says what lifts that", async () => {
    await vote(APPROVER);
    const second = await bench.propose(
      {
        ...{ cluster: "shop", incident: null, task: "orders", source: null },
        ...{ playbook: "resume-task" as const, options: NO_OPTIONS, askedBy: OPERATOR, dryRun: false },
      },
      bench.signal,
    );
    assert.ok(second.kind === "plan");

    const outcome = await bench.decide.decide({
      ...{ plan: second.plan.id, digest: second.plan.digest, person: OPERATOR },
      ...{ verdict: "approve" as const, reason: "", at: Date.now() },
    });

    assert.ok(outcome.kind === "refused" && outcome.why.key === "blocked" && outcome.why.values.run === "R-1");
    const events = await bench.store.audit.about({ plan: second.plan.id }, 10);
    assert.ok(events.some(({ kind }) => kind === "run-blocked"));
  });

  test("is preceded by a request: one by somebody who may not ask is refused and recorded", async () => {
    const words = await bench.commands.handle(
      { text: "plan orders", person: { ...VIEWER, id: "UOTHER" }, channel: "C1" },
      bench.signal,
    );
    const asked = await bench.commands.handle({ text: "plan orders", person: VIEWER, channel: "C1" }, bench.signal);

    assert.deepEqual([words.tone, asked.tone], ["warning", "warning"]);
    assert.equal((await bench.store.plans.open()).length, 1);
    const refused = (await bench.store.audit.read(1, 100)).filter(({ kind }) => kind === "click-refused");
    assert.deepEqual(
      refused.map(({ actor }) => actor.id),
      ["UOTHER", "UVIEW"],
    );
  });

  describe("a person's answer to a run that waits", () => {
    let clicks: Clicks;
    beforeEach(async () => {
      clicks = bench.clicks();
      bench.dm.world.refuseNextStart("GTID state purged");
      await vote(APPROVER);
      await bench.executor.goOn(bench.signal);
      assert.equal((await bench.store.runs.get("R-1"))?.state.kind, "needs-person");
    });
    const press = (person: Person, action: string): Promise<{ tone: string; headline: string }> => {
      const click: StoredClick = {
        ...{ id: `c-${action}-${person.id}`, action, value: "R-1", channel: "C1", messageTs: "1.1", responseUrl: null },
        ...{ person: { ...person, identity: "slack" as const }, at: Date.now(), reason: "" },
      };
      return clicks.handle(click, bench.signal);
    };

    test("go on needs who may approve such a plan; put back an operator; a viewer neither", async () => {
      for (const [who, action] of [
        [VIEWER, "put-back"],
        [VIEWER, "go-on"],
        [OPERATOR, "go-on"],
      ] as const)
        assert.equal((await press(who, action)).tone, "warning", `${who.id} ${action}`);
      const refusals = (await bench.store.audit.read(1, 1_000)).filter(({ kind }) => kind === "click-refused");
      assert.equal(refusals.length, 3);
      assert.equal((await bench.store.runs.get("R-1"))?.state.kind, "needs-person");

      assert.notEqual((await press(OPERATOR, "put-back")).tone, "warning");
    });

    test("go on by an approver is taken", async () => {
      assert.notEqual((await press(APPROVER, "go-on")).tone, "warning");
      assert.equal((await bench.store.runs.get("R-1"))?.state.kind, "running");
    });
  });
});
