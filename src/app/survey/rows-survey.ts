import { fails, holds, unknownYet } from "../../domain/plan/gate.ts";
import type { GateAnswer } from "../../domain/plan/plan.ts";
import { compareRows } from "../../domain/playbooks/compare-rows.ts";
import { copyMissingRows } from "../../domain/playbooks/copy-missing-rows.ts";
import { momentText } from "../../domain/wording/phrases.ts";
import { foundBy } from "../conclude-comparison.ts";
import { databasesOf } from "../fact-sources.ts";
import { baseFacts, gatesText, type SurveyInput, type Surveyor, taskQuestion } from "./survey.ts";
import { findYaml } from "./task-facts.ts";

/** Where rows cannot be read on both sides, a repair is "moving again" and never "repaired": told, and approved with the plan. */
export async function compareGates({ facts, cluster, subject }: SurveyInput): Promise<GateAnswer[]> {
  const { source } = subject.target;
  switch (missingSide(facts, cluster, source)) {
    case null:
      return [holds("compare", "gate-compare")];
    case "upstream":
      return [unknownYet("compare", "gate-compare-no-upstream", { source })];
    default:
      return [unknownYet("compare", "gate-compare-no-downstream", { source })];
  }
}

/** For a plan that does nothing but compare. */
function comparableGate({ facts, cluster, subject }: SurveyInput): GateAnswer {
  const { source } = subject.target;
  switch (missingSide(facts, cluster, source)) {
    case null:
      return holds("compare", "gate-compare");
    case "upstream":
      return fails("compare", "gate-compare-no-upstream", { source });
    default:
      return fails("compare", "gate-compare-no-downstream", { source });
  }
}

function missingSide(facts: SurveyInput["facts"], cluster: string, source: string): "upstream" | "downstream" | null {
  const { rows } = databasesOf(facts, cluster);
  if (!rows) return "downstream";
  return rows.hasUpstream(source) ? null : "upstream";
}

export const surveyCompare: Surveyor = async (input) => {
  const found = await findYaml(taskQuestion(input));
  const gates = [comparableGate(input), found.gate];
  return { gates, binding: {}, warnings: [], targets: [input.subject.target], steps: compareRows.steps(baseFacts(input)) };
};

export const surveyCopy: Surveyor = async (input) => {
  const { facts, cluster, store, subject } = input;
  const { task, source } = subject.target;
  const name = subject.options.comparison;
  const comparison = name === null ? null : await store.records.get("comparison", name);
  const missing = comparison === null ? 0 : foundBy(comparison, 0).missing;
  const found =
    comparison === null || comparison.task !== task || comparison.source !== source || missing === 0
      ? fails("comparison", "gate-comparison-none", { task: task ?? "" })
      : holds("comparison", "gate-comparison", { comparison: comparison.id, missing: String(missing) });
  const mayWrite = databasesOf(facts, cluster).rows?.mayWrite ?? false;
  const gates = [
    found,
    ...(comparison === null
      ? []
      : [
          holds("comparison-age", "gate-comparison-old", {
            comparison: comparison.id,
            at: momentText(comparison.comparison.ended?.at ?? comparison.comparison.startedAt),
          }),
        ]),
    mayWrite ? holds("row-writer", "gate-row-writer") : fails("row-writer", "gate-no-row-writer"),
    ...(await compareGates(input)),
  ];
  return {
    gates,
    binding: { [`gates copy ${task} @ ${source}`]: gatesText(gates), [`comparison ${task} @ ${source}`]: name ?? "" },
    warnings: [],
    targets: [subject.target],
    steps: copyMissingRows.steps({ ...baseFacts(input), comparison: name ?? "" }),
  };
};
