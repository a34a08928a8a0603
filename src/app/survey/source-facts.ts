import { fails, holds, unknownYet } from "../../domain/plan/gate.ts";
import type { GateAnswer } from "../../domain/plan/plan.ts";
import type { SourceRoad } from "../../domain/playbooks/switch-to-gtid.ts";
import { namedRelayWorkers } from "../../domain/relay/relay-workers.ts";
import { databasesOf, type FactSources } from "../fact-sources.ts";
import type { SourceFacts } from "../ports/yaml.ts";
import type { SourceNow } from "./replay-facts.ts";
import type { SurveyInput } from "./survey.ts";

/** The password that stands for `******` in DM's copy of the source; null where the configuration gives none. */
export function sourcePassword({ taskFiles }: Pick<FactSources, "taskFiles">, cluster: string, source: string): string | null {
  return taskFiles.sourcePassword(cluster, source);
}

/** The source's own YAML can be kept and its login works: tried before anything stops. */
export async function readSourceConfig({ facts, cluster, subject, signal }: SurveyInput): Promise<{
  readonly gates: readonly GateAnswer[];
  readonly facts: SourceFacts | null;
}> {
  const { source } = subject.target;
  const config = await facts.clusters.get(cluster)!.sourceConfig(source, signal);
  const read = config.kind === "config" ? facts.yaml.readSource(config.yaml) : null;
  if (!read) {
    const why = config.kind === "config" ? "it cannot be read" : "why" in config ? config.why : "it is not offered";
    return { gates: [fails("source-yaml", "gate-source-yaml-missing", { why })], facts: null };
  }
  const password = sourcePassword(facts, cluster, source);
  if (password === null) return { gates: [fails("source-login", "gate-source-password", { source })], facts: read };
  const upstream = databasesOf(facts, cluster).upstreams.get(source);
  const answer = upstream ? await upstream.tryLogin({ ...read.login, password }, signal) : null;
  const login =
    answer === null
      ? unknownYet("source-login", "gate-login-not-known")
      : answer.kind === "works"
        ? holds("source-login", "gate-source-login-works")
        : fails("source-login", "gate-source-login-fails", { why: answer.why });
  const already = read.enableGtid ? holds("gtid-setting", "gate-gtid-already") : holds("gtid-setting", "gate-gtid-not-yet");
  return { gates: [login, already], facts: read };
}

/**
 * The gateway's road works on the common cluster; named relay workers have to be switched off by OpenAPI before. With several masters
 * and OpenAPI on, the lab's other road is taken: change the settings, move to a free worker.
 */
export async function readRoad(
  { facts, cluster, subject, version, signal }: SurveyInput,
  now: SourceNow,
): Promise<{ readonly gates: readonly GateAnswer[]; readonly road: SourceRoad | null; readonly hasOpenapi: boolean }> {
  const dm = facts.clusters.get(cluster)!;
  const { source } = subject.target;
  const [described, observed] = await Promise.all([dm.describeSource(source, signal), dm.observe(signal)]);
  const hasOpenapi = described.kind === "described";
  const workers = observed.kind === "observed" ? (observed.observation.workers ?? []) : [];
  const relayWorkers = namedRelayWorkers({
    ...{ enableRelay: now.enableRelay, version, pullers: pullersOf(now), bound: boundTo(now) },
    relayOnly: workers.filter((worker) => worker.stage === "relay" && worker.source === source).map(({ name }) => name),
  });
  const masters = observed.kind === "observed" ? (observed.observation.masters?.length ?? 1) : 1;
  if (hasOpenapi && masters > 1) {
    const free = observed.kind === "observed" ? observed.observation.workers?.find(({ stage }) => stage === "free") : undefined;
    if (free) {
      return {
        hasOpenapi,
        gates: [holds("road", "gate-free-worker", { worker: free.name })],
        road: { kind: "openapi", relayWorkers: now.hasRelay ? relayWorkers : null, freeWorker: free.name },
      };
    }
  }
  const values = { workers: relayWorkers.join(" "), source };
  if (relayWorkers.length > 0 && !hasOpenapi)
    return { hasOpenapi, gates: [fails("road", "gate-relay-workers-stuck", values)], road: null };
  const gates = relayWorkers.length > 0 ? [holds("road", "gate-relay-workers-openapi", values)] : [];
  return { hasOpenapi, gates, road: { kind: "gateway", relayWorkers } };
}

function boundTo({ entries }: SourceNow): string | null {
  if (entries.kind === "not-known") return null;
  return entries.value.find(({ subtasks }) => subtasks.length > 0)?.worker ?? null;
}

function pullersOf({ entries }: SourceNow): string[] {
  if (entries.kind === "not-known") return [];
  return entries.value.flatMap(({ relay, worker }) => (relay !== null && worker !== null ? [worker] : []));
}
