import type { CheckpointRow } from "../domain/binlog/checkpoint-row.ts";
import type { SourceKnowledge, TaskMemory } from "../domain/diagnosis/source-knowledge.ts";
import { type Known, notKnown } from "../domain/observation/known.ts";
import type { Observation, SourceObservation } from "../domain/observation/observation.ts";
import { watchBigFiles } from "../domain/signals/big-file-passing.ts";
import type { BigFileSighting } from "../domain/signals/big-files.ts";
import { type RelaySample, relayFalls, withSample } from "../domain/signals/relay-going-back.ts";
import { suspicionName } from "../domain/signals/rows-suspicion.ts";
import { rememberedName, rememberTasks } from "../domain/signals/stopped-tasks.ts";
import { auditDraft, SYSTEM } from "./audit-draft.ts";
import { databasesOf, type FactSources } from "./fact-sources.ts";
import { gtidsInForce } from "./gtids-in-force.ts";
import type { Clock } from "./ports/clock.ts";
import type { Log } from "./ports/log.ts";
import type { Settings } from "./ports/settings.ts";
import type { Store } from "./ports/store.ts";
import { findYaml, type TaskQuestion } from "./survey/task-facts.ts";

export interface KnowSourcesParts {
  readonly facts: FactSources;
  readonly store: Store;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Log;
  readonly isActive: () => boolean;
}

/** What only the databases, several samples and our own memory know, for the diagnosis of one observation. */
export interface KnowSources {
  /** Takes the observation's samples, looks at databases whose last look is old or whose source looks like it, and remembers. */
  about(observation: Observation, signal: AbortSignal): Promise<ClusterKnowledge>;
  /** The cluster's next observation is told of fresh looks, however new the last ones are: somebody asks about it now. */
  lookAnew(cluster: string): void;
}

export interface ClusterKnowledge {
  knowledgeOf(source: string): SourceKnowledge | null;
  readonly memory: TaskMemory;
}

/** A source whose status fails like a large, purged or damaged file is looked at this often at most. */
const LOOK_AGAIN_MS = 20_000;
/** No database may hold a poll up for longer. */
const LOOK_WITHIN_MS = 8_000;

export function createKnowSources(parts: KnowSourcesParts): KnowSources {
  const trails = new Map<string, readonly RelaySample[]>();
  const looks = new Map<string, Omit<SourceKnowledge, "relayFalls">>();
  /** By cluster: sources that a run of ours was at work on at the last observation. */
  const worked = new Map<string, ReadonlySet<string>>();
  const asked = new Set<string>();
  /** Tasks that had no global checkpoint row at the last look. A unit that has just begun has none before its first flush. */
  const rowless = new Map<string, ReadonlySet<string>>();
  const nameOf = (cluster: string, source: string): string => JSON.stringify([cluster, source]);

  function takeSamples({ cluster, sources, at }: Observation): void {
    for (const { source, relay } of sources) {
      const name = nameOf(cluster, source);
      if (!relay?.relayPosition) trails.delete(name);
      else
        trails.set(
          name,
          withSample(trails.get(name) ?? [], { at, subDirectory: relay.subDirectory, position: relay.relayPosition }),
        );
    }
  }

  /** Sources that a run is or was at work on: it leaves other settings and rows than those that were seen, so they are looked at anew. */
  async function underRepair(cluster: string): Promise<ReadonlySet<string>> {
    const plans = (await parts.store.runs.unfinished()).map(({ plan }) => plan).filter((plan) => plan.cluster === cluster);
    const now = new Set(plans.flatMap(({ targets }) => targets.map(({ source }) => source)));
    const before = worked.get(cluster) ?? [];
    worked.set(cluster, now);
    return new Set([...before, ...now]);
  }

  async function lookAt(
    observation: Observation,
    source: SourceObservation,
    isAnew: boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const name = nameOf(observation.cluster, source.source);
    const before = looks.get(name);
    const usual = parts.settings.policy.lookAtBinlogsSeconds * 1000;
    const isLikely = looksLikeIt(source, trails.get(name) ?? []) || (rowless.get(name)?.size ?? 0) > 0;
    const every = isLikely ? Math.min(LOOK_AGAIN_MS, usual) : usual;
    if (before && observation.at - before.at < every && !isAnew) return;
    const knowledge = await look(parts, observation, source, signal);
    if (!knowledge) return;
    const lacking = rowlessTasks(knowledge);
    looks.set(name, { ...knowledge, rows: seenTwice(knowledge.rows, lacking, rowless.get(name) ?? new Set()) });
    rowless.set(name, lacking);
  }

  return {
    lookAnew: (cluster) => void asked.add(cluster),
    async about(observation, signal) {
      takeSamples(observation);
      const isAsked = asked.delete(observation.cluster);
      const workedOn = await underRepair(observation.cluster);
      const bounded = AbortSignal.any([signal, AbortSignal.timeout(LOOK_WITHIN_MS)]);
      await Promise.all(
        observation.sources.map((source) => lookAt(observation, source, isAsked || workedOn.has(source.source), bounded)),
      );
      const memory = parts.isActive() ? await remember(parts, observation, looks, nameOf) : await recall(parts, observation);
      return {
        memory,
        knowledgeOf(source) {
          const known = looks.get(nameOf(observation.cluster, source));
          const falls = relayFalls(trails.get(nameOf(observation.cluster, source)) ?? []);
          if (known) return { ...known, relayFalls: falls };
          return falls.length > 0 ? { ...NOTHING_ASKED, at: observation.at, relayFalls: falls } : null;
        },
      };
    },
  };
}

