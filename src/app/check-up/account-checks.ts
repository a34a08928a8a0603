import { beyond, lacking, type Right, rightText } from "../../domain/accounts/rights.ts";
import { databasesOf } from "../fact-sources.ts";
import type { AccountFacts, DatabaseLogin } from "../ports/databases.ts";
import { type Check, type Found, note, ok, wrong } from "./check-up.ts";
import type { ClusterAsked, ClusterToCheck, SubtaskAsked } from "./cluster-asked.ts";

export const PAPER = "docs/database-accounts.md";
const FENCE = "dm_medic_fence";

const rights = (schema: string | null, table: string | null, ...names: string[]): Right[] =>
  names.map((right) => ({ right, schema, table }));

interface RightsAsked {
  readonly about: ClusterToCheck;
  readonly asked: ClusterAsked;
  readonly login: DatabaseLogin;
  readonly facts: AccountFacts;
  readonly signal: AbortSignal;
}
type RightsCheck = (question: RightsAsked) => Promise<Found>;

/** The three accounts of the downstream: there, of the right session, with the rights that their work takes and no others that change something. */
export function accountChecks(about: ClusterToCheck, asked: ClusterAsked): Check[] {
  const { downstream, metaWriter, rowWriter } = about.accounts;
  const check = (what: string, ask: Check["ask"]): Check => ({ about: `cluster ${about.cluster}`, what, ask });
  const account = (what: string, setting: string, login: DatabaseLogin | null, cost: string, rightsFound: RightsCheck) => [
    check(what, async (signal) =>
      login === null ? note(`not configured: ${cost}`, `set ${setting} (${PAPER})`) : loginFound(asked, login, setting, signal),
    ),
    ...(login === null
      ? []
      : [
          check(`${what}: rights`, async (signal) => {
            const facts = await asked.account(login, signal);
            // A login that fails is told by the check before.
            return facts.kind === "known" ? rightsFound({ about, asked, login, facts: facts.value, signal }) : null;
          }),
        ]),
  ];
  return [
    ...account(
      "downstream probe",
      "downstream",
      downstream,
      "checkpoints stay unknown in plans, nothing is rewritten unread, rows are not compared",
      probeRights,
    ),
    ...account(
      "meta writer",
      "metaWriter",
      metaWriter,
      "a plan that changes checkpoints shows the statements instead of carrying them out",
      metaRights,
    ),
    ...account(
      "row writer",
      "rowWriter",
      rowWriter,
      "missing rows are listed and given as an SQL file instead of being inserted",
      rowRights,
    ),
    check("accounts kept apart", async () => keptApart(about)),
  ];
}

/** Whether the account logs in, over TLS, into a session as the bot sets it. */
export async function loginFound(
  asked: ClusterAsked,
  login: DatabaseLogin,
  setting: string,
  signal: AbortSignal,
): Promise<Found> {
  const where = `${login.user} at ${login.host}:${login.port}`;
  const facts = await asked.account(login, signal);
  if (facts.kind === "not-known")
    return wrong(
      `${where}: ${facts.why}`,
      facts.lacks === null ? `check ${setting}'s host, port and ca` : `check ${setting}'s user and password`,
    );
  const odd = oddSession(facts.value);
  if (odd !== null)
    return wrong(`${where} logs in, but ${odd}`, "look for a proxy between that sets session variables of its own");
  const { version, tls } = facts.value;
  const said = `${where} logs in (${version}${tls === "yes" ? ", TLS" : ""})`;
  if (tls !== "no" || isHere(login.host)) return ok(said);
  return note(
    `${said} without TLS: rows can be read on the way`,
    `set ${setting}.ca to the PEM of the authority that signed its certificate`,
  );
}

const isHere = (host: string): boolean => ["127.0.0.1", "::1", "localhost"].includes(host);

/** Values are quoted with backslashes and times printed in UTC; a session that does otherwise would change what is written. */
function oddSession({ sqlMode, timeZone }: AccountFacts): string | null {
  const mode = sqlMode.split(",").find((word) => /^(?:NO_BACKSLASH_ESCAPES|ANSI_QUOTES|ANSI)$/i.test(word));
  if (mode !== undefined) return `its session stays in ${mode}`;
  return timeZone === "+00:00" ? null : `its session's time zone stays ${timeZone}`;
}

async function probeRights({ about, asked, login, facts, signal }: RightsAsked): Promise<Found> {
  const probe = databasesOf(about.facts, about.cluster).downstream!;
  const subtasks = (await asked.subtasks(signal)).filter(({ unit }) => unit === "Sync");
  const without: string[] = [];
  for (const { task, source, metaSchema, downstreamTables } of subtasks) {
    const rows = await probe.checkpointRows({ metaSchema, task, source }, signal);
    if (rows.kind === "not-known")
      return wrong(`cannot read ${metaSchema}: ${rows.why}`, grantFor(login, rows.lacks ?? `SELECT ON \`${metaSchema}\`.*`));
    if (rows.value.length === 0) without.push(`${task} @ ${source}`);
    const keys = await probe.tablesWithoutKey(downstreamTables, signal);
    if (keys.kind === "not-known")
      return wrong(
        `cannot see the tables of ${task}: ${keys.why}`,
        grantFor(login, `SELECT ON \`${downstreamTables[0]?.schema ?? "<schema>"}\`.*`),
      );
  }
  const more = beyond(facts.grants, []);
  if (more.length > 0) return tooMany(login, more, "it only reads");
  if (without.length > 0)
    return note(
      `no checkpoint row of ${listed(without)} was found`,
      "nothing, while the task is new; else see whether its YAML names another meta-schema",
    );
  return ok(
    subtasks.length === 0
      ? "reads only; DM lists no task in Sync"
      : `reads the checkpoints of ${subtasks.length} subtasks, changes nothing`,
  );
}

