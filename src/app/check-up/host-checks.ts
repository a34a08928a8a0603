import type { Observation } from "../../domain/observation/observation.ts";
import { databasesOf } from "../fact-sources.ts";
import { type Check, type Found, note, ok, wrong } from "./check-up.ts";
import type { ClusterAsked, ClusterToCheck } from "./cluster-asked.ts";

const PAPER = "docs/worker-hosts.md";
const HOST_ANSWERS_WITHIN_MS = 12_000;

/** Hosts of workers: those that are configured, and those whose relay could only be repaired if they were. */
export async function hostChecks(about: ClusterToCheck, asked: ClusterAsked, signal: AbortSignal): Promise<Check[]> {
  const observation = await asked.observation(signal);
  const pulling = relayWorkers(observation);
  const configured = new Set(about.hosts.map(({ worker }) => worker));
  const check = (worker: string, ask: Check["ask"]): Check => ({
    about: `cluster ${about.cluster}`,
    what: `host of ${worker}`,
    ask,
  });
  return [
    ...about.hosts.map((host) => check(host.worker, (end) => hostFound(about, host, observation, pulling.has(host.worker), end))),
    ...[...pulling]
      .filter((worker) => !configured.has(worker))
      .map((worker) =>
        check(worker, async () =>
          note(
            "not configured: a relay file of its own cannot be replaced (replace-relay-file is refused)",
            `set workerHosts.${worker} (${PAPER})`,
          ),
        ),
      ),
  ];
}

const relayWorkers = (observation: Observation | null): ReadonlySet<string> =>
  new Set(
    observation?.sources.flatMap(({ relay, worker }) => (relay !== null ? [relay.worker ?? worker ?? []].flat() : [])) ?? [],
  );

async function hostFound(
  { facts, cluster }: ClusterToCheck,
  { worker, form, fetches }: ClusterToCheck["hosts"][number],
  observation: Observation | null,
  hasRelay: boolean,
  signal: AbortSignal,
): Promise<Found> {
  const workers = observation?.workers?.map(({ name }) => name) ?? null;
  if (workers !== null && !workers.includes(worker))
    return wrong(
      `DM lists no worker of this name; it lists ${workers.join(", ") || "none"}`,
      `correct the name under workerHosts (${PAPER})`,
    );
  if (form === "by-hand") return ok("by hand: the bot shows each command, a person does it and presses Done");
  const host = databasesOf(facts, cluster).workerHosts.get(worker)!;
  const call = { timeoutMs: HOST_ANSWERS_WITHIN_MS, signal };
  const state = await host.workerState(call);
  if (state.kind === "not-known") return unreached(worker, state.why);
  const relay = await host.look(call);
  if (relay.kind === "not-known")
    return hasRelay
      ? wrong(
          `its service is ${state.value}, but its relay folder cannot be read: ${relay.why}`,
          `correct workerHosts.${worker}.relayDirectory`,
        )
      : note(`its service is ${state.value}; no relay folder is there (${relay.why})`, "nothing, while its source has no relay");
  const { subDirectory, files, freeBytes } = relay.value;
  const said = `its service is ${state.value}; ${files.length} relay files in ${subDirectory}, ${(freeBytes / 2 ** 30).toFixed(1)} GiB free`;
  return fetches
    ? ok(said)
    : note(
        `${said}; no fetch command: the upstream's file cannot be brought there`,
        `set workerHosts.${worker}.fetch (${PAPER})`,
      );
}

/** ssh's own words tell what to mend. */
function unreached(worker: string, why: string): Found {
  if (/host key|identification has changed/i.test(why))
    return wrong(
      `its host is not the one that is known: ${why}`,
      "check the host's key by another way, then put it into known_hosts",
    );
  if (/permission denied|authentication/i.test(why))
    return wrong(`its host refuses the login: ${why}`, "put the bot's public key into the host's authorized_keys");
  return wrong(`its service cannot be asked: ${why}`, `try workerHosts.${worker}'s run and status commands by hand (${PAPER})`);
}
