import { fileNumberOf, nextFileOf } from "../../domain/binlog/binlog-name.ts";
import { fails, holds } from "../../domain/plan/gate.ts";
import type { GateAnswer, Target } from "../../domain/plan/plan.ts";
import { neededGate, noBigFileGate, type RelayFacts, relayFileGates, relayOnGate } from "../../domain/playbooks/relay-gates.ts";
import { type HostCommands, replaceRelayFile } from "../../domain/playbooks/replace-relay-file.ts";
import { resetRelay } from "../../domain/playbooks/reset-relay.ts";
import { relayReader } from "../../domain/relay/relay-workers.ts";
import { phrase } from "../../domain/wording/phrases.ts";
import { databasesOf } from "../fact-sources.ts";
import type { HostWork, WorkerHost } from "../ports/worker-host.ts";
import { fileOfPlan, readSourceNow, type SourceNow, sizeOf } from "./replay-facts.ts";
import { compareGates } from "./rows-survey.ts";
import { readRoad, readSourceConfig } from "./source-facts.ts";
import { baseFacts, gatesText, type Survey, type SurveyInput, type Surveyor, taskQuestion } from "./survey.ts";
import { type RestartFacts, readRestart } from "./task-surveys.ts";

type OwnTarget = Target & { readonly task: string };

const tasksOf = ({ subject }: SurveyInput, now: SourceNow): OwnTarget[] =>
  now.subtasks.map(({ task, unit }) => ({ task, source: subject.target.source, unit }));

/** The upstream's own file in place of the relay's, on the worker's host. */
export const surveyReplaceRelayFile: Surveyor = async (input): Promise<Survey> => {
  const { facts, cluster, subject, settings, signal } = input;
  const { source } = subject.target;
  const now = await readSourceNow(input);
  const about = fileOfPlan(input, now, "newest");
  const tasks = tasksOf(input, now);
  if (about === null)
    return {
      ...{ gates: [fails("file", "gate-file-not-named")], binding: {}, warnings: [] },
      targets: tasks,
      steps: [],
    };
  const { file } = about;
  const readsByGtid = now.setToGtid;
  const nextFile = nextFileOf(file) ?? file;
  const nextGtids = readsByGtid && now.upstream ? await now.upstream.previousGtids(nextFile, signal) : null;
  const observed = await facts.clusters.get(cluster)!.observe(signal);
  const workers = observed.kind === "observed" ? (observed.observation.workers ?? []) : [];
  const { worker, others } = readerOf(now);
  const workerHost = worker === null ? null : (databasesOf(facts, cluster).workerHosts.get(worker) ?? null);
  const host = workerHost?.form ?? null;
  const gtid = nextGtids?.kind === "known" ? nextGtids.value : null;
  const commands = workerHost
    ? hostCommands(workerHost, now, worker, { file, nextFile, sizeBytes: sizeOf(now.files, file), gtid })
    : null;
  const gates = [
    relayOnGate(relayFacts(now, [], readsByGtid)),
    ...relayFileGates({
      ...{ file, named: about.named, signs: now.signs, files: now.files, worker, host, nextGtids, otherPullers: others },
      freeWorkers: workers.filter(({ stage }) => stage === "free").map(({ name }) => name),
    }),
    ...(await compareGates(input)),
  ];
  return {
    gates,
    binding: {
      [`gates relay ${source}`]: gatesText(gates),
      [`file ${source}`]: `${file} ${sizeOf(now.files, file)}`,
      [`worker ${source}`]: worker ?? "none",
      [`commands ${source}`]: facts.hashing.sha256(JSON.stringify(commands)),
    },
    warnings: [phrase("warn-relay-file-loops")],
    targets: [...tasks, { task: null, source, unit: "Relay" }],
    steps: replaceRelayFile.steps({
      ...baseFacts(input),
      ...{ tasks, file, nextFile, worker: worker ?? "", sizeBytes: sizeOf(now.files, file) },
      nextGtids: gtid,
      commands,
      fetchSeconds: settings.policy.passFileSeconds,
    }),
  };
};

/** A run's number is not known yet: it stands in the name of its folder on the host. */
const RUN = "R-N";