async function metaRights({ asked, login, facts, signal }: RightsAsked): Promise<Found> {
  const schemas = schemasOf(await asked.subtasks(signal), ({ metaSchema }) => [metaSchema]);
  const wanted = (schemas.length === 0 ? ["dm_meta"] : schemas).flatMap((schema) =>
    rights(schema, null, "SELECT", "INSERT", "UPDATE", "CREATE"),
  );
  return judged(
    login,
    facts,
    wanted,
    wanted,
    `may write ${listed(schemas.length === 0 ? ["dm_meta"] : schemas)} and nothing else`,
  );
}

async function rowRights({ about, asked, login, facts, signal }: RightsAsked): Promise<Found> {
  const subtasks = await asked.subtasks(signal);
  const metaSchemas = schemasOf(subtasks, ({ metaSchema }) => [metaSchema]);
  const schemas = schemasOf(subtasks, ({ downstreamTables }) => downstreamTables.map(({ schema }) => schema));
  const tables = subtasks.flatMap(({ downstreamTables }) => downstreamTables);
  const fences = (metaSchemas.length === 0 ? ["dm_meta"] : metaSchemas).flatMap((schema) =>
    rights(schema, FENCE, "SELECT", "INSERT", "UPDATE"),
  );
  const missing = lacking(facts.grants, fences).missing;
  const probe = databasesOf(about.facts, about.cluster).downstream;
  if (missing.length > 0 && probe) {
    const [first] = missing;
    const there = await probe.tableExists({ schema: first!.schema!, table: FENCE }, signal);
    if (there.kind === "known" && !there.value)
      return note(
        `${first!.schema}.${FENCE} is not there yet, and rights on it cannot be given before it is`,
        `make it and grant its rights as ${PAPER} says`,
      );
  }
  if (tables.length === 0) {
    const lacks = missing.map(rightText);
    return lacks.length > 0
      ? wrong(`lacks ${listed(lacks)}`, grantFor(login, lacks[0]!))
      : note(
          "which tables it must write is not known: no checkpoint row could be read",
          "let the downstream probe read the meta schema",
        );
  }
  const wanted = [...tables.flatMap(({ schema, table }) => rights(schema, table, "SELECT", "INSERT", "DELETE")), ...fences];
  const allowed = [...schemas.flatMap((schema) => rights(schema, null, "INSERT", "DELETE")), ...fences];
  return judged(login, facts, wanted, allowed, `may insert and take back rows in ${listed(schemas)}`);
}

function judged(
  login: DatabaseLogin,
  { grants }: AccountFacts,
  wanted: readonly Right[],
  allowed: readonly Right[],
  said: string,
): Found {
  const { missing: lacks, notTold } = lacking(grants, wanted);
  const missing = lacks.map(rightText);
  if (missing.length > 0) return wrong(`lacks ${listed(missing)}`, grantFor(login, missing[0]!));
  if (notTold.length > 0)
    return note(
      `SHOW GRANTS does not tell whether it may do ${listed(notTold.map(rightText))} (roles, columns, revokes)`,
      "grant the rights directly; else the first plan finds out, before anything is stopped",
    );
  const more = beyond(grants, allowed);
  return more.length > 0 ? tooMany(login, more, "more than its work needs") : ok(said);
}

export const tooMany = ({ user }: DatabaseLogin, more: readonly string[], why: string): Found =>
  note(`${why}, and may also ${listed(more)}`, `revoke ${more[0]} from ${user}, or use an account of its own`);

export const grantFor = ({ user }: DatabaseLogin, right: string): string => `grant ${right} to ${user} (${PAPER})`;

const SHOWN = 4;
export function listed(names: readonly string[]): string {
  const left = names.length - SHOWN;
  return `${names.slice(0, SHOWN).join(", ")}${left > 0 ? ` and ${left} more` : ""}`;
}

const schemasOf = (subtasks: readonly SubtaskAsked[], of: (subtask: SubtaskAsked) => readonly string[]): string[] => [
  ...new Set(subtasks.flatMap(of)),
];

/** One account for several works can do by one mistake what only another should be able to. */
function keptApart({ accounts: { downstream, metaWriter, rowWriter } }: ClusterToCheck): Found | null {
  const named = Object.entries({ downstream, metaWriter, rowWriter }).flatMap(([name, login]) =>
    login ? [{ name, user: login.user }] : [],
  );
  if (named.length < 2) return null;
  const shared = [...Map.groupBy(named, ({ user }) => user)].find(([, own]) => own.length > 1);
  if (!shared) return ok(`${named.map(({ user }) => user).join(", ")}`);
  const [user, own] = shared;
  return note(`${user} is ${own.map(({ name }) => name).join(" and ")} in one`, `give each an account of its own (${PAPER})`);
}
