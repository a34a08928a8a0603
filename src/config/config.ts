import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseDocument } from "yaml";
import type { z } from "zod";
import type { Settings } from "../app/ports/settings.ts";
import { type ConfigFile, configSchema, type SecretReference } from "./schema.ts";
import { type WorkerHostConnection, workerHostsOf } from "./worker-hosts.ts";

export interface Problem {
  /** `clusters[0].channel` */
  readonly path: string;
  readonly wrong: string;
  readonly wouldDo: string;
}

/** Everything checked, secrets in hand. Nothing here is ever printed. */
export interface Config {
  readonly settings: Settings;
  readonly clusters: readonly ClusterConnection[];
  readonly slack: { readonly apiUrl: string; readonly botToken: string } & (
    | { readonly mode: "socket"; readonly appToken: string }
    | { readonly mode: "http"; readonly signingSecret: string; readonly port: number }
  );
  readonly store:
    | { readonly kind: "sqlite"; readonly file: string }
    | {
        readonly kind: "mysql";
        readonly host: string;
        readonly port: number;
        readonly user: string;
        readonly password: string;
        readonly database: string;
      };
  /** null: no server; then no alerts, metrics or health. */
  readonly http: {
    readonly host: string;
    readonly port: number;
    readonly bodyAtMostBytes: number;
    readonly secret: { readonly kind: "bearer" | "hmac"; readonly value: string };
  } | null;
  readonly keysFolder: string;
  readonly logLevel: ConfigFile["logLevel"];
}

export interface ClusterConnection {
  readonly name: string;
  readonly masters: readonly string[];
  readonly tls: { readonly ca: string; readonly cert: string; readonly key: string } | null;
  readonly taskFolder: string | null;
  readonly taskFiles: readonly string[];
  readonly taskPassword: string | null;
  readonly downstream: Login | null;
  /** Accounts of the same downstream that may write: DM's meta schema, and the replicated tables. */
  readonly metaWriter: Login | null;
  readonly rowWriter: Login | null;
  /** By source id. */
  readonly sources: ReadonlyMap<string, SourceConnection>;
  /** Hosts of DM-workers that may be reached, by the worker's name. */
  readonly workerHosts: readonly WorkerHostConnection[];
}

export interface Login {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** PEM of the authority that signed the server's certificate; then nothing is said without TLS. */
  readonly ca?: string;
}

export interface SourceConnection {
  readonly upstream: Login | null;
  /** What stands for `******` in DM's copy of the source's YAML. */
  readonly password: string | null;
}

export type LoadedConfig =
  | { readonly kind: "ok"; readonly config: Config }
  | { readonly kind: "problems"; readonly problems: readonly Problem[] };

const VARIABLE = /^\$\{[A-Z_][A-Z0-9_]*\}$/;
export const SLACK_API = "https://slack.com/api/";

/**
 * Reads and checks the configuration; every problem at once. Paths in the file are relative to it. `replace` may put other
 * settings in place of the file's before they are checked.
 */
export function loadConfig(
  file: string,
  environment: Readonly<Record<string, string | undefined>>,
  replace: (content: unknown) => unknown = (content) => content,
): LoadedConfig {
  const problems: Problem[] = [];
  const text = readText(file, problems, "(the file)");
  if (text === null) return { kind: "problems", problems };
  const document = parseDocument(text);
  if (document.errors.length > 0) {
    return {
      kind: "problems",
      problems: document.errors.map((error) => ({
        path: "(the file)",
        wrong: error.message.split("\n")[0]!,
        wouldDo: "YAML such as dm-medic.example.yaml",
      })),
    };
  }
  const content = replace(document.toJS() ?? {});
  const reader = new Reader(dirname(resolve(file)), environment, problems);
  const parsed = configSchema.safeParse(content);
  if (!parsed.success) {
    // What the file refers to is looked for all the same: every problem at once.
    followReferences(content, "", reader);
    return { kind: "problems", problems: [...parsed.error.issues.flatMap(asProblems), ...problems] };
  }
  problems.push(...doubles(parsed.data), ...sharedLabels(parsed.data), ...portsTakenTwice(parsed.data));
  const config = build(parsed.data, reader);
  return problems.length > 0 ? { kind: "problems", problems } : { kind: "ok", config };
}

