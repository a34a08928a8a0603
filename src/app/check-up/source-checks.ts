import { beyond } from "../../domain/accounts/rights.ts";
import type { BinlogFile } from "../../domain/binlog/upstream-facts.ts";
import { databasesOf } from "../fact-sources.ts";
import type { UpstreamProbe } from "../ports/databases.ts";
import type { SourceFacts } from "../ports/yaml.ts";
import { grantFor, listed, loginFound, PAPER, tooMany } from "./account-checks.ts";
import { type Check, type Found, note, ok, wrong } from "./check-up.ts";
import type { ClusterAsked, ClusterToCheck } from "./cluster-asked.ts";

/** 4 GiB: what a position in a binlog file can count (over-4gib-lab). */
const POSITION_LIMIT_BYTES = 2 ** 32;

/** Each source that DM or the configuration names: its upstream's account and binlogs, and the settings that it runs with. */
export async function sourceChecks(about: ClusterToCheck, asked: ClusterAsked, signal: AbortSignal): Promise<Check[]> {
  const observation = await asked.observation(signal);
  const known = observation?.sources.map(({ source }) => source) ?? null;
  const names = [...new Set([...(known ?? []), ...about.sources])];
  return names.flatMap((source) => {
    const check = (what: string, ask: Check["ask"]): Check => ({
      about: `cluster ${about.cluster}`,
      what: `source ${source}: ${what}`,
      ask,
    });
    if (known !== null && !known.includes(source))
      return [
        check("known to DM", async () =>
          wrong(
            `DM lists no source of this id; it lists ${known.join(", ") || "none"}`,
            "correct the id under sources, or take it out",
          ),
        ),
      ];
    return [...upstreamChecks(about, asked, source, check), check("settings", (end) => settingsFound(about, source, end))];
  });
}

function upstreamChecks(
  about: ClusterToCheck,
  asked: ClusterAsked,
  source: string,
  check: (what: string, ask: Check["ask"]) => Check,
): Check[] {
  const login = about.accounts.upstreams.get(source);
  const upstream = databasesOf(about.facts, about.cluster).upstreams.get(source);
  if (!login || !upstream)
    return [
      check("upstream", async () =>
        note(
          "no account: a file over 4 GiB stays a suspicion, no warning comes before rows are lost, repairs past it are refused, rows are not compared",
          `set sources.${source}.upstream (${PAPER})`,
        ),
      ),
    ];
  const once =
    (ask: (signal: AbortSignal) => Promise<Found | null>): Check["ask"] =>
    async (signal) =>
      (await asked.account(login, signal)).kind === "known" ? ask(signal) : null;
  return [
    check("upstream", (signal) => loginFound(asked, login, `sources.${source}.upstream`, signal)),
    check(
      "binlog files",
      once(async (signal) => {
        const files = await upstream.binlogFiles(signal);
        if (files.kind === "known") return filesFound(files.value, await readsByGtid(about, source, signal));
        return wrong(
          `its binlog files cannot be listed (${files.why}): a file over 4 GiB stays a suspicion and repairs past it are refused`,
          files.lacks === null ? "see that the upstream writes binlogs (log_bin)" : grantFor(login, files.lacks),
        );
      }),
    ),
    check(
      "GTIDs",
      once((signal) => gtidsFound(upstream, (right) => grantFor(login, right), signal)),
    ),
    check(
      "rights",
      once(async (signal) => {
        const tables = (await asked.subtasks(signal))
          .filter((one) => one.source === source)
          .flatMap(({ upstreamTables }) => upstreamTables);
        const without = await upstream.tablesWithoutKey(tables, signal);
        if (without.kind === "not-known")
          return wrong(
            `its tables cannot be read (${without.why}): their rows are not compared`,
            grantFor(login, without.lacks ?? "SELECT on them"),
          );
        const facts = await asked.account(login, signal);
        const more = facts.kind === "known" ? beyond(facts.value.grants, []) : [];
        if (more.length > 0) return tooMany(login, more, "it only reads");
        const streams = await upstream.dumpStreams(signal);
        if (streams.kind === "not-known")
          return note(
            `who reads its binlog is not shown (${streams.why}): that GTIDs are in force is said, not proved`,
            grantFor(login, streams.lacks ?? "PROCESS"),
          );
        if (without.value.length === 0) return ok("reads binlogs, tables and the list of connections; changes nothing");
        return note(
          `${listed(without.value.map(({ schema, table }) => `${schema}.${table}`))} without a key: a replay is refused for them, and their rows are not compared`,
          "give them a primary or unique key",
        );
      }),
    ),
  ];
}

