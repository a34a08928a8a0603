import type { PlaybookId } from "../domain/diagnosis/finding.ts";
import type { GateAnswer, Phrase, Target } from "../domain/plan/plan.ts";
import { type PhraseKey, phrase } from "../domain/wording/phrases.ts";
import type { DownstreamProbe } from "./ports/databases.ts";
import type { DmCluster } from "./ports/dm.ts";
import type { Hashing } from "./ports/identifiers.ts";
import type { TaskFiles } from "./ports/task-files.ts";
import type { TaskFacts, TaskYaml } from "./ports/yaml.ts";

export interface FactSources {
  readonly clusters: ReadonlyMap<string, DmCluster>;
  readonly downstreams: ReadonlyMap<string, DownstreamProbe>;
  readonly taskFiles: TaskFiles;
  readonly yaml: TaskYaml;
  readonly hashing: Hashing;
}

/** What is true of one target right now: the gates' answers, what the plan is bound to, and the YAML that a start would send. */
export interface TargetFacts {
  readonly gates: readonly GateAnswer[];
  readonly binding: Readonly<Record<string, string>>;
  /** The YAML to start with, its password filled in; null where a gate failed on it or the playbook needs none. */
  readonly yaml: string | null;
}

const gate = (name: string, answer: GateAnswer["answer"], key: PhraseKey, values: Phrase["values"] = {}): GateAnswer => ({
  gate: name,
  answer,
  phrase: phrase(key, values),
});

/** Reads the facts that a playbook's plan stands on, freshly; changes nothing. */
export async function readTargetFacts(
  sources: FactSources,
  cluster: string,
  target: Target,
  playbook: PlaybookId,
  signal: AbortSignal,
): Promise<TargetFacts> {
  const there = await stillThere(sources, cluster, target, signal);
  const name = `${target.task} @ ${target.source}`;
  if (playbook === "resume-task") return { gates: [there], binding: { [`gates ${name}`]: `task=${there.answer}` }, yaml: null };
  const found = await findYaml(sources, cluster, target, signal);
  if (found.kind === "failed") return { gates: [there, found.gate], binding: { [`yaml ${name}`]: "none" }, yaml: null };
  const gates = [
    there,
    found.gate,
    await checkpointGate(sources, cluster, target, found.facts, signal),
    await loginGate(sources, cluster, found.facts, signal),
  ];
  const binding = {
    [`yaml ${name}`]: sources.hashing.sha256(sources.yaml.masked(found.text)),
    [`gates ${name}`]: gates.map(({ gate: gateName, answer }) => `${gateName}=${answer}`).join(" "),
    [`source settings ${target.source}`]: await sourceSettings(sources, cluster, target.source, signal),
  };
  return { gates, binding, yaml: found.text };
}

async function stillThere(
  { clusters }: FactSources,
  cluster: string,
  { task, source }: Target,
  signal: AbortSignal,
): Promise<GateAnswer> {
  const status = await clusters.get(cluster)!.sourceStatus(source, signal);
  if (status.kind === "not-known") return gate("task", "not-known", "gate-not-there");
  const subtask = status.entries.flatMap((entry) => entry.subtasks).find((candidate) => candidate.task === task);
  if (!subtask) return gate("task", "fails", "gate-not-there");
  const byPerson = subtask.stage === "Paused" && subtask.result?.isCanceled === true && subtask.result.errors.length === 0;
  return byPerson ? gate("task", "fails", "gate-person-paused") : gate("task", "holds", "gate-still-there");
}

type FoundYaml =
  | { readonly kind: "found"; readonly text: string; readonly facts: TaskFacts; readonly gate: GateAnswer }
  | { readonly kind: "failed"; readonly gate: GateAnswer };

