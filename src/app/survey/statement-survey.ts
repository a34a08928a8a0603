import { fails, holds } from "../../domain/plan/gate.ts";
import type { GateAnswer } from "../../domain/plan/plan.ts";
import type { StatementAction } from "../../domain/plan/step-action.ts";
import { skipOrReplaceStatement } from "../../domain/playbooks/skip-or-replace-statement.ts";
import { failingStatement, isDdl } from "../../domain/statement/failing-statement.ts";
import { phrase } from "../../domain/wording/phrases.ts";
import { baseFacts, gatesText, type Surveyor, taskQuestion } from "./survey.ts";
import { stillThere } from "./task-facts.ts";

/** DDL only. The statement is shown in full, and the plan is bound to it: another one that fails meanwhile voids the votes. */
export const surveyStatement: Surveyor = async (input) => {
  const question = taskQuestion(input);
  const { target } = question;
  const { how, instead } = input.subject.options.statement ?? { how: "skip" as const, instead: [] };
  const status = await question.facts.clusters.get(input.cluster)!.sourceStatus(target.source, input.signal);
  const subtask =
    status.kind === "answered"
      ? status.entries.flatMap((entry) => entry.subtasks).find(({ task }) => task === target.task)
      : undefined;
  const failing = failingStatement(subtask?.result?.errors ?? []);
  const gates: GateAnswer[] = [await stillThere(question), ...statementGates(failing?.statement ?? null)];
  if (input.generation === "v1.0") gates.push(fails("version", "gate-statement-v1"));
  if (how === "replace")
    gates.push(
      instead.length > 0
        ? holds("replacement", "gate-replacement", { statements: instead.join("; ") })
        : fails("replacement", "gate-replacement-missing", { task: target.task }),
    );
  const action: StatementAction = {
    ...{ kind: "handle-statement", how, instead },
    position: failing?.position ?? null,
    statement: failing?.statement ?? "",
  };
  const name = `${target.task} @ ${target.source}`;
  return {
    gates,
    binding: {
      [`statement ${name}`]: input.facts.hashing.sha256(action.statement),
      [`position ${name}`]: action.position ?? "",
      [`gates ${name}`]: gatesText(gates),
    },
    warnings: how === "revert" ? [] : [phrase("warn-statement", { statement: action.statement.slice(0, 300) })],
    targets: [target],
    steps: skipOrReplaceStatement.steps({ ...baseFacts(input), action }),
  };
};

function statementGates(statement: string | null): GateAnswer[] {
  if (statement === null) return [fails("statement", "gate-no-statement")];
  const shown = statement.length > 400 ? `${statement.slice(0, 400)} …` : statement;
  return [
    isDdl(statement)
      ? holds("statement", "gate-statement", { statement: shown })
      : fails("statement", "gate-statement-not-ddl", { statement: shown }),
  ];
}
