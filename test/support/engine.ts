import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { systemClock } from "../../src/adapters/clock/system-clock.ts";
import { openKeys, sha256 } from "../../src/adapters/keys/keys.ts";
import { createLog } from "../../src/adapters/log/log.ts";
import { createMetrics } from "../../src/adapters/metrics/metrics.ts";
import { openSqliteStore } from "../../src/adapters/store/sqlite-store.ts";
import { taskYaml } from "../../src/adapters/task-yaml/task-yaml.ts";
import type { ActiveLease } from "../../src/app/active-lease.ts";
import { createAuthority } from "../../src/app/authority.ts";
import { createClicks } from "../../src/app/clicks/handle-click.ts";
import { createCommands } from "../../src/app/commands/handle-command.ts";
import { createDecide } from "../../src/app/decide.ts";
import { createExecutor } from "../../src/app/execute/executor.ts";
import type { FactSources } from "../../src/app/fact-sources.ts";
import { createKnowSources } from "../../src/app/know-sources.ts";
import type { Chat } from "../../src/app/ports/chat.ts";
import type { Clock } from "../../src/app/ports/clock.ts";
import type { Policy, Settings } from "../../src/app/ports/settings.ts";
import type { Store } from "../../src/app/ports/store.ts";
import type { TaskFile, TaskFiles } from "../../src/app/ports/task-files.ts";
import { createPropose, type ProposeRequest } from "../../src/app/propose.ts";
import { createIncidentReport } from "../../src/app/report-incident.ts";
import { createPlanReport } from "../../src/app/report-plan.ts";
import { createRowsReport } from "../../src/app/report-rows.ts";
import { createSourceSettings } from "../../src/app/source-settings.ts";
import { createWatch } from "../../src/app/watch.ts";
import type { ClusterConnection } from "../../src/config/config.ts";
import { policySchema } from "../../src/config/schema.ts";
import { connectOutside } from "../../src/connect.ts";
import type { Person } from "../../src/domain/approval/people.ts";
import type { PlaybookId } from "../../src/domain/diagnosis/finding.ts";
import { NO_OPTIONS, type Plan } from "../../src/domain/plan/plan.ts";
import { say } from "../../src/domain/wording/phrases.ts";
import { startDownstream } from "../../src/stand-ins/databases/downstream.ts";
import { startDmStandIn } from "../../src/stand-ins/dm/dm-stand-in.ts";
import type { Version } from "../../src/stand-ins/dm/model.ts";

export const noGroups: Chat = {
  groupMembers: async () => [],
  nameOf: async () => null,
  sendFile: async () => ({ kind: "not-sent", why: "there is no Slack here" }),
};
const nobody = { users: [], groups: [] };
export const person = (id: string): Person => ({ id, name: id.toLowerCase(), identity: "slack" });
export const OPERATOR = person("UOP");
export const APPROVER = person("UAPP");
export const VIEWER = person("UVIEW");
export const ADMIN = person("UADMIN");

export function someSettings(policy: Partial<Policy> = {}): Settings {
  const roles = {
    viewer: { ...nobody, users: ["UVIEW"] },
    operator: { ...nobody, users: ["UOP"] },
    approver: { ...nobody, users: ["UAPP"] },
    admin: { ...nobody, users: ["UADMIN"] },
  };
  const cluster = {
    name: "shop",
    channel: "C1",
    language: "en" as const,
    roles,
    onCallGroup: { critical: null, warning: null },
    pollSeconds: 1,
    alertLabels: [],
    writes: "allowed" as const,
    isFrozen: false,
    masterAddress: "dm:8261",
    defaultBackoffSeconds: 300,
  };
  return {
    clusters: [cluster],
    defaultChannel: "C1",
    auditChannel: "C1",
    identity: "slack",
    policy: {
      ...policySchema.parse({}),
      verifySeconds: 6,
      waitUntilGoneSeconds: 6,
      wellPollsToClose: 2,
      coolDownSeconds: 0,
      ...policy,
    },
  };
}

export interface BenchOptions {
  readonly version?: Version;
  readonly sources?: readonly string[];
  readonly checkEnable?: boolean;
  /** What the configured folder holds for the task; `as-started` is the YAML that the stand-in runs. */
  readonly taskFile?: "as-started" | "none" | ((yaml: string) => TaskFile);
}