const NO_ACCOUNT = notKnown("no probe account for the upstream is configured (sources.<id>.upstream)");
const NOTHING_ASKED = { files: NO_ACCOUNT, server: NO_ACCOUNT, gtid: NO_ACCOUNT, readsByGtid: null, rows: new Map() } as const;

function rowlessTasks({ rows }: Pick<SourceKnowledge, "rows">): ReadonlySet<string> {
  return new Set(
    [...rows].flatMap(([task, known]) => (known.kind === "known" && !known.value.some((row) => row.isGlobal) ? [task] : [])),
  );
}

/** That there is no row counts when it was seen at two looks. */
function seenTwice(
  rows: SourceKnowledge["rows"],
  lacking: ReadonlySet<string>,
  before: ReadonlySet<string>,
): SourceKnowledge["rows"] {
  const once = notKnown("there was no checkpoint row at the first look; it is looked at again");
  return new Map([...rows].map(([task, known]) => [task, lacking.has(task) && !before.has(task) ? once : known] as const));
}

/** Errors of a kind that a file's size decides, or a relay that steps back. */
function looksLikeIt({ subtasks, relay }: SourceObservation, trail: readonly RelaySample[]): boolean {
  return (
    relayFalls(trail).length > 0 ||
    (relay?.result?.errors.length ?? 0) > 0 ||
    subtasks.some(({ result }) => (result?.errors.length ?? 0) > 0)
  );
}

/** null: nothing outside can be asked about this source. */
async function look(
  { facts, log }: KnowSourcesParts,
  { cluster, at }: Observation,
  source: SourceObservation,
  signal: AbortSignal,
): Promise<Omit<SourceKnowledge, "relayFalls"> | null> {
  const { upstreams, downstream } = databasesOf(facts, cluster);
  const upstream = upstreams.get(source.source);
  if (!upstream && !downstream) return null;
  // Rows first: a row that was written after the files were listed would seem to stand ahead of the upstream.
  const rows = await readRows(facts, cluster, source, signal);
  const [files, server, gtid, { setting, readsByGtid }] = await Promise.all([
    upstream ? upstream.binlogFiles(signal) : NO_ACCOUNT,
    upstream ? upstream.serverName(signal) : NO_ACCOUNT,
    upstream ? upstream.gtidState(signal) : NO_ACCOUNT,
    gtidsInForce(facts, cluster, source.source, signal),
  ]);
  if (files.kind === "not-known" && upstream)
    log.warn({ cluster, source: source.source, why: files.why }, "an upstream could not be looked at");
  return { at, files, server, gtid, readsByGtid, isNotInForce: setting === true && readsByGtid === false, rows };
}

