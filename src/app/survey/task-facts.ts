import { fails, holds, unknownYet } from "../../domain/plan/gate.ts";
import type { GateAnswer, Target } from "../../domain/plan/plan.ts";
import type { PhraseKey, PhraseValues } from "../../domain/wording/phrases.ts";
import { databasesOf, type FactSources } from "../fact-sources.ts";
import type { TaskFacts } from "../ports/yaml.ts";

export interface TaskQuestion {
  readonly facts: FactSources;
  readonly cluster: string;
  readonly target: Target & { readonly task: string };
  readonly signal: AbortSignal;
}

/** DM holds the task for the source, and no person has paused it; `mayBePaused`: a plan that somebody asked for may be about that. */
export async function stillThere(
  { facts: { clusters }, cluster, target: { task, source }, signal }: TaskQuestion,
  mayBePaused = false,
): Promise<GateAnswer> {
  const status = await clusters.get(cluster)!.sourceStatus(source, signal);
  if (status.kind === "not-known") return unknownYet("task", "gate-start-not-known", { why: status.why });
  const subtask = status.entries.flatMap((entry) => entry.subtasks).find((candidate) => candidate.task === task);
  if (!subtask) return fails("task", "gate-not-there");
  const byPerson = subtask.stage === "Paused" && subtask.result?.isCanceled === true && subtask.result.errors.length === 0;
  if (!byPerson) return holds("task", "gate-still-there");
  return mayBePaused ? holds("task", "gate-paused-on-purpose") : fails("task", "gate-person-paused");
}

/** The YAML to start with, its password filled in. */
export type FoundYaml =
  | { readonly kind: "found"; readonly text: string; readonly facts: TaskFacts; readonly gate: GateAnswer }
  | { readonly kind: "failed"; readonly gate: GateAnswer };

type FailedYaml = <Key extends PhraseKey>(key: Key, ...values: PhraseValues<Key>) => FoundYaml;

/** `isHeld` false: DM holds no copy to compare the file with, and none is expected. */
export async function findYaml(
  { facts: sources, cluster, target: { task, source }, signal }: TaskQuestion,
  isHeld = true,
): Promise<FoundYaml> {
  const failed: FailedYaml = (key, ...values) => ({ kind: "failed", gate: fails("yaml", key, ...values) });
  const [file, copy] = await Promise.all([
    sources.taskFiles.yamlOf(cluster, task),
    sources.clusters.get(cluster)!.taskConfig(task, signal),
  ]);
  switch (file.kind) {
    case "several":
      return failed("gate-yaml-several", { paths: file.paths.join(", ") });
    case "unreadable":
      return failed("gate-yaml-unreadable", { why: `${file.path}: ${file.why}` });
    case "file": {
      const drift = copy.kind === "config" ? sources.yaml.drift(file.text, copy.yaml) : [];
      if (drift.length > 0) return failed("gate-yaml-drift", { keys: drift.join(", ") });
      return checked(
        sources,
        source,
        file.text,
        copy.kind === "config"
          ? holds("yaml", "gate-yaml-file")
          : !isHeld
            ? holds("yaml", "gate-yaml-file-alone")
            : unknownYet("yaml", "gate-yaml-uncompared"),
        failed,
      );
    }
    case "none": {
      if (copy.kind !== "config")
        return failed("gate-yaml-missing", { why: copy.kind === "not-offered" ? "this DM offers no copy of it" : copy.why });
      const password = sources.taskFiles.downstreamPassword(cluster);
      if (password === null) return failed("gate-yaml-password");
      return checked(sources, source, sources.yaml.withPassword(copy.yaml, password), holds("yaml", "gate-yaml-gateway"), failed);
    }
    default:
      return file satisfies never;
  }
}

function checked(sources: FactSources, source: string, text: string, found: GateAnswer, failed: FailedYaml): FoundYaml {
  const facts = sources.yaml.read(text);
  if (facts.kind === "unreadable") return failed("gate-yaml-unreadable", { why: facts.why });
  if (facts.removeMeta) return failed("gate-yaml-remove-meta");
  if (!facts.sources.includes(source)) return failed("gate-yaml-source", { source });
  const names = sources.yaml.undefinedNames(text, source);
  if (names.length > 0) return failed("gate-yaml-undefined", { names: names.join(", ") });
  return { kind: "found", text, facts, gate: found };
}

/** A Sync unit must have a global checkpoint that is not fresh, else a new subtask would dump again or fall back to `meta`. */
export async function checkpointGate(
  { facts: sources, cluster, target: { task, source, unit }, signal }: TaskQuestion,
  facts: TaskFacts,
): Promise<GateAnswer> {
  if (unit !== "Sync") return holds("checkpoint", "gate-checkpoint-not-needed", { unit });
  const probe = databasesOf(sources, cluster).downstream;
  if (!probe) return unknownYet("checkpoint", "gate-checkpoint-not-known", { why: "no probe account is configured" });
  const answer = await probe.globalCheckpoint({ task, source, metaSchema: facts.metaSchema }, signal);
  switch (answer.kind) {
    case "row":
      return holds("checkpoint", "gate-checkpoint-row", { file: answer.file, position: String(answer.position) });
    case "fresh":
      return fails("checkpoint", "gate-checkpoint-fresh");
    case "no-row":
      return fails("checkpoint", "gate-checkpoint-no-row");
    case "no-table":
      return fails("checkpoint", "gate-checkpoint-no-table");
    case "not-known":
      return unknownYet("checkpoint", "gate-checkpoint-not-known", { why: answer.why });
    default:
      return answer satisfies never;
  }
}

/** The password that a start would send is tried before anything is stopped. */
export async function loginGate({ facts, cluster, signal }: TaskQuestion, { target }: TaskFacts): Promise<GateAnswer> {
  const probe = databasesOf(facts, cluster).downstream;
  if (!probe || !target) return unknownYet("login", "gate-login-not-known");
  const encrypted = looksEncrypted(target.password);
  const password = encrypted ? facts.taskFiles.downstreamPassword(cluster) : target.password;
  if (password === null) return unknownYet("login", "gate-login-encrypted");
  const answer = await probe.tryLogin({ ...target, password }, signal);
  if (answer.kind === "works") return holds("login", "gate-login-works");
  return fails("login", answer.kind === "refused" ? "gate-login-refused" : "gate-login-unreachable", { why: answer.why });
}

/** What `dmctl encrypt` writes: base64 of at least sixteen bytes more than the password. DM alone can read it. */
function looksEncrypted(password: string): boolean {
  return password.length >= 24 && password.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(password);
}

/** What the plan is bound to of the source's settings: a hash, or why there is none. */
export async function sourceSettings({
  facts: { clusters, yaml, hashing },
  cluster,
  target: { source },
  signal,
}: TaskQuestion): Promise<string> {
  const answer = await clusters.get(cluster)!.sourceConfig(source, signal);
  return answer.kind === "config" ? hashing.sha256(yaml.masked(answer.yaml)) : answer.kind;
}