function asProblems(issue: z.core.$ZodIssue): Problem[] {
  const path = issue.path.reduce<string>(
    (before, part) =>
      typeof part === "number" ? `${before}[${part}]` : before === "" ? String(part) : `${before}.${String(part)}`,
    "",
  );
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({
      path: path === "" ? key : `${path}.${key}`,
      wrong: "there is no such setting",
      wouldDo: "take it out, or look for its name in dm-medic.example.yaml",
    }));
  if (issue.code === "invalid_union")
    return [
      {
        path,
        wrong:
          issue.errors
            .flat()
            .map((inner) => inner.message)
            .join("; or ") || issue.message,
        wouldDo: "see dm-medic.example.yaml",
      },
    ];
  return [{ path: path || "(the file)", wrong: issue.message, wouldDo: "see dm-medic.example.yaml" }];
}

function doubles({ clusters }: ConfigFile): Problem[] {
  const names = clusters.map(({ name }) => name);
  return names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : [{ path: `clusters[${index}].name`, wrong: `a cluster named ${name} stands above already`, wouldDo: "another name" }],
  );
}

/** An alert must belong to one cluster. */
function sharedLabels({ clusters }: ConfigFile): Problem[] {
  const seen = new Map<string, string>();
  return clusters.flatMap(({ name, alertLabels }, index) =>
    Object.entries(alertLabels).flatMap(([label, value]) => {
      const key = JSON.stringify([label, value]);
      const before = seen.get(key);
      if (before === undefined) seen.set(key, name);
      return before === undefined || before === name
        ? []
        : [
            {
              path: `clusters[${index}].alertLabels.${label}`,
              wrong: `${label}=${value} means ${before} already`,
              wouldDo: "a label and value that only this cluster's alerts carry",
            },
          ];
    }),
  );
}

function portsTakenTwice({ http, slack }: ConfigFile): Problem[] {
  return slack.mode === "http" && http && http.port !== 0 && slack.port === http.port
    ? [{ path: "slack.port", wrong: `http.port is ${http.port} already`, wouldDo: "another port for Slack's requests" }]
    : [];
}

/** Notes which variables and files of an otherwise wrong configuration are not there. */
function followReferences(value: unknown, path: string, reader: Reader): void {
  if (typeof value === "string" && VARIABLE.test(value)) reader.secret(value, path);
  if (value === null || typeof value !== "object") return;
  const entries = Object.entries(value);
  if (entries.length === 1 && entries[0]![0] === "file" && typeof entries[0]![1] === "string")
    return void reader.file(entries[0]![1], path);
  for (const [key, inner] of entries) {
    const here = Array.isArray(value) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
    if ((path.endsWith(".tls") || key === "ca") && typeof inner === "string") reader.file(inner, here);
    else followReferences(inner, here, reader);
  }
}

function readText(file: string, problems: Problem[], path: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    problems.push({
      path,
      wrong: `${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? "failed"})`,
      wouldDo: "a file that this user may read",
    });
    return null;
  }
}

/** Fetches what the file only refers to, noting what is not there. */
class Reader {
  readonly #folder: string;
  readonly #environment: Readonly<Record<string, string | undefined>>;
  readonly #problems: Problem[];

