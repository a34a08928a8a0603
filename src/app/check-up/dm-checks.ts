import { say } from "../../domain/wording/phrases.ts";
import type { ObserveOutcome } from "../ports/dm.ts";
import { listed } from "./account-checks.ts";
import { type Check, type Found, note, ok, wrong } from "./check-up.ts";
import type { ClusterAsked, ClusterToCheck } from "./cluster-asked.ts";

export function masterFound(outcome: ObserveOutcome): Found {
  switch (outcome.kind) {
    case "observed": {
      const { version, generation, sources, workers } = outcome.observation;
      const bound = sources.filter(({ worker }) => worker !== null).length;
      return ok(
        `DM ${version ?? (generation === "v1.0" ? "v1.0" : "of an unstamped build")}, ${bound} of ${sources.length} sources bound, ${workers?.length ?? bound} workers`,
      );
    }
    case "unreachable":
      return wrong(outcome.tried.map(({ why }) => why).join("; "), "check the address, the network policy and tls");
    case "unreadable":
      return wrong(
        `it answers, but not as DM does: ${outcome.broke}`,
        "the address must be the master's own port, 8261 by default",
      );
    default:
      return outcome satisfies never;
  }
}

export function dmChecks(about: ClusterToCheck, asked: ClusterAsked): Check[] {
  const check = (what: string, ask: Check["ask"]): Check => ({ about: `cluster ${about.cluster}`, what, ask });
  return [
    check("task YAML", (signal) => yamlFound(asked, signal)),
    check("OpenAPI", (signal) => openapiFound(about, asked, signal)),
  ];
}

const MEND: Readonly<Record<string, string>> = {
  "gate-yaml-several": "keep one of them",
  "gate-yaml-drift": "make the file say what DM runs, or start the task with the file",
  "gate-yaml-password": "set tasks.folder, or taskPassword",
  "gate-yaml-missing": "set tasks.folder",
  "gate-yaml-remove-meta": "take remove-meta out of the file",
};

/** Without the original YAML a stopped task could only be started from DM's masked copy, or not at all. */
async function yamlFound(asked: ClusterAsked, signal: AbortSignal): Promise<Found | null> {
  if ((await asked.observation(signal)) === null) return null;
  const subtasks = await asked.subtasks(signal);
  const failed = subtasks.filter(({ yaml }) => yaml.kind === "failed");
  const [first] = failed;
  if (first) {
    const { key } = first.yaml.gate.phrase;
    const names = listed([...new Set(failed.map(({ task }) => task))]);
    return wrong(`${names}: ${say(first.yaml.gate.phrase, "en")} No plan could stop it`, MEND[key] ?? "mend or remove the file");
  }
  const copied = [
    ...new Set(subtasks.filter(({ yaml }) => yaml.gate.phrase.key === "gate-yaml-gateway").map(({ task }) => task)),
  ];
  if (copied.length > 0)
    return note(`none for ${listed(copied)}: DM's own copy would be used, with the password of taskPassword`, "set tasks.folder");
  const tasks = new Set(subtasks.map(({ task }) => task)).size;
  return ok(tasks === 0 ? "DM lists no task" : `found for ${tasks} ${tasks === 1 ? "task" : "tasks"}, and says what DM runs`);
}

async function openapiFound({ facts, cluster }: ClusterToCheck, asked: ClusterAsked, signal: AbortSignal): Promise<Found | null> {
  const observation = await asked.observation(signal);
  const source = observation?.sources[0]?.source;
  if (source === undefined || observation?.generation === "v1.0") return null;
  const described = await facts.clusters.get(cluster)!.describeSource(source, signal);
  if (described.kind === "described") return ok("on");
  if (described.kind === "not-offered")
    return note(
      "off, as DM has it by default: relay and source settings are changed by making the source anew, and a relay that names workers must be switched off with dmctl first",
      "nothing is needed; openapi: true in dm-master's configuration switches it on",
    );
  return note(
    `it does not tell of ${source}: ${described.kind === "absent" ? "no such source" : described.why}`,
    "ask again once DM is well",
  );
}
