import { backupPrefixOf } from "../../domain/binlog/backup-table.ts";
import { fileNumberOf, plainName } from "../../domain/binlog/binlog-name.ts";
import { type CheckpointRow, globalRowOf } from "../../domain/binlog/checkpoint-row.ts";
import { isEmptySet, parseGtidSet } from "../../domain/binlog/gtid-set.ts";
import { rewriteRows } from "../../domain/binlog/rewrite-checkpoint.ts";
import { syncerName } from "../../domain/binlog/whose-file.ts";
import type { Known } from "../../domain/observation/known.ts";
import { fails, holds, unknownYet } from "../../domain/plan/gate.ts";
import type { Binding, GateAnswer, Target } from "../../domain/plan/plan.ts";
import type { CheckpointRewrite } from "../../domain/plan/step-action.ts";
import { isAhead, replayGates } from "../../domain/playbooks/replay-gates.ts";
import { type GtidSwitchFacts, type SourceRoad, switchToGtid } from "../../domain/playbooks/switch-to-gtid.ts";
import { isTooLargeSoon } from "../../domain/signals/big-files.ts";
import { phrase } from "../../domain/wording/phrases.ts";
import type { TaskFacts } from "../ports/yaml.ts";
import { fileOfPlan, type NamedFile, namesOf, readRowsOf, readSourceNow, type SourceNow, sizeOf } from "./replay-facts.ts";
import { readReplayFacts } from "./replay-gate-facts.ts";
import { compareGates } from "./rows-survey.ts";
import { readRoad, readSourceConfig } from "./source-facts.ts";
import { baseFacts, gatesText, type Survey, type SurveyInput, type Surveyor, taskQuestion } from "./survey.ts";
import { readRestart } from "./task-surveys.ts";

type OwnTarget = Target & { readonly task: string };

/** Every task of the source is part of the plan: none may run while the source is bound anew. */
export const surveyGtidSwitch: Surveyor = async (input) => {
  const { source } = input.subject.target;
  const none = (gates: readonly GateAnswer[], targets: readonly Target[] = [input.subject.target]): Survey => ({
    ...{ gates, targets, binding: {}, warnings: [], steps: [] },
  });
  if (input.generation === "v1.0") return none([fails("source", "gate-v1-no-sources")]);
  const now = await readSourceNow(input);
  if (now.entries.kind === "not-known") return none([unknownYet("task", "gate-start-not-known", { why: now.entries.why })]);
  const targets = now.subtasks.map(({ task, unit }): OwnTarget => ({ task, source, unit }));
  if (targets.length === 0) return none([fails("task", "gate-not-there")]);
  const { about, previousGtids } = await chooseFile(input, now);
  if (about === null) return none([fails("file", "gate-file-not-named")]);
  const { file } = about;
  const tasks = [];
  for (const target of targets) tasks.push(await surveyTask(input, now, target, about, previousGtids));
  const road = await readRoad(input, now);
  const config = await readSourceConfig(input);
  const gates = [...config.gates, ...road.gates, ...tasks.flatMap((task) => task.gates), ...(await compareGates(input))];
  const itself: Target = { task: null, source, unit: "InvalidUnit" };
  const whole = {
    gates,
    binding: Object.assign(
      {
        [`gates source ${source}`]: gatesText([...config.gates, ...road.gates]),
        [`file ${source}`]: `${file} ${sizeOf(now.files, file)}`,
        [`relay workers ${source}`]: (road.road?.relayWorkers ?? []).join(" "),
      },
      ...tasks.map((task) => task.binding),
    ) as Binding,
    warnings: [
      input.version === "v8.1.0"
        ? phrase("warn-gtid-measured-here")
        : phrase("warn-gtid-measured", { version: input.version ?? "this DM" }),
      ...about.warnings,
    ],
    targets: [...targets, itself],
  };
  if (road.road === null || tasks.some((task) => task.metaSchema === null)) return { ...whole, steps: [] };
  const relay = relayAfter(input, now, tasks, file);
  return {
    ...whole,
    warnings: [...whole.warnings, ...(relay === "stays-off" ? [phrase("warn-relay-stays-off", { source })] : [])],
    steps: steps(input, now, tasks, road.road, file, relay === "on"),
  };
};

/** A relay that comes to a large file turns on it by GTIDs too: only when every such file is behind the tasks is it switched on again. */
function relayAfter(
  { settings }: SurveyInput,
  { files, subtasks, hasRelay }: SourceNow,
  tasks: readonly TaskSurvey[],
  file: string,
): "on" | "off" | "stays-off" {
  if (!settings.policy.relayAfterSwitch || !hasRelay) return "off";
  const stands = Math.max(fileNumberOf(file), ...subtasks.map((subtask) => fileNumberOf(syncerName(subtask) ?? file)));
  const more = files.kind === "known" && files.value.some((one) => one.number > stands && isTooLargeSoon(one));
  return more || areAhead(tasks, file, files) ? "stays-off" : "on";
}

const areAhead = (tasks: readonly TaskSurvey[], file: string, files: SourceNow["files"]): boolean =>
  tasks.every(({ rows, rewrite }) => rows !== null && isAhead({ rows, rewrite, file, files }));

/**
 * Everything that may have been lost is brought back at once; where no set tells how to begin at the earliest file (the server's first
 * one has none), the plan is about the file that fails, and says what it leaves.
 */
