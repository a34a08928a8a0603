import { constants, existsSync } from "node:fs";
import { access, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { styleText } from "node:util";
import { systemClock } from "../adapters/clock/system-clock.ts";
import { createDownstreamProbe } from "../adapters/databases/downstream-probe.ts";
import { createDmCluster } from "../adapters/dm/dm-cluster.ts";
import { createLog } from "../adapters/log/log.ts";
import { askSlack } from "../adapters/slack/slack-check.ts";
import { createTaskFiles } from "../adapters/task-files/task-files.ts";
import { taskYaml } from "../adapters/task-yaml/task-yaml.ts";
import { type Check, type Checked, checkUp, type Found, note, ok, rolesFound, wrong } from "../app/check-up.ts";
import type { ObserveOutcome } from "../app/ports/dm.ts";
import { type ClusterConnection, type Config, loadConfig } from "../config/config.ts";
import type { Observation } from "../domain/observation/observation.ts";
import { printProblems } from "./check-config.ts";

export interface DoctorOptions {
  readonly config: string;
  readonly json: boolean;
  readonly colour: boolean;
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
}

const AT_MOST_MS = 15_000;

/** Asks everything that the bot will need, changing nothing. Exit code: 0 nothing is wrong, 1 something is, 2 the configuration has problems. */
export async function runDoctor(options: DoctorOptions): Promise<0 | 1 | 2> {
  const loaded = loadConfig(options.config, process.env);
  if (loaded.kind === "problems") {
    printProblems(loaded.problems, options.complain);
    return 2;
  }
  const checked = await checkUp(checksOf(loaded.config), AT_MOST_MS);
  options.print(options.json ? `${JSON.stringify({ checks: checked }, null, 2)}\n` : drawn(checked, options.colour));
  return checked.some(({ verdict }) => verdict === "wrong") ? 1 : 0;
}

function checksOf(config: Config): Check[] {
  const { settings } = config;
  return [
    { about: "bot", what: "store", ask: (signal) => storeFound(config, signal) },
    { about: "bot", what: "keys of the audit record", ask: () => keysFound(config.keysFolder) },
    { about: "bot", what: "alerts, health and metrics", ask: async () => serverFound(config) },
    { about: "Slack", what: "token and scopes", ask: () => askSlack(config.slack).token() },
    { about: "Slack", what: "connection", ask: () => askSlack(config.slack).connection() },
    { about: "Slack", what: "channels", ask: () => askSlack(config.slack).channels(channelsOf(config)) },
    { about: "Slack", what: "user groups", ask: () => askSlack(config.slack).groups(groupsOf(config)) },
    {
      about: "Slack",
      what: "command",
      ask: async () =>
        note(
          "Slack may keep /dm for itself and then refuses the whole manifest",
          "if it does: medic manifest --command /dm-medic; /dm-medic and @dm-medic do the same work",
        ),
    },
    ...settings.clusters.flatMap((cluster) => [
      { about: `cluster ${cluster.name}`, what: "people", ask: async () => rolesFound(cluster) },
      ...clusterChecks(config.clusters.find(({ name }) => name === cluster.name)!),
    ]),
  ];
}

const channelsOf = ({ settings }: Config): string[] => [
  ...new Set([settings.defaultChannel, settings.auditChannel, ...settings.clusters.map(({ channel }) => channel)]),
];

const groupsOf = ({ settings }: Config): string[] => [
  ...new Set(
    settings.clusters.flatMap(({ roles, onCallGroup }) => [
      ...Object.values(roles).flatMap(({ groups }) => groups),
      ...Object.values(onCallGroup).filter((group) => group !== null),
    ]),
  ),
];

async function storeFound({ store }: Config, signal: AbortSignal): Promise<Found> {
  if (store.kind === "sqlite") {
    const folder = nearestFolder(store.file);
    return (await isWritable(folder))
      ? ok(`SQLite in ${store.file}`)
      : wrong(`${folder} is no folder that this user may write to`, "set store.sqlite to another place");
  }
  const { host, port, user, password, database } = store;
  const login = await createDownstreamProbe({ login: store, timeoutMs: 5_000 }).tryLogin({ host, port, user, password }, signal);
  return login.kind === "works"
    ? ok(`${user} logs in to ${host}:${port}; the tables of ${database} are made at the start`)
    : wrong(`${host}:${port}: ${login.why}`, "check store.mysql, and that the account may create tables there");
}

async function keysFound(folder: string): Promise<Found> {
  if (await isWritable(folder)) return ok(`kept in ${folder}`);
  return (await isWritable(nearestFolder(folder)))
    ? note(`${folder} is made at the first start`, "keep a copy of it outside of the store: without it heads cannot be signed")
    : wrong(`${folder} cannot be made here`, "set keys to a folder that this user may write to");
}

/** The nearest folder above that is there: what is missing below it can be made. */
function nearestFolder(path: string): string {
  for (let at = dirname(path); ; at = dirname(at)) if (existsSync(at) || at === dirname(at)) return at;
}

async function isWritable(path: string): Promise<boolean> {
  try {
    await access(path, constants.W_OK);
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

function serverFound({ http }: Config): Found {
  return http
    ? ok(`${http.host}:${http.port} with a ${http.secret.kind} secret`)
    : note("no own server: Alertmanager cannot be heard, and nobody sees when the bot is dead", "set http");
}

function clusterChecks(connection: ClusterConnection): Check[] {
  const about = `cluster ${connection.name}`;
  const dm = createDmCluster({
    ...{ name: connection.name, masters: connection.masters, tls: connection.tls },
    ...{ readTimeoutMs: 5_000, clock: systemClock, log: createLog("silent") },
  });
  let observed: Promise<ObserveOutcome> | null = null;
  const observe = (signal: AbortSignal): Promise<ObserveOutcome> => {
    observed ??= dm.observe(signal);
    return observed;
  };
  const each = connection.masters.map((master): Check => {
    const alone = createDmCluster({
      ...{ name: connection.name, masters: [master], tls: connection.tls },
      ...{ readTimeoutMs: 5_000, clock: systemClock, log: createLog("silent") },
    });
    return { about, what: `master ${new URL(master).host}`, ask: async (signal) => masterFound(await alone.observe(signal)) };
  });
  return [
    ...each,
    { about, what: "task YAML", ask: async (signal) => yamlFound(connection, await observe(signal)) },
    { about, what: "downstream", ask: async (signal) => downstreamFound(connection, await observe(signal), signal) },
  ];
}

function masterFound(outcome: ObserveOutcome): Found {
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

const subtasksOf = ({ sources }: Observation): { readonly task: string; readonly source: string }[] =>
  sources.flatMap(({ source, subtasks }) => subtasks.map(({ task }) => ({ task, source })));

const tasksIn = (outcome: ObserveOutcome): string[] =>
  outcome.kind === "observed" ? [...new Set(subtasksOf(outcome.observation).map(({ task }) => task))] : [];

/** Without the original YAML a stopped task could only be started from DM's masked copy. */
async function yamlFound(connection: ClusterConnection, outcome: ObserveOutcome): Promise<Found> {
  const { name, taskFolder: folder, taskFiles: files, taskPassword: downstreamPassword } = connection;
  const taskFiles = createTaskFiles({ clusters: new Map([[name, { folder, files, downstreamPassword }]]) });
  const tasks = tasksIn(outcome);
  const isV1 = outcome.kind === "observed" && outcome.observation.generation === "v1.0";
  const without: string[] = [];
  for (const task of tasks) {
    const file = await taskFiles.yamlOf(name, task);
    if (file.kind === "several") return wrong(`${task} stands in ${file.paths.join(" and ")}`, "keep one of them");
    if (file.kind === "unreadable") return wrong(`${file.path}: ${file.why}`, "mend or remove it");
    if (file.kind === "none") without.push(task);
    else if (taskYaml.read(file.text).kind === "unreadable") return wrong(`${file.path} is no task's YAML`, "mend or remove it");
  }
  if (without.length === 0) return ok(tasks.length === 0 ? "DM lists no task" : `found for ${tasks.length} tasks`);
  const names = without.join(", ");
  if (isV1) return wrong(`none for ${names}; DM v1.0 keeps no copy that could be started`, "set tasks.folder");
  return downstreamPassword === null
    ? wrong(`none for ${names}, and no password for DM's masked copy`, "set tasks.folder, or taskPassword")
    : note(`none for ${names}: DM's own copy would be used, with the password of taskPassword`, "set tasks.folder");
}

/** The probe's account must log in and read the checkpoint tables. */
async function downstreamFound({ downstream }: ClusterConnection, outcome: ObserveOutcome, signal: AbortSignal): Promise<Found> {
  if (!downstream)
    return note("not configured: checkpoints stay unknown in plans", "set downstream to an account that may read dm_meta");
  const probe = createDownstreamProbe({ login: downstream, timeoutMs: 5_000 });
  const where = `${downstream.user} at ${downstream.host}:${downstream.port}`;
  const login = await probe.tryLogin(downstream, signal);
  if (login.kind !== "works") return wrong(`${where}: ${login.why}`, "check downstream and its password");
  if (outcome.kind !== "observed") return ok(`${where} logs in`);
  for (const { task, source } of subtasksOf(outcome.observation)) {
    const row = await probe.globalCheckpoint({ task, source, metaSchema: "dm_meta" }, signal);
    if (row.kind === "not-known") return wrong(`${where} logs in, but: ${row.why}`, "GRANT SELECT ON dm_meta.* to it");
  }
  return ok(`${where} logs in and reads the checkpoints`);
}

const MARKS = { ok: ["green", "✔"], note: ["yellow", "•"], wrong: ["red", "✘"] } as const;

function drawn(checked: readonly Checked[], colour: boolean): string {
  const lines: string[] = [];
  for (const [about, of] of Map.groupBy(checked, (one) => one.about)) {
    lines.push(about);
    for (const { what, verdict, said, mend } of of) {
      const [tone, mark] = MARKS[verdict];
      lines.push(`  ${colour ? styleText(tone, mark, { validateStream: false }) : mark} ${what}: ${said}`);
      if (mend) lines.push(`      → ${mend}`);
    }
  }
  const count = (verdict: Found["verdict"]): number => checked.filter((one) => one.verdict === verdict).length;
  lines.push("", `${count("ok")} ok, ${count("note")} to know, ${count("wrong")} wrong`);
  return `${lines.join("\n")}\n`;
}