async function findYaml(
  sources: FactSources,
  cluster: string,
  { task, source }: Target,
  signal: AbortSignal,
): Promise<FoundYaml> {
  const fails = (key: PhraseKey, values: Phrase["values"] = {}): FoundYaml => ({
    kind: "failed",
    gate: gate("yaml", "fails", key, values),
  });
  const [file, copy] = await Promise.all([
    sources.taskFiles.yamlOf(cluster, task),
    sources.clusters.get(cluster)!.taskConfig(task, signal),
  ]);
  switch (file.kind) {
    case "several":
      return fails("gate-yaml-several", { paths: file.paths.join(", ") });
    case "unreadable":
      return fails("gate-yaml-unreadable", { why: `${file.path}: ${file.why}` });
    case "file": {
      const drift = copy.kind === "config" ? sources.yaml.drift(file.text, copy.yaml) : [];
      if (drift.length > 0) return fails("gate-yaml-drift", { keys: drift.join(", ") });
      return checked(
        sources,
        source,
        file.text,
        copy.kind === "config" ? gate("yaml", "holds", "gate-yaml-file") : gate("yaml", "not-known", "gate-yaml-uncompared"),
        fails,
      );
    }
    case "none": {
      if (copy.kind !== "config")
        return fails("gate-yaml-missing", { why: copy.kind === "not-offered" ? "this DM offers no copy of it" : copy.why });
      const password = sources.taskFiles.downstreamPassword(cluster);
      if (password === null) return fails("gate-yaml-password");
      return checked(
        sources,
        source,
        sources.yaml.withPassword(copy.yaml, password),
        gate("yaml", "holds", "gate-yaml-gateway"),
        fails,
      );
    }
    default:
      return file satisfies never;
  }
}

function checked(
  sources: FactSources,
  source: string,
  text: string,
  holds: GateAnswer,
  fails: (key: PhraseKey, values?: Phrase["values"]) => FoundYaml,
): FoundYaml {
  const facts = sources.yaml.read(text);
  if (facts.kind === "unreadable") return fails("gate-yaml-unreadable", { why: facts.why });
  if (facts.removeMeta) return fails("gate-yaml-remove-meta");
  if (!facts.sources.includes(source)) return fails("gate-yaml-source", { source });
  return { kind: "found", text, facts, gate: holds };
}

/** A Sync unit must have a global checkpoint that is not fresh, else a new subtask would dump again or fall back to `meta`. */
async function checkpointGate(
  { downstreams }: FactSources,
  cluster: string,
  { task, source, unit }: Target,
  facts: TaskFacts,
  signal: AbortSignal,
): Promise<GateAnswer> {
  if (unit !== "Sync") return gate("checkpoint", "holds", "gate-checkpoint-not-needed", { unit });
  const probe = downstreams.get(cluster);
  if (!probe) return gate("checkpoint", "not-known", "gate-checkpoint-not-known", { why: "no probe account is configured" });
  const answer = await probe.globalCheckpoint({ task, source, metaSchema: facts.metaSchema }, signal);
  switch (answer.kind) {
    case "row":
      return gate("checkpoint", "holds", "gate-checkpoint-row", { file: answer.file, position: String(answer.position) });
    case "fresh":
      return gate("checkpoint", "fails", "gate-checkpoint-fresh");
    case "no-row":
      return gate("checkpoint", "fails", "gate-checkpoint-no-row");
    case "no-table":
      return gate("checkpoint", "fails", "gate-checkpoint-no-table");
    case "not-known":
      return gate("checkpoint", "not-known", "gate-checkpoint-not-known", { why: answer.why });
    default:
      return answer satisfies never;
  }
}

async function loginGate(
  { downstreams, taskFiles }: FactSources,
  cluster: string,
  { target }: TaskFacts,
  signal: AbortSignal,
): Promise<GateAnswer> {
  const probe = downstreams.get(cluster);
  if (!probe || !target) return gate("login", "not-known", "gate-login-not-known");
  const encrypted = looksEncrypted(target.password);
  const password = encrypted ? taskFiles.downstreamPassword(cluster) : target.password;
  if (password === null) return gate("login", "not-known", "gate-login-encrypted");
  const answer = await probe.tryLogin({ ...target, password }, signal);
  if (answer.kind === "works") return gate("login", "holds", "gate-login-works");
  return gate("login", "fails", answer.kind === "refused" ? "gate-login-refused" : "gate-login-unreachable", { why: answer.why });
}

/** What `dmctl encrypt` writes: base64 of at least sixteen bytes more than the password. DM alone can read it. */
function looksEncrypted(password: string): boolean {
  return password.length >= 24 && password.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(password);
}

async function sourceSettings(
  { clusters, yaml, hashing }: FactSources,
  cluster: string,
  source: string,
  signal: AbortSignal,
): Promise<string> {
  const answer = await clusters.get(cluster)!.sourceConfig(source, signal);
  return answer.kind === "config" ? hashing.sha256(yaml.masked(answer.yaml)) : answer.kind;
}