async function readRows(
  facts: FactSources,
  cluster: string,
  source: SourceObservation,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Known<readonly CheckpointRow[]>>> {
  const { downstream } = databasesOf(facts, cluster);
  if (!downstream) return new Map();
  const asked = source.subtasks.filter(({ unit }) => unit === "Sync");
  const answers = await Promise.all(
    asked.map(async ({ task, unit }) => {
      const said = await metaSchemaOf({ facts, cluster, target: { task, source: source.source, unit }, signal });
      const place = { metaSchema: said ?? USUAL_META_SCHEMA, task, source: source.source };
      const rows = await downstream.checkpointRows(place, signal);
      const isGuess = said === null && rows.kind === "known" && rows.value.length === 0;
      return [task, isGuess ? notKnown("the task's meta schema is not known, and dm_meta holds no rows of it") : rows] as const;
    }),
  );
  return new Map(answers);
}

/** What DM takes where the task names none. */
const USUAL_META_SCHEMA = "dm_meta";

/** From the task's file, else from DM's copy, which need not be good enough to start the task with. null: nothing says it. */
async function metaSchemaOf(question: TaskQuestion): Promise<string | null> {
  const found = await findYaml(question);
  if (found.kind === "found") return found.facts.metaSchema;
  const { facts, cluster, target, signal } = question;
  const copy = await facts.clusters.get(cluster)!.taskConfig(target.task, signal);
  const task = copy.kind === "config" ? facts.yaml.read(copy.yaml) : null;
  return task?.kind === "task" ? task.metaSchema : null;
}

async function recall({ store, settings, clock }: KnowSourcesParts, { cluster }: Observation): Promise<TaskMemory> {
  const [suspicions, tasks] = await Promise.all([store.records.list("rows-suspicion"), store.records.list("task")]);
  const now = clock.now();
  const stopped = tasks.flatMap(({ task, source, goneSince, ...own }) =>
    own.cluster === cluster && goneSince !== null && now - goneSince >= settings.policy.forgottenAfterSeconds * 1000
      ? [{ task, source, goneSince }]
      : [],
  );
  return { suspicions: suspicions.filter((one) => one.cluster === cluster && one.closed === null), stopped };
}

/** Stores what this observation adds to the memory, each in the transaction of its audit event. */
async function remember(
  parts: KnowSourcesParts,
  observation: Observation,
  looks: ReadonlyMap<string, Omit<SourceKnowledge, "relayFalls">>,
  nameOf: (cluster: string, source: string) => string,
): Promise<TaskMemory> {
  const { store } = parts;
  const { cluster } = observation;
  const ofCluster = <T extends { readonly cluster: string }>(all: readonly T[]) => all.filter((one) => one.cluster === cluster);
  const tasks = rememberTasks(ofCluster(await store.records.list("task")), observation);
  for (const one of tasks) await store.records.put("task", rememberedName(one), one);
  const sightings = ofCluster(await store.records.list("big-file"));
  const suspicions = ofCluster(await store.records.list("rows-suspicion"));
  for (const source of observation.sources) {
    const known = looks.get(nameOf(cluster, source.source));
    if (known?.files.kind !== "known" || known.readsByGtid === null) continue;
    const passing = watchBigFiles({
      ...{ cluster, source, sightings, suspicions, at: observation.at },
      ...{ server: known.server, files: known.files.value, readsByGtid: known.readsByGtid },
    });
    for (const one of passing.sightings) await store.records.put("big-file", sightingName(one), one);
    for (const one of passing.suspicions)
      await store.transaction(async (tx) => {
        await tx.records.put("rows-suspicion", suspicionName(one), one);
        const { task, file, sizeBytes, wasSeenPassing } = one;
        await tx.audit.append(
          auditDraft(parts.clock.now(), "rows-suspected", SYSTEM, {
            ...{ cluster, task, source: source.source, details: { file, sizeBytes, wasSeenPassing } },
          }),
        );
      });
  }
  return recall(parts, observation);
}

const sightingName = ({ cluster, source, server, file }: BigFileSighting): string =>
  JSON.stringify([cluster, source, ...(server === null ? [] : [server]), file]);
