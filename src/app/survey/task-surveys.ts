import { type Cause, causeOf } from "../../domain/diagnosis/cause.ts";
import { fails, holds, unknownYet } from "../../domain/plan/gate.ts";
import type { Binding, GateAnswer } from "../../domain/plan/plan.ts";

import { fixAndResume } from "../../domain/playbooks/fix-and-resume.ts";
import { pauseTask } from "../../domain/playbooks/pause-task.ts";
import { resumeTask } from "../../domain/playbooks/resume-task.ts";
import { startTask } from "../../domain/playbooks/start-task.ts";
import { stopStartTask } from "../../domain/playbooks/stop-start-task.ts";
import { stopTask } from "../../domain/playbooks/stop-task.ts";
import { causeGate } from "./cause-gate.ts";
import { baseFacts, gatesText, type SurveyInput, type Surveyor, taskQuestion } from "./survey.ts";
import {
  checkpointGate,
  type FoundYaml,
  findYaml,
  loginGate,
  sourceSettings,
  stillThere,
  type TaskQuestion,
} from "./task-facts.ts";

/** A task that can be started again: its YAML, its checkpoint, its login; and what a plan that stops it is bound to. */
export interface RestartFacts {
  readonly gates: readonly GateAnswer[];
  readonly binding: Binding;
  readonly yaml: Extract<FoundYaml, { kind: "found" }> | null;
}

/** `isHeld`: DM must hold the task, or must not. */
export async function readRestart(
  question: TaskQuestion,
  { isHeld = true, mayBePaused = false }: { readonly isHeld?: boolean; readonly mayBePaused?: boolean } = {},
): Promise<RestartFacts> {
  const { facts, target } = question;
  const name = `${target.task} @ ${target.source}`;
  const there = isHeld ? await stillThere(question, mayBePaused) : await notThere(question);
  const found = await findYaml(question, isHeld);
  if (found.kind === "failed") return { gates: [there, found.gate], binding: { [`yaml ${name}`]: "none" }, yaml: null };
  const gates = [there, found.gate, await checkpointGate(question, found.facts), await loginGate(question, found.facts)];
  const binding = {
    [`yaml ${name}`]: facts.hashing.sha256(facts.yaml.masked(found.text)),
    [`gates ${name}`]: gatesText(gates),
    ...(mayBePaused ? pausedBinding(name, there) : {}),
    [`source settings ${target.source}`]: await sourceSettings(question),
  };
  return { gates, binding, yaml: found };
}

/** For a start: DM must not hold the task for this source. */
async function notThere({ facts, cluster, target, signal }: TaskQuestion): Promise<GateAnswer> {
  const answer = await facts.clusters.get(cluster)!.taskSources(target.task, signal);
  if (answer.kind === "not-known") return unknownYet("task", "gate-start-not-known", { why: answer.why });
  return answer.kind === "answered" && answer.sources.includes(target.source)
    ? fails("task", "gate-there-already")
    : holds("task", "gate-free-to-start");
}

/** A pause on purpose that a plan goes over must have been there when people voted on it. */
const pausedBinding = (name: string, there: GateAnswer): Binding => ({
  [`paused on purpose ${name}`]: there.phrase.key === "gate-paused-on-purpose" ? "yes" : "no",
});

const restarting =
  (playbook: typeof stopStartTask, how: Parameters<typeof readRestart>[1] = {}): Surveyor =>
  async (input) => {
    const { gates, binding } = await readRestart(taskQuestion(input), how);
    return { gates, binding, warnings: [], targets: [input.subject.target], steps: playbook.steps(baseFacts(input)) };
  };

export const surveyStopStart = restarting(stopStartTask);
export const surveyStop = restarting(stopTask, { mayBePaused: true });
export const surveyStart = restarting(startTask, { isHeld: false });

const asItStands =
  (steps: (input: SurveyInput) => ReturnType<typeof resumeTask.steps>, mayBePaused: boolean): Surveyor =>
  async (input) => {
    const question = taskQuestion(input);
    const there = await stillThere(question, mayBePaused);
    const name = `${question.target.task} @ ${question.target.source}`;
    return {
      gates: [there],
      binding: { [`gates ${name}`]: gatesText([there]), ...(mayBePaused ? pausedBinding(name, there) : {}) },
      warnings: [],
      targets: [input.subject.target],
      steps: steps(input),
    };
  };

export const surveyResume = asItStands((input) => resumeTask.steps(baseFacts(input)), true);
export const surveyPause = asItStands((input) => pauseTask.steps(baseFacts(input)), false);

export const surveyFixAndResume: Surveyor = async (input) => {
  const question = taskQuestion(input);
  const cause = await readCause(question);
  const there = await stillThere(question);
  const name = `${question.target.task} @ ${question.target.source}`;
  return {
    gates: [there, await causeGate(question, cause)],
    binding: { [`gates ${name}`]: gatesText([there]), [`cause ${name}`]: JSON.stringify(cause) },
    warnings: [],
    targets: [input.subject.target],
    steps: fixAndResume.steps({ ...baseFacts(input), cause }),
  };
};

/** From what DM says now. */
async function readCause({ facts, cluster, target, signal }: TaskQuestion): Promise<Cause> {
  const status = await facts.clusters.get(cluster)!.sourceStatus(target.source, signal);
  if (status.kind === "not-known") return { kind: "none-known" };
  const subtask = status.entries.flatMap((entry) => entry.subtasks).find(({ task }) => task === target.task);
  return causeOf(subtask?.result?.errors ?? [], subtask?.unit ?? target.unit);
}
