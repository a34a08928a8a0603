import { routing } from "../../domain/comparison/route-table.ts";
import type { Known } from "../../domain/observation/known.ts";
import type { Observation, Unit } from "../../domain/observation/observation.ts";
import type { FactSources } from "../fact-sources.ts";
import { databasesOf } from "../fact-sources.ts";
import type { AccountFacts, DatabaseLogin, TableName } from "../ports/databases.ts";
import type { ObserveOutcome } from "../ports/dm.ts";
import { tablesOf } from "../survey/replay-gate-facts.ts";
import { type FoundYaml, findYaml } from "../survey/task-facts.ts";

/** One cluster as the configuration names it; null and empty: not configured. */
export interface ClusterToCheck {
  readonly cluster: string;
  readonly facts: FactSources;
  readonly accounts: {
    readonly downstream: DatabaseLogin | null;
    readonly metaWriter: DatabaseLogin | null;
    readonly rowWriter: DatabaseLogin | null;
    /** By source. */
    readonly upstreams: ReadonlyMap<string, DatabaseLogin>;
  };
  /** Sources that the configuration names. */
  readonly sources: readonly string[];
  readonly hosts: readonly { readonly worker: string; readonly form: "command" | "by-hand"; readonly fetches: boolean }[];
  readAccount(login: DatabaseLogin, signal: AbortSignal): Promise<Known<AccountFacts>>;
}

export interface SubtaskAsked {
  readonly task: string;
  readonly source: string;
  readonly unit: Unit;
  readonly yaml: FoundYaml;
  readonly metaSchema: string;
  /** Tables with a checkpoint row, as they are named upstream, and where they go. */
  readonly upstreamTables: readonly TableName[];
  readonly downstreamTables: readonly TableName[];
}

/** What several checks ask about one cluster, each asked once. */
export interface ClusterAsked {
  observe(signal: AbortSignal): Promise<ObserveOutcome>;
  /** null: no DM-master answers as one. */
  observation(signal: AbortSignal): Promise<Observation | null>;
  subtasks(signal: AbortSignal): Promise<readonly SubtaskAsked[]>;
  account(login: DatabaseLogin, signal: AbortSignal): Promise<Known<AccountFacts>>;
}

export function askOnce(about: ClusterToCheck): ClusterAsked {
  const observe = once((signal) => about.facts.clusters.get(about.cluster)!.observe(signal));
  const observation = async (signal: AbortSignal): Promise<Observation | null> => {
    const outcome = await observe(signal);
    return outcome.kind === "observed" ? outcome.observation : null;
  };
  const subtasks = once(async (signal) => {
    const observed = await observation(signal);
    const all = observed?.sources.flatMap((source) => source.subtasks) ?? [];
    return inTurns(all, ({ task, source, unit }) => askSubtask(about, { task, source, unit }, signal));
  });
  const accounts = new Map<DatabaseLogin, Promise<Known<AccountFacts>>>();
  return {
    observe,
    observation,
    subtasks,
    account(login, signal) {
      const asked = accounts.get(login) ?? about.readAccount(login, signal);
      accounts.set(login, asked);
      return asked;
    },
  };
}

/** How many subtasks are asked about at once: a check-up must not load a production DM. */
const AT_ONCE = 6;

async function inTurns<T, R>(all: readonly T[], ask: (one: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = [];
  for (let at = 0; at < all.length; at += AT_ONCE) answers.push(...(await Promise.all(all.slice(at, at + AT_ONCE).map(ask))));
  return answers;
}

function once<T>(ask: (signal: AbortSignal) => Promise<T>): (signal: AbortSignal) => Promise<T> {
  let asked: Promise<T> | null = null;
  return (signal) => {
    asked ??= ask(signal);
    return asked;
  };
}

async function askSubtask(
  { facts, cluster }: ClusterToCheck,
  target: { readonly task: string; readonly source: string; readonly unit: Unit },
  signal: AbortSignal,
): Promise<SubtaskAsked> {
  const yaml = await findYaml({ facts, cluster, target, signal });
  const metaSchema = yaml.kind === "found" ? yaml.facts.metaSchema : "dm_meta";
  const probe = databasesOf(facts, cluster).downstream;
  const rows = await probe?.checkpointRows({ metaSchema, task: target.task, source: target.source }, signal);
  const upstreamTables = rows ? tablesOf(rows) : [];
  return { ...target, yaml, metaSchema, upstreamTables, downstreamTables: routed(upstreamTables, yaml, target.source) };
}

/** A table that DM's rules do not send to one place is left out: the comparison says so when it comes to it. */
function routed(tables: readonly TableName[], yaml: FoundYaml, source: string): readonly TableName[] {
  if (yaml.kind !== "found" || yaml.facts.replication.kind !== "rules") return [];
  const rules = yaml.facts.replication.sources.find((one) => one.source === source);
  if (!rules) return [];
  const route = routing(rules.routes, rules.caseSensitive);
  return tables.flatMap((table) => {
    const to = route(table);
    return to.kind === "to" ? [to.target] : [];
  });
}