/** The commands that people vote on, and that a person would type; their folder ends with the run's own number. */
function hostCommands(
  host: WorkerHost,
  { entries }: SourceNow,
  worker: string | null,
  { file, nextFile, sizeBytes, gtid }: { file: string; nextFile: string; sizeBytes: number; gtid: string | null },
): HostCommands {
  const relay = entries.kind === "known" ? entries.value.find((entry) => entry.worker === worker)?.relay : null;
  const subDirectory = relay?.subDirectory || "SUB-DIRECTORY";
  const work = { run: RUN, subDirectory, file, sizeBytes, replacesBytes: 0 };
  const typed = (of: HostWork): string[] =>
    host.describe(of).flatMap(({ on, commands }) => [...(on === "bot-host" ? ["# where the bot runs:"] : []), ...commands]);
  return {
    fetch: typed({ kind: "fetch-binlog", ...work }),
    stop: typed({ kind: "stop-worker" }),
    put: typed({ kind: "put-in-place", ...work }),
    meta: typed({ kind: "write-relay-meta", run: RUN, subDirectory, names: { file: nextFile, position: 4, gtid }, texts: null }),
    start: typed({ kind: "start-worker" }),
  };
}

const readerOf = ({ entries }: SourceNow): ReturnType<typeof relayReader> =>
  relayReader(
    (entries.kind === "known" ? entries.value : []).map(({ worker, relay, subtasks }) => ({
      ...{ worker, pulls: relay !== null, holdsTasks: subtasks.length > 0 },
    })),
  );

/** Relay off and on again; where OpenAPI is off, by making the source anew. */
export const surveyResetRelay: Surveyor = async (input): Promise<Survey> => {
  const { source } = input.subject.target;
  const now = await readSourceNow(input);
  const tasks = tasksOf(input, now);
  const restarts = await Promise.all(tasks.map((target) => readRestart(taskQuestion(input, target))));
  const stands = await Promise.all(tasks.map((target, at) => standsAt(input, target, restarts[at]!)));
  const road = await readRoad(input, now);
  const byOpenapi = road.hasOpenapi;
  // A source that is made anew takes its setting; one whose relay is switched goes on reading as it reads.
  const isInForce = !byOpenapi || now.readsByGtid !== false;
  const facts = relayFacts(now, stands, now.setToGtid && isInForce);
  const config = byOpenapi ? { gates: [] as readonly GateAnswer[] } : await readSourceConfig(input);
  // By OpenAPI no task is stopped, so none must be able to start again.
  const started = byOpenapi ? [] : restarts;
  const canBeMade = byOpenapi
    ? holds("road", "gate-relay-on")
    : input.generation === "v1.0"
      ? fails("road", "gate-relay-road", { why: "v1.0 has no sources on its gateway" })
      : null;
  const gates = [
    ...[relayOnGate(facts), neededGate(facts), noBigFileGate(facts)],
    ...(canBeMade ? [canBeMade] : road.gates),
    ...config.gates,
    ...started.flatMap((restart) => restart.gates),
  ];
  const workers = road.road?.relayWorkers ?? [];
  return {
    gates,
    binding: Object.assign(
      { [`gates relay ${source}`]: gatesText(gates), [`relay workers ${source}`]: workers.join(" ") },
      ...started.map((restart) => restart.binding),
    ) as Survey["binding"],
    warnings: [phrase("warn-relay-purge")],
    targets: [...tasks, { task: null, source, unit: "Relay" }],
    steps: resetRelay.steps({
      ...baseFacts(input),
      tasks,
      road: byOpenapi ? { kind: "openapi", workers } : { kind: "gateway" },
    }),
  };
};

const relayFacts = (
  { hasRelay, files, signs }: SourceNow,
  taskFiles: readonly (string | null)[],
  readsByGtid: boolean,
): RelayFacts => ({
  ...{ hasRelay, files, signs, taskFiles, readsByGtid },
});

/** The file of the task's global row; null: it could not be read. */
async function standsAt(input: SurveyInput, target: OwnTarget, restart: RestartFacts): Promise<string | null> {
  const { facts, cluster, signal } = input;
  const probe = databasesOf(facts, cluster).downstream;
  if (restart.yaml === null || !probe) return null;
  const { metaSchema } = restart.yaml.facts;
  const answer = await probe.globalCheckpoint({ metaSchema, task: target.task, source: target.source }, signal);
  return answer.kind === "row" && fileNumberOf(answer.file) > 0 ? answer.file : null;
}
