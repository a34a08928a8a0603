import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_OPTIONS, type Plan, type Step, type StepAction } from "../../../src/domain/plan/plan.ts";
import { newRun } from "../../../src/domain/run/new-run.ts";
import type { Run, StepState } from "../../../src/domain/run/run.ts";
import type { Document } from "../../../src/domain/wording/document.ts";
import { incidentCard } from "../../../src/domain/wording/incident-card.ts";
import { planDetails, planMessage } from "../../../src/domain/wording/plan-message.ts";
import { runMessage } from "../../../src/domain/wording/run-message.ts";
import { listDocument } from "../../../src/domain/wording/status.ts";
import { aFinding, anIncident, aPlan } from "../../support/samples.ts";

const ACTIONS: readonly StepAction[] = [
  { kind: "keep-task-yaml" },
  { kind: "check-before-stop" },
  { kind: "stop-task", op: 7 },
  { kind: "wait-until-gone" },
  { kind: "start-task", form: "original" },
  { kind: "verify-recovered" },
];

function planOf(targets: number): Plan {
  const all = Array.from({ length: targets }, (_, index) => ({ task: "orders", source: `s${index + 1}`, unit: "Sync" as const }));
  const steps = all.flatMap((target, at): Step[] =>
    ACTIONS.map((action, index) => ({ number: at * ACTIONS.length + index + 1, target, action, atMostSeconds: 30 })),
  );
  return aPlan("P-1", { targets: all, subjects: all.map((target) => ({ target, options: NO_OPTIONS })), steps });
}

const linesOf = (document: Document): string[] =>
  document.blocks.flatMap((block) =>
    block.kind === "list"
      ? block.items.map(({ mark, text }) => `${mark} ${text.map((part) => ("text" in part ? part.text : "")).join("")}`)
      : [],
  );
const wordsOf = (document: Document): string => JSON.stringify(document);

test("a plan for ten sources names every one of them, and its details say how to do all by hand", () => {
  const lines = linesOf(planMessage(planOf(10), "en"));

  assert.match(lines[0]!, /^none 1\. Keep the YAML of orders/);
  assert.equal(lines.length, 6 + 9);
  assert.equal(lines.at(-1), "none 55–60. orders @ s10: the same steps");
  const details = wordsOf(planDetails(planOf(12), "127.0.0.1:8261", "en"));
  assert.match(details, /stop-task -s s10 orders/);
  assert.match(details, /# the same for orders @ s11, orders @ s12/);
  assert.match(details, /\+48 more/);
  assert.match(details, /FROM `orders_syncer_checkpoint`/);
});

test("a long run shows what happens now, and one line for each target that is done or still to come", () => {
  const done: StepState = { kind: "done", at: 1, proof: "ok", alreadySo: false, caveat: null };
  const begun: Run = newRun("R-1", planOf(10), 0, 600);
  const steps = begun.steps.map((record, index): Run["steps"][number] => ({
    ...record,
    state: index < 45 ? done : index === 45 ? { kind: "started", at: 1, attempt: 1, fence: 1, progress: null } : { kind: "todo" },
  }));

  const lines = linesOf(runMessage({ ...begun, steps }, "en"));

  assert.deepEqual(lines.slice(0, 2), ["done orders @ s1 — 6 steps", "done orders @ s2 — 6 steps"]);
  assert.ok(lines.includes("doing 46. Wait until the worker let go of orders @ s8 (up to 30 s)"), lines.join("\n"));
  assert.equal(lines.at(-1), "todo orders @ s10 — 6 steps");
});

test("what a list leaves out is counted", () => {
  const findings = Array.from({ length: 70 }, (_, index) => aFinding("orders", `s${index}`));
  const members = findings.slice(0, 12).map((finding) => ({ ...anIncident("I-1").members[0]!, key: finding.source!, finding }));

  const list = listDocument([{ cluster: "shop", findings, at: 1, problem: null, version: null }], "en");
  const card = incidentCard(
    { ...anIncident("I-1"), members },
    { offer: { kind: "none" }, language: "en", nameOf: () => null, mentions: [] },
  );

  assert.equal(linesOf(list).at(-1), "none … +10 more");
  assert.equal(linesOf(card).at(-1), "none … +4 more");
});

test("a plan that one admin let run alone stays loud, with the reason", () => {
  const by = { id: "U5", name: "chen", identity: "slack" } as const;
  const plan = aPlan("P-1", {
    state: { kind: "approved", at: 1, run: "R-1", breakGlass: true },
    votes: [{ person: by, verdict: "approve", at: 1, digest: "d1", reason: "nobody else is awake" }],
  });

  const message = planMessage(plan, "en");

  assert.equal(message.tone, "critical");
  assert.match(wordsOf(message), /GLASS BROKEN.*nobody else is awake/);
});