async function chooseFile(input: SurveyInput, now: SourceNow): Promise<{ about: NamedFile | null; previousGtids: string }> {
  const before = async (about: NamedFile | null): Promise<string> => {
    if (about === null || !now.upstream) return "";
    const previous = await now.upstream.previousGtids(about.file, input.signal);
    return previous.kind === "known" ? previous.value : "";
  };
  const earliest = fileOfPlan(input, now, "earliest");
  const ofEarliest = await before(earliest);
  const failing = fileOfPlan(input, now, "failing");
  if (!isEmptyText(ofEarliest) || failing?.file === earliest?.file) return { about: earliest, previousGtids: ofEarliest };
  return { about: failing, previousGtids: await before(failing) };
}

function isEmptyText(gtids: string): boolean {
  const set = parseGtidSet(gtids);
  return set === null || isEmptySet(set);
}

interface TaskSurvey {
  readonly target: OwnTarget;
  readonly gates: readonly GateAnswer[];
  readonly binding: Binding;
  readonly metaSchema: string | null;
  readonly rewrite: CheckpointRewrite;
  readonly rows: Known<readonly CheckpointRow[]> | null;
}

async function surveyTask(
  input: SurveyInput,
  now: SourceNow,
  target: OwnTarget,
  file: NamedFile,
  previousGtids: string,
): Promise<TaskSurvey> {
  // A source cannot be stopped while DM lists a task for it, a finished one too; started again it would have nothing to do.
  if (now.subtasks.some(({ task, stage }) => task === target.task && stage === "Finished")) {
    const gates = [fails("unit", "gate-unit-finished", { task: target.task })];
    return { target, gates, binding: {}, metaSchema: null, rewrite: { form: "align" }, rows: null };
  }
  const restart = await readRestart(taskQuestion(input, target));
  const name = `${target.task} @ ${target.source}`;
  if (restart.yaml === null)
    return { target, gates: restart.gates, binding: restart.binding, metaSchema: null, rewrite: { form: "align" }, rows: null };
  const { metaSchema, shardMode, replication, begins }: TaskFacts = restart.yaml.facts;
  const rows = await readRowsOf(input, target, metaSchema);
  const rewrite = rewriteFor(rows, file.file, previousGtids);
  const facts = await readReplayFacts({
    input,
    now,
    target,
    metaSchema,
    shardMode,
    replication,
    begins,
    file,
    rows,
    rewrite,
    readsByGtid: true,
  });
  const gates = [...restart.gates, ...replayGates(facts), ...(await boundaryGate(input, now, rows, rewrite))];
  return {
    ...{ target, gates, metaSchema, rewrite, rows },
    binding: {
      ...restart.binding,
      [`gates ${name}`]: gatesText(gates),
      [`rewrite ${name}`]: rewrite.form,
      [`rows ${name}`]: namesOf(rows),
    },
  };
}

/** In the file, its table rows stand inside the giant transaction: they go back to the global row. Past it, everything is replayed. */
function rewriteFor(rows: Known<readonly CheckpointRow[]>, file: string, previousGtids: string): CheckpointRewrite {
  const global = globalRowOf(rows);
  const isPast = global !== undefined && fileNumberOf(global.file) > fileNumberOf(file);
  return isPast ? { form: "rewind-all", file, previousGtids } : { form: "align", should: { havePassed: file, previousGtids } };
}

/** A GTID set says "these transactions are done"; a global row inside one would skip the rest of it. */
async function boundaryGate(
  { signal }: SurveyInput,
  { upstream }: SourceNow,
  rows: Known<readonly CheckpointRow[]>,
  rewrite: CheckpointRewrite,
): Promise<GateAnswer[]> {
  const global = globalRowOf(rows);
  if (rewrite.form !== "align" || !global) return [];
  const file = plainName(global.file);
  const place = `${file}, ${global.position}`;
  if (!upstream) return [unknownYet("boundary", "gate-boundary-not-known", { why: "no probe account for the upstream" })];
  if (global.position <= 4) return [holds("boundary", "gate-boundary")];
  const type = await upstream.eventTypeAt(file, global.position, signal);
  if (type.kind === "not-known") return [unknownYet("boundary", "gate-boundary-not-known", { why: type.why })];
  return [
    BOUNDARIES.test(type.value) ? holds("boundary", "gate-boundary") : fails("boundary", "gate-inside-transaction", { place }),
  ];
}

/** What a transaction begins with, and what stands between transactions. */
const BOUNDARIES =
  /^(?:Gtid|Anonymous_Gtid|Gtid_tagged|Rotate|Stop|Gtid_list|Previous_gtids|Format_desc|Binlog_checkpoint|none)$/i;

function steps(
  input: SurveyInput,
  now: SourceNow,
  tasks: readonly TaskSurvey[],
  road: SourceRoad,
  file: string,
  relayAfterwards: boolean,
): ReturnType<typeof switchToGtid.steps> {
  const facts: GtidSwitchFacts = {
    ...baseFacts(input),
    ...{ file, road, relayAfterwards, sizeBytes: sizeOf(now.files, file) },
    isAhead: areAhead(tasks, file, now.files),
    tasks: tasks.map(({ target, metaSchema, rewrite, rows }) => {
      const seen = rows?.kind === "known" ? rewriteRows(rows.value, rewrite) : null;
      const asSeen = seen?.kind === "changes" ? seen.changes : [];
      return { target, rewrite, asSeen, metaSchema: metaSchema!, backupTable: backupPrefixOf(target.task) };
    }),
  };
  return switchToGtid.steps(facts);
}
