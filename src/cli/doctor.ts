import { constants, existsSync } from "node:fs";
import { access, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { styleText } from "node:util";
import { systemClock } from "../adapters/clock/system-clock.ts";
import { readAccount } from "../adapters/databases/account-facts.ts";
import { createDownstreamProbe } from "../adapters/databases/downstream-probe.ts";
import { createDmCluster } from "../adapters/dm/dm-cluster.ts";
import { createLog } from "../adapters/log/log.ts";
import { askSlack } from "../adapters/slack/slack-check.ts";
import { accountChecks } from "../app/check-up/account-checks.ts";
import { type Check, type Checked, checkUp, type Found, note, ok, rolesFound, wrong } from "../app/check-up/check-up.ts";
import { askOnce, type ClusterToCheck } from "../app/check-up/cluster-asked.ts";
import { dmChecks, masterFound } from "../app/check-up/dm-checks.ts";
import { hostChecks } from "../app/check-up/host-checks.ts";
import { sourceChecks } from "../app/check-up/source-checks.ts";
import { type ClusterConnection, type Config, loadConfig } from "../config/config.ts";
import { connectOutside } from "../connect.ts";
import { printProblems } from "./check-config.ts";

export interface DoctorOptions {
  readonly config: string;
  readonly json: boolean;
  readonly colour: boolean;
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
}

const AT_MOST_MS = 15_000;
/** How long the list of sources and workers may take, before their checks are known. */
const DM_ANSWERS_WITHIN_MS = 8_000;

/** Asks everything that the bot will need, changing nothing. Exit code: 0 nothing is wrong, 1 something is, 2 the configuration has problems. */
export async function runDoctor(options: DoctorOptions): Promise<0 | 1 | 2> {
  const loaded = loadConfig(options.config, process.env);
  if (loaded.kind === "problems") {
    printProblems(loaded.problems, options.complain);
    return 2;
  }
  const checked = await checkUp(await checksOf(loaded.config), AT_MOST_MS);
  options.print(options.json ? `${JSON.stringify({ checks: checked }, null, 2)}\n` : drawn(checked, options.colour));
  return checked.some(({ verdict }) => verdict === "wrong") ? 1 : 0;
}

async function checksOf(config: Config): Promise<Check[]> {
  const { settings } = config;
  const ofClusters = await Promise.all(
    settings.clusters.map(
      async (cluster): Promise<Check[]> => [
        { about: `cluster ${cluster.name}`, what: "people", ask: async () => rolesFound(cluster) },
        ...(await clusterChecks(config.clusters.find(({ name }) => name === cluster.name)!)),
      ],
    ),
  );
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
    ...ofClusters.flat(),
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

/** Nothing is connected before it is asked; what DM says decides which sources and workers are looked at. */
async function clusterChecks(connection: ClusterConnection): Promise<Check[]> {
  const { name, masters, tls } = connection;
  const parts = { clock: systemClock, log: createLog("silent") };
  const about = clusterToCheck(connection);
  const asked = askOnce(about);
  const found = AbortSignal.timeout(DM_ANSWERS_WITHIN_MS);
  return [
    ...masters.map((master): Check => {
      const alone = createDmCluster({ name, masters: [master], tls, readTimeoutMs: 5_000, ...parts });
      const ask = async (signal: AbortSignal) => masterFound(await alone.observe(signal));
      return { about: `cluster ${name}`, what: `master ${new URL(master).host}`, ask };
    }),
    ...dmChecks(about, asked),
    ...accountChecks(about, asked),
    ...(await sourceChecks(about, asked, found)),
    ...(await hostChecks(about, asked, found)),
  ];
}

function clusterToCheck(connection: ClusterConnection): ClusterToCheck {
  const { name, downstream, metaWriter, rowWriter, sources, workerHosts } = connection;
  return {
    cluster: name,
    facts: connectOutside({ clusters: [connection] }, { clock: systemClock, log: createLog("silent") }),
    accounts: {
      ...{ downstream, metaWriter, rowWriter },
      upstreams: new Map([...sources].flatMap(([id, { upstream }]) => (upstream ? [[id, upstream] as const] : []))),
    },
    sources: [...sources.keys()],
    hosts: workerHosts.map(({ worker, form, fetch }) => ({ worker, form, fetches: fetch !== null })),
    readAccount: (login, signal) => readAccount(login, 5_000, signal),
  };
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