function filesFound(files: readonly BinlogFile[], byGtid: boolean | null): Found {
  const largest = files.toSorted((a, b) => b.sizeBytes - a.sizeBytes)[0];
  if (!largest) return wrong("the upstream lists no binlog file", "see that it writes binlogs (log_bin)");
  const said = `${files.length} files from ${files[0]!.name} to ${files.at(-1)!.name}, the largest ${largest.name} with ${largest.sizeBytes} bytes`;
  if (largest.sizeBytes <= POSITION_LIMIT_BYTES) return ok(said);
  if (byGtid === true) return note(`${said}: over 4 GiB, read by GTIDs`, "nothing; the bot watches it");
  return note(
    `${said}: over 4 GiB, and the source is read by position${byGtid === null ? ", as far as is known" : ""}: rows past it are lost`,
    "see /dm diagnose of its tasks, and read by GTIDs (switch-to-gtid)",
  );
}

async function readsByGtid({ facts, cluster }: ClusterToCheck, source: string, signal: AbortSignal): Promise<boolean | null> {
  const config = await facts.clusters.get(cluster)!.sourceConfig(source, signal);
  return config.kind === "config" ? (facts.yaml.readSource(config.yaml)?.enableGtid ?? null) : null;
}

async function gtidsFound(upstream: UpstreamProbe, grant: (right: string) => string, signal: AbortSignal): Promise<Found> {
  const state = await upstream.gtidState(signal);
  if (state.kind === "not-known")
    return wrong(
      `its GTIDs cannot be read (${state.why})`,
      state.lacks === null ? "try the statement by hand" : grant(state.lacks),
    );
  const { isOn, executed, flavor } = state.value;
  if (!isOn)
    return note(
      "gtid_mode is not ON: no way past a file over 4 GiB is known that loses nothing",
      "switch GTIDs on at the upstream, if that is possible there",
    );
  if (executed === "") return note("no GTID was executed yet", "nothing; look again once rows were written");
  const files = await upstream.binlogFiles(signal);
  const last = files.kind === "known" ? files.value.at(-1) : undefined;
  const before = last ? await upstream.previousGtids(last.name, signal) : null;
  if (before?.kind === "not-known")
    return wrong(
      `the GTID set before ${last!.name} cannot be read (${before.why}): a replay by GTIDs is refused`,
      before.lacks === null ? "try SHOW BINLOG EVENTS by hand" : grant(before.lacks),
    );
  return ok(`on (${flavor === "mariadb" ? "MariaDB" : "MySQL"}), and the set before a file can be read`);
}

/** The source's own YAML, as DM hands it out: what a switch to GTIDs needs of it. */
async function settingsFound({ facts, cluster, accounts }: ClusterToCheck, source: string, signal: AbortSignal): Promise<Found> {
  const config = await facts.clusters.get(cluster)!.sourceConfig(source, signal);
  if (config.kind === "not-offered")
    return note(
      "DM v1.0 keeps them in the worker's own file: this source cannot be switched to GTIDs from here",
      "nothing can be done here",
    );
  if (config.kind !== "config") return wrong(`DM does not hand them out: ${config.why}`, "ask dmctl: config source");
  const read = facts.yaml.readSource(config.yaml);
  if (read === null) return wrong("DM's copy of its YAML cannot be read", "see what dmctl config source prints");
  const said = `enable-gtid: ${read.enableGtid}, enable-relay: ${read.enableRelay}`;
  const password = facts.taskFiles.sourcePassword(cluster, source);
  if (password === null)
    return note(
      `${said}; DM masks its password: the source could not be made anew, so no switch to GTIDs`,
      `set sources.${source}.password`,
    );
  return (
    (await loginTold(facts, cluster, source, { ...read.login, password }, signal)) ??
    samePlace(read, accounts.upstreams.get(source) ?? null, source, said)
  );
}

async function loginTold(
  facts: ClusterToCheck["facts"],
  cluster: string,
  source: string,
  login: SourceFacts["login"] & { readonly password: string },
  signal: AbortSignal,
): Promise<Found | null> {
  const tried = await databasesOf(facts, cluster).upstreams.get(source)?.tryLogin(login, signal);
  if (!tried || tried.kind === "works") return null;
  const where = `${login.user} at ${login.host}:${login.port}`;
  return tried.kind === "refused"
    ? wrong(
        `the password given for DM's own account (${where}) does not work: ${tried.why}`,
        `correct sources.${source}.password`,
      )
    : note(
        `DM's own account could not be tried from here (${where}): ${tried.why}`,
        "let this machine reach the upstream as DM does",
      );
}

/** Another address may be another server: then its binlogs are not those that DM reads. */
function samePlace(
  { login }: SourceFacts,
  own: { readonly host: string; readonly port: number } | null,
  source: string,
  said: string,
): Found {
  if (own === null || (own.host === login.host && own.port === login.port)) return ok(said);
  return note(
    `${said}; DM reads from ${login.host}:${login.port}, the bot looks at ${own.host}:${own.port}`,
    `see that both are one server, else correct sources.${source}.upstream`,
  );
}