  constructor(folder: string, environment: Readonly<Record<string, string | undefined>>, problems: Problem[]) {
    this.#folder = folder;
    this.#environment = environment;
    this.#problems = problems;
  }
  problem(path: string, wrong: string, wouldDo: string): void {
    this.#problems.push({ path, wrong, wouldDo });
  }
  get environment(): Readonly<Record<string, string | undefined>> {
    return this.#environment;
  }
  path(name: string): string {
    return resolve(this.#folder, name);
  }
  file(name: string, path: string): string {
    return readText(this.path(name), this.#problems, path) ?? "";
  }
  /** An empty password is a password; an unset variable is a mistake. */
  secret(reference: SecretReference, path: string): string {
    if (typeof reference === "object") return this.file(reference.file, path).trimEnd();
    const name = reference.slice(2, -1);
    const value = this.#environment[name];
    if (value === undefined)
      this.#problems.push({
        path,
        wrong: `the environment variable ${name} is not set`,
        wouldDo: `set ${name} before the start`,
      });
    return value ?? "";
  }
  /** A token or key: an empty one would let everybody in, or nobody. */
  token(reference: SecretReference, path: string): string {
    const before = this.#problems.length;
    const value = this.secret(reference, path);
    if (value === "" && this.#problems.length === before)
      this.#problems.push({ path, wrong: "what it refers to is empty", wouldDo: "put the secret there" });
    return value;
  }
}

function build(file: ConfigFile, reader: Reader): Config {
  const apiUrl = `${(file.slack.apiUrl ?? SLACK_API).replace(/\/+$/, "")}/`;
  const botToken = reader.token(file.slack.botToken, "slack.botToken");
  const slack =
    file.slack.mode === "socket"
      ? { mode: "socket" as const, appToken: reader.token(file.slack.appToken, "slack.appToken") }
      : {
          mode: "http" as const,
          signingSecret: reader.token(file.slack.signingSecret, "slack.signingSecret"),
          port: file.slack.port,
        };
  const { store } = file;
  return {
    settings: settingsOf(file, apiUrl),
    clusters: file.clusters.map((cluster, index) => connectionOf(cluster, `clusters[${index}]`, reader)),
    slack: { apiUrl, botToken, ...slack },
    store:
      "sqlite" in store
        ? { kind: "sqlite", file: store.sqlite === ":memory:" ? store.sqlite : reader.path(store.sqlite) }
        : { kind: "mysql", ...store.mysql, password: reader.secret(store.mysql.password, "store.mysql.password") },
    http: httpOf(file.http, reader),
    keysFolder: reader.path(file.keys),
    logLevel: file.logLevel,
  };
}

function httpOf(http: ConfigFile["http"], reader: Reader): Config["http"] {
  if (!http) return null;
  const { host, port, bodyAtMostBytes, webhook } = http;
  const secret =
    "bearer" in webhook
      ? { kind: "bearer" as const, value: reader.token(webhook.bearer, "http.webhook.bearer") }
      : { kind: "hmac" as const, value: reader.token(webhook.hmac, "http.webhook.hmac") };
  return { host, port, bodyAtMostBytes, secret };
}

function settingsOf(file: ConfigFile, apiUrl: string): Settings {
  return {
    clusters: file.clusters.map((cluster) => ({
      name: cluster.name,
      channel: cluster.channel,
      language: cluster.language,
      roles: cluster.roles,
      onCallGroup: { critical: cluster.onCall.critical ?? null, warning: cluster.onCall.warning ?? null },
      pollSeconds: cluster.pollSeconds,
      alertLabels: Object.entries(cluster.alertLabels).map(([label, value]) => ({ label, value })),
      writes: cluster.writes,
      isFrozen: cluster.frozen,
      masterAddress: new URL(cluster.masters[0]!).host,
      defaultBackoffSeconds: cluster.defaultBackoffSeconds,
    })),
    defaultChannel: file.slack.defaultChannel,
    auditChannel: file.slack.auditChannel ?? file.slack.defaultChannel,
    policy: file.policy,
    identity: apiUrl === SLACK_API ? "slack" : "stand-in",
  };
}

function connectionOf(cluster: ConfigFile["clusters"][number], path: string, reader: Reader): ClusterConnection {
  const { tls, downstream, metaWriter, rowWriter, sources, tasks, taskPassword } = cluster;
  const read = downstream ? loginOf(downstream, `${path}.downstream`, reader) : null;
  const writer = (account: typeof metaWriter, name: string): Login | null => {
    if (!account) return null;
    if (!read) {
      reader.problem(`${path}.${name}`, "it names no host", "set downstream beside it: the account is of the same database");
      return null;
    }
    const password = reader.secret(account.password, `${path}.${name}.password`);
    return { ...read, user: account.user, password };
  };
  return {
    name: cluster.name,
    masters: cluster.masters.map((master) => master.replace(/\/+$/, "")),
    tls: tls
      ? {
          ca: reader.file(tls.ca, `${path}.tls.ca`),
          cert: reader.file(tls.cert, `${path}.tls.cert`),
          key: reader.file(tls.key, `${path}.tls.key`),
        }
      : null,
    taskFolder: tasks.folder === undefined ? null : reader.path(tasks.folder),
    taskFiles: tasks.files.map((name) => reader.path(name)),
    taskPassword: taskPassword === undefined ? null : reader.secret(taskPassword, `${path}.taskPassword`),
    downstream: read,
    metaWriter: writer(metaWriter, "metaWriter"),
    rowWriter: writer(rowWriter, "rowWriter"),
    sources: new Map(
      Object.entries(sources).map(([id, source]) => [id, sourceOf(source, `${path}.sources.${id}`, reader)] as const),
    ),
    workerHosts: workerHostsOf(cluster.workerHosts, reader.environment),
  };
}

function loginOf(
  { host, port, user, password, ca }: NonNullable<ConfigFile["clusters"][number]["downstream"]>,
  path: string,
  reader: Reader,
): Login {
  return {
    ...{ host, port, user, password: reader.secret(password, `${path}.password`) },
    ...(ca === undefined ? {} : { ca: reader.file(ca, `${path}.ca`) }),
  };
}

function sourceOf(
  { upstream, password }: ConfigFile["clusters"][number]["sources"][string],
  path: string,
  reader: Reader,
): SourceConnection {
  return {
    upstream: upstream ? loginOf(upstream, `${path}.upstream`, reader) : null,
    password: password === undefined ? null : reader.secret(password, `${path}.password`),
  };
}