/** The use cases over a real store and the real adapters; no Slack. `taskFiles` stands for the configured folder. */
export async function startEngine(
  connection: ClusterConnection,
  taskFiles: TaskFiles,
  policy: Partial<Policy> = {},
  pollMs = 60,
  {
    clock = systemClock,
    chat = noGroups,
    store: shared,
  }: { readonly clock?: Clock; readonly chat?: Chat; readonly store?: Store | undefined } = {},
) {
  const folder = mkdtempSync(join(tmpdir(), "dm-medic-bench-"));
  const store = shared ?? (await openSqliteStore({ file: ":memory:", hashing: sha256 }));
  const log = createLog("silent");
  const metrics = createMetrics();
  const settings = someSettings(policy);
  const { seal, signer } = openKeys(join(folder, "keys"));
  const facts: FactSources = { ...connectOutside({ clusters: [connection] }, { clock, log }), taskFiles };
  const { clusters } = facts;
  const incidentReport = createIncidentReport({ settings, clock });
  const planReport = createPlanReport({ settings, clock });
  const watch = createWatch({
    clusters,
    store,
    settings,
    clock,
    metrics,
    log,
    report: incidentReport,
    sourceSettings: createSourceSettings({ clusters, yaml: taskYaml, clock }),
    isActive: () => true,
    knowSources: createKnowSources({ facts, store, settings, clock, log, isActive: () => true }),
  });
  const authority = createAuthority({ settings, chat });
  const propose = createPropose({ facts, store, watch, settings, clock, metrics, report: planReport });
  const decideOver = (over: Store) => createDecide({ store: over, settings, authority, clock, metrics, log, report: planReport });
  const decide = decideOver(store);
  await store.leases.take("active", "bench", 600);
  const lease: ActiveLease = {
    start: async () => {},
    stop: async () => {},
    held: () => ({ fence: 1, timeLeftMs: () => 600_000 }),
  };
  const executorOver = (over: Store, held: ActiveLease = lease, reached: FactSources = facts) =>
    createExecutor({
      store: over,
      facts: reached,
      settings,
      lease: held,
      seal,
      clock,
      log,
      metrics,
      planReport,
      incidentReport,
      rowsReport: createRowsReport({ settings, clock }),
      pollMs,
    });
  const signal = new AbortController().signal;
  const commands = createCommands({ store, watch, settings, authority, propose, decide, clock, commandName: "/dm" });
  const clickParts = {
    store,
    settings,
    authority,
    watch,
    propose,
    decide,
    commands,
    report: incidentReport,
    facts,
    chat,
    clock,
    log,
    metrics,
  };
  const request = (playbook: PlaybookId, parts: Partial<ProposeRequest> = {}): ProposeRequest => ({
    ...{ cluster: "shop", incident: null, task: "orders", source: null, playbook, options: NO_OPTIONS },
    ...{ askedBy: OPERATOR, dryRun: false },
    ...parts,
  });
  async function planFor(playbook: PlaybookId, parts?: Partial<ProposeRequest>): Promise<Plan> {
    await watch.poll("shop", signal);
    const made = await propose(request(playbook, parts), signal);
    if (made.kind === "refused") throw new Error(`refused: ${made.why.map((why) => why.key).join(", ")}`);
    return made.plan;
  }
  return {
    store,
    facts,
    seal,
    settings,
    watch,
    propose,
    decide,
    decideOver,
    signal,
    signer,
    executorOver,
    executor: executorOver(store),
    poll: () => watch.poll("shop", signal),
    clicks: () => createClicks({ ...clickParts, executor: executorOver(store) }),
    plan: planFor,
    commands,
    /** Asks for a plan and approves it; fails the test when either is refused. */
    async approvedRun(playbook: PlaybookId, parts?: Partial<ProposeRequest>): Promise<string> {
      const plan = await planFor(playbook, parts);
      const vote = { plan: plan.id, digest: plan.digest, verdict: "approve", reason: "it is needed", at: clock.now() } as const;
      let decided = await decide.decide({ ...vote, person: APPROVER });
      if (decided.kind === "counted") decided = await decide.decide({ ...vote, person: ADMIN });
      if (decided.kind !== "started") throw new Error(`not started: ${JSON.stringify(decided)}`);
      return decided.run;
    },
    async why(playbook: PlaybookId, parts?: Partial<ProposeRequest>): Promise<string[]> {
      const made = await propose(request(playbook, parts), signal);
      return made.kind === "refused" ? made.why.map((why) => say(why, "en")) : [];
    },
    request,
    async stop() {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
export type Engine = Awaited<ReturnType<typeof startEngine>>;

/** The use cases over a real store, the real adapters and a stand-in DM with its database; no Slack. */
export async function startBench({
  version = "v8.1.0",
  sources = ["s1"],
  checkEnable = false,
  taskFile = "as-started",
}: BenchOptions = {}) {
  const downstream = await startDownstream({ users: { task: "task-pw", probe: "probe-pw" }, readers: ["probe"] });
  const yaml = stringify({
    name: "orders",
    "task-mode": "incremental",
    "meta-schema": "dm_meta",
    "target-database": { host: "127.0.0.1", port: downstream.port, user: "task", password: "task-pw" },
    "mysql-instances": sources.map((id) => ({ "source-id": id })),
  });
  const dm = await startDmStandIn({
    version,
    sources: sources.map((id) => ({ id, checkEnable })),
    tasks: [yaml],
    downstream,
    letGoAfterMs: 250,
    flushEveryMs: 100,
  });
  const file = (): TaskFile =>
    taskFile === "none"
      ? { kind: "none" }
      : taskFile === "as-started"
        ? { kind: "file", path: "orders.yaml", text: yaml }
        : taskFile(yaml);
  const connection: ClusterConnection = {
    ...{ name: "shop", masters: [dm.url], tls: null, taskFolder: null, taskFiles: [], taskPassword: null },
    downstream: { host: "127.0.0.1", port: downstream.port, user: "probe", password: "probe-pw" },
    ...{ metaWriter: null, rowWriter: null, sources: new Map(), workerHosts: [] },
  };
  const taskFiles = { yamlOf: async () => file(), downstreamPassword: () => "task-pw", sourcePassword: () => null };
  const engine = await startEngine(connection, taskFiles);
  return {
    ...engine,
    yaml,
    async until(isSo: () => boolean): Promise<void> {
      for (let look = 0; look < 400 && !isSo(); look++) await new Promise((resolve) => setTimeout(resolve, 10));
    },
    dm,
    downstream,
    /** The writes that DM got, as `PUT 7 s1` or `POST s1`. */
    writes: () =>
      dm.calls
        .filter((call) => call.method !== "GET")
        .map((call) => {
          const body = call.body as { op?: number; sources?: string[]; workers?: string[] };
          return `${call.method}${body.op === undefined ? "" : ` ${body.op}`} ${(body.sources ?? body.workers ?? []).join(",")}`;
        }),
    async stop() {
      await engine.stop();
      await dm.stop();
      await downstream.stop();
    },
  };
}
export type Bench = Awaited<ReturnType<typeof startBench>>;
