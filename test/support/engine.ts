import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { systemClock } from "../../src/adapters/clock/system-clock.ts";
import { createDownstreamProbe } from "../../src/adapters/databases/downstream-probe.ts";
import { createDmCluster } from "../../src/adapters/dm/dm-cluster.ts";
import { openKeys, sha256 } from "../../src/adapters/keys/keys.ts";
import { createLog } from "../../src/adapters/log/log.ts";
import { createMetrics } from "../../src/adapters/metrics/metrics.ts";
import { openSqliteStore } from "../../src/adapters/store/sqlite-store.ts";
import { taskYaml } from "../../src/adapters/task-yaml/task-yaml.ts";
import type { ActiveLease } from "../../src/app/active-lease.ts";
import { createAuthority } from "../../src/app/authority.ts";
import { createDecide } from "../../src/app/decide.ts";
import { createExecutor } from "../../src/app/execute/executor.ts";
import { createClicks } from "../../src/app/handle-click.ts";
import { createCommands } from "../../src/app/handle-command.ts";
import type { Settings } from "../../src/app/ports/settings.ts";
import type { Store } from "../../src/app/ports/store.ts";
import type { TaskFile } from "../../src/app/ports/task-files.ts";
import { createPropose } from "../../src/app/propose.ts";
import { createIncidentReport } from "../../src/app/report-incident.ts";
import { createPlanReport } from "../../src/app/report-plan.ts";
import { createSourceSettings } from "../../src/app/source-settings.ts";
import { createWatch } from "../../src/app/watch.ts";
import { policySchema } from "../../src/config/schema.ts";
import type { Person } from "../../src/domain/approval/people.ts";
import type { Plan } from "../../src/domain/plan/plan.ts";
import { startDownstream } from "../../src/stand-ins/databases/downstream.ts";
import { startDmStandIn } from "../../src/stand-ins/dm/dm-stand-in.ts";
import type { Version } from "../../src/stand-ins/dm/model.ts";

const nobody = { users: [], groups: [] };
export const person = (id: string): Person => ({ id, name: id.toLowerCase(), identity: "slack" });
export const OPERATOR = person("UOP");
export const APPROVER = person("UAPP");
export const VIEWER = person("UVIEW");
export const ADMIN = person("UADMIN");

export function someSettings(): Settings {
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
    masterAddress: "dm:8261",
    defaultBackoffSeconds: 300,
  };
  return {
    clusters: [cluster],
    defaultChannel: "C1",
    auditChannel: "C1",
    identity: "slack",
    policy: { ...policySchema.parse({}), verifySeconds: 6, waitUntilGoneSeconds: 6, wellPollsToClose: 2 },
  };
}

export interface BenchOptions {
  readonly version?: Version;
  readonly sources?: readonly string[];
  readonly checkEnable?: boolean;
  /** What the configured folder holds for the task; `as-started` is the YAML that the stand-in runs. */
  readonly taskFile?: "as-started" | "none" | ((yaml: string) => TaskFile);
}

/** The use cases over a real store, the real adapters and a stand-in DM with its database; no Slack. */
export async function startBench({
  version = "v8.1.0",
  sources = ["s1"],
  checkEnable = false,
  taskFile = "as-started",
}: BenchOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), "dm-medic-bench-"));
  const downstream = await startDownstream({ users: { task: "task-pw", probe: "probe-pw" } });
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
  const store = await openSqliteStore({ file: ":memory:", hashing: sha256 });
  const log = createLog("silent");
  const metrics = createMetrics();
  const settings = someSettings();
  const clock = systemClock;
  const { seal, signer } = openKeys(join(folder, "keys"));
  const clusters = new Map([
    ["shop", createDmCluster({ name: "shop", masters: [dm.url], tls: null, readTimeoutMs: 2_000, clock, log })],
  ]);
  const downstreams = new Map([
    [
      "shop",
      createDownstreamProbe({
        login: { host: "127.0.0.1", port: downstream.port, user: "probe", password: "probe-pw" },
        timeoutMs: 2_000,
      }),
    ],
  ]);
  const file = (): TaskFile =>
    taskFile === "none"
      ? { kind: "none" }
      : taskFile === "as-started"
        ? { kind: "file", path: "orders.yaml", text: yaml }
        : taskFile(yaml);
  const taskFiles = { yamlOf: async () => file(), downstreamPassword: () => "task-pw" };
  const facts = { clusters, downstreams, taskFiles, yaml: taskYaml, hashing: sha256 };
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
  });
  const authority = createAuthority({ settings, chat: { groupMembers: async () => [], nameOf: async () => null } });
  const propose = createPropose({ ...facts, store, watch, settings, clock, metrics, report: planReport });
  const decide = createDecide({ store, settings, authority, clock, metrics, log, report: planReport });
  await store.leases.take("active", "bench", 600);
  const lease: ActiveLease = {
    start: async () => {},
    stop: async () => {},
    held: () => ({ fence: 1, timeLeftMs: () => 600_000 }),
  };
  const executorOver = (over: Store, held: ActiveLease = lease) =>
    createExecutor({
      store: over,
      facts,
      settings,
      lease: held,
      seal,
      clock,
      log,
      metrics,
      planReport,
      incidentReport,
      pollMs: 60,
    });
  const signal = new AbortController().signal;
  const commands = createCommands({ store, watch, settings, authority, propose, clock, commandName: "/dm" });
  const clickParts = {
    store,
    settings,
    authority,
    watch,
    propose,
    decide,
    commands,
    report: incidentReport,
    clock,
    log,
    metrics,
  };
  async function planFor(playbook: "resume-task" | "stop-start-task"): Promise<Plan> {
    await watch.poll("shop", signal);
    const made = await propose(
      { cluster: "shop", incident: null, task: "orders", source: null, playbook, askedBy: OPERATOR, dryRun: false },
      signal,
    );
    if (made.kind === "refused") throw new Error(`refused: ${made.why.map((why) => why.key).join(", ")}`);
    return made.plan;
  }
  return {
    dm,
    downstream,
    store,
    settings,
    watch,
    propose,
    decide,
    signal,
    signer,
    executorOver,
    executor: executorOver(store),
    poll: () => watch.poll("shop", signal),
    clicks: () => createClicks({ ...clickParts, executor: executorOver(store) }),
    plan: planFor,
    commands,
    /** Asks for a plan and approves it; fails the test when either is refused. */
    async approvedRun(playbook: "resume-task" | "stop-start-task"): Promise<string> {
      const plan = await planFor(playbook);
      const decided = await decide.decide({
        plan: plan.id,
        digest: plan.digest,
        person: APPROVER,
        verdict: "approve",
        reason: "it is needed",
        at: clock.now(),
      });
      if (decided.kind !== "started") throw new Error(`not started: ${JSON.stringify(decided)}`);
      return decided.run;
    },
    /** The writes that DM got, as `PUT 7 s1` or `POST s1`. */
    writes: () =>
      dm.calls
        .filter((call) => call.method !== "GET")
        .map((call) => {
          const body = call.body as { op?: number; sources?: string[]; workers?: string[] };
          return `${call.method}${body.op === undefined ? "" : ` ${body.op}`} ${(body.sources ?? body.workers ?? []).join(",")}`;
        }),
    async stop() {
      await store.close();
      await dm.stop();
      await downstream.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
export type Bench = Awaited<ReturnType<typeof startBench>>;
