import { backupPrefixOf } from "../../domain/binlog/backup-table.ts";
import { rewriteRows } from "../../domain/binlog/rewrite-checkpoint.ts";
import { fails } from "../../domain/plan/gate.ts";
import type { CheckpointRewrite } from "../../domain/plan/step-action.ts";
import { replayGates } from "../../domain/playbooks/replay-gates.ts";
import { rewindSyncCheckpoint } from "../../domain/playbooks/rewind-sync-checkpoint.ts";
import { phrase } from "../../domain/wording/phrases.ts";
import { fileOfPlan, namesOf, readRowsOf, readSourceNow, sizeOf } from "./replay-facts.ts";
import { readReplayFacts } from "./replay-gate-facts.ts";
import { compareGates } from "./rows-survey.ts";
import { baseFacts, gatesText, type Survey, type Surveyor, taskQuestion } from "./survey.ts";
import { readRestart } from "./task-surveys.ts";

/** The FAQ's repair of the sync unit, with its risk in the first line. */
export const surveyRewind: Surveyor = async (input): Promise<Survey> => {
  const question = taskQuestion(input);
  const { target } = question;
  const name = `${target.task} @ ${target.source}`;
  const restart = await readRestart(question);
  const now = await readSourceNow(input);
  const about = fileOfPlan(input, now, "failing");
  const stopped = (gates: Survey["gates"]): Survey => ({
    ...{ gates, binding: restart.binding, warnings: [], targets: [target], steps: [] },
  });
  if (restart.yaml === null) return stopped(restart.gates);
  if (about === null) return stopped([...restart.gates, fails("file", "gate-file-not-named")]);
  const { file } = about;
  const readsByGtid = now.setToGtid;
  const previous = readsByGtid && now.upstream ? await now.upstream.previousGtids(file, input.signal) : null;
  const previousGtids = readsByGtid ? (previous?.kind === "known" ? previous.value : "") : null;
  const rewrite: CheckpointRewrite = { form: "rewind", file, previousGtids };
  const { metaSchema, shardMode, replication, begins } = restart.yaml.facts;
  const rows = await readRowsOf(input, target, metaSchema);
  const facts = await readReplayFacts({
    input,
    now,
    target,
    metaSchema,
    shardMode,
    replication,
    begins,
    file: about,
    rows,
    rewrite,
    readsByGtid,
  });
  const gates = [...restart.gates, ...replayGates(facts), ...(await compareGates(input))];
  const seen = rows.kind === "known" ? rewriteRows(rows.value, rewrite) : null;
  return {
    gates,
    binding: {
      ...restart.binding,
      [`gates ${name}`]: gatesText(gates),
      [`file ${target.source}`]: `${file} ${sizeOf(now.files, file)}`,
      [`rows ${name}`]: namesOf(rows),
    },
    warnings: [
      // A setting that is not in force leaves the task reading by position.
      ...(readsByGtid && now.readsByGtid !== false ? [] : [phrase("warn-rewind-loses", { file })]),
      ...(shardMode === "" ? [] : [phrase("warn-shards-replay")]),
      ...about.warnings,
    ],
    targets: [target],
    steps: rewindSyncCheckpoint.steps({
      ...baseFacts(input),
      ...{ metaSchema, file, previousGtids, backupTable: backupPrefixOf(target.task) },
      sizeBytes: sizeOf(now.files, file),
      asSeen: seen?.kind === "changes" ? seen.changes : [],
    }),
  };
};
