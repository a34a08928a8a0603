import { randomUUID } from "node:crypto";
import { systemClock } from "./adapters/clock/system-clock.ts";
import { createCron, everySeconds } from "./adapters/cron/cron.ts";
import { startHttpServer } from "./adapters/http/http-server.ts";
import { openKeys, sha256 } from "./adapters/keys/keys.ts";
import { createLog } from "./adapters/log/log.ts";
import { createMetrics } from "./adapters/metrics/metrics.ts";
import { PRIMARY_COMMAND } from "./adapters/slack/command-name.ts";
import { createSlack } from "./adapters/slack/slack.ts";
import { openStore } from "./adapters/store/open-store.ts";
import { taskYaml } from "./adapters/task-yaml/task-yaml.ts";
import { createActiveLease } from "./app/active-lease.ts";
import { anchorHead } from "./app/anchor-heads.ts";
import { auditDraft, SYSTEM } from "./app/audit-draft.ts";
import { createAuthority } from "./app/authority.ts";
import { createClicks } from "./app/clicks/handle-click.ts";
import { createCommands } from "./app/commands/handle-command.ts";
import { createDecide } from "./app/decide.ts";
import { createExecutor } from "./app/execute/executor.ts";
import { createKnowSources } from "./app/know-sources.ts";
import type { Log } from "./app/ports/log.ts";
import type { Store } from "./app/ports/store.ts";
import { createPropose } from "./app/propose.ts";
import { createReceiveAlert } from "./app/receive-alert.ts";
import { createReminder } from "./app/remind.ts";
import { createIncidentReport } from "./app/report-incident.ts";
import { createPlanReport } from "./app/report-plan.ts";
import { createRowsReport } from "./app/report-rows.ts";
import { createSourceSettings } from "./app/source-settings.ts";
import { createWatch } from "./app/watch.ts";
import type { Config } from "./config/config.ts";
import { connectOutside } from "./connect.ts";

export interface Medic {
  readonly store: Store;
  /** Where the own server listens; null without one. */
  readonly httpPort: number | null;
  /** In reverse order of the start, once; later calls get the first one's end. */
  stop(): Promise<void>;
}

/** What a test may put around the real parts, e.g. a store that dies after its k-th write. */
export interface Overrides {
  readonly wrapStore?: (store: Store) => Store;
}

const STOP_WITHIN_MS = 10_000;
const STORE_ANSWERS_WITHIN_MS = 2_000;

type Undo = (() => Promise<void>)[];

/** Builds everything once, starts it, and hands back how it is stopped; a start that fails undoes what it did and throws. */
export async function startMedic(config: Config, overrides: Overrides = {}): Promise<Medic> {
  const log = createLog(config.logLevel);
  const undo: Undo = [];
  try {
    return await start(config, overrides, undo, log);
  } catch (error) {
    await undoAll(undo, log);
    throw error;
  }
}

/** The road through it: docs/architecture.md. */
async function start(config: Config, overrides: Overrides, undo: Undo, log: Log): Promise<Medic> {
  const { settings } = config;
  const clock = systemClock;
  let httpPort: number | null = null;

  // What lasts
  const opened = await openStore(config.store, sha256);
  const store = overrides.wrapStore?.(opened) ?? opened;
  undo.push(() => opened.close());
  const { seal, signer } = openKeys(config.keysFolder);
  const metrics = createMetrics();

  // Who is active
  const lease = createActiveLease({
    store,
    owner: randomUUID(),
    seconds: settings.policy.leaseSeconds,
    clock,
    log,
    metrics,
    // A store that fails here is asked again in a second by the schedule.
    onChange: (held) =>
      held &&
      void executor.pickUp(stopping.signal).catch((error: unknown) => log.warn({ err: error }, "runs could not be looked for")),
  });
  const isActive = () => lease.held() !== null;
  const stopping = new AbortController();

  // DM, its databases, its files
  const facts = connectOutside(config, { clock, log });
  const { clusters } = facts;

  // Observation, diagnosis, incident
  const incidentReport = createIncidentReport({ settings, clock });
  const sourceSettings = createSourceSettings({ clusters, yaml: taskYaml, clock });
  const knowSources = createKnowSources({ facts, store, settings, clock, log, isActive });
  const watch = createWatch({
    ...{ clusters, store, settings, clock, metrics, log, isActive },
    ...{ report: incidentReport, sourceSettings, knowSources },
  });

  // Plan, approval, run
  const slack = createSlack({ connection: config.slack, store, settings, clock, metrics, log, isActive });
  const planReport = createPlanReport({ settings, clock });
  const reminder = createReminder({ store, settings, clock, log, report: incidentReport, planReport });
  const authority = createAuthority({ settings, chat: slack.chat });
  const propose = createPropose({ facts, store, watch, settings, clock, metrics, report: planReport });
  const decide = createDecide({ store, settings, authority, clock, metrics, log, report: planReport });
  const executor = createExecutor({
    store,
    facts,
    settings,
    lease,
    seal,
    clock,
    log,
    metrics,
    planReport,
    incidentReport,
    rowsReport: createRowsReport({ settings, clock }),
    pollMs: 1_000,
  });

  // Alerts, commands and clicks
  const alerts = createReceiveAlert({ store, watch, settings, clock, metrics, log });
  const commands = createCommands({ store, watch, settings, authority, propose, decide, clock, commandName: PRIMARY_COMMAND });
  const clicks = createClicks({
    store,
    settings,
    authority,
    watch,
    propose,
    decide,
    executor,
    commands,
    facts,
    chat: slack.chat,
    report: incidentReport,
    clock,
    log,
    metrics,
  });

  await lease.start();
  undo.push(() => lease.stop());
  undo.push(() => executor.goOn(stopping.signal));
  const cron = createCron(log);
  undo.push(() => cron.stop());
  for (const { name, pollSeconds } of settings.clusters)
    cron.every(`poll ${name}`, everySeconds(pollSeconds), Math.min(1_000, pollSeconds * 100), (signal) =>
      watch.poll(name, signal),
    );
  const whenActive = (work: () => Promise<void>) => async () => (isActive() ? work() : undefined);
  cron.every(
    "carry runs on",
    everySeconds(1),
    0,
    whenActive(() => executor.pickUp(stopping.signal)),
  );
  cron.every("send", everySeconds(1), 0, () => slack.tick());
  cron.every(
    "remind",
    everySeconds(5),
    0,
    whenActive(() => reminder.tick()),
  );
  cron.every(
    "expire plans",
    everySeconds(5),
    0,
    whenActive(() => decide.expirePlans()),
  );
  cron.every(
    "anchor the audit record",
    "0 0 6 * * *",
    60_000,
    whenActive(async () => void (await anchorHead({ store, signer, settings, clock }))),
  );
  cron.every(
    "work on alerts",
    everySeconds(1),
    0,
    whenActive(() => alerts.work(stopping.signal)),
  );
  slack.start({ clicks, commands });
  undo.push(() => slack.stop(STOP_WITHIN_MS));

  if (config.http) {
    const readiness = async () => ({
      ready: await answers(store),
      details: {
        active: isActive(),
        slackConnected: slack.connected(),
        clusters: settings.clusters.map(({ name }) => ({
          name,
          lastAnswerAt: watch.latest(name).at,
          problem: watch.latest(name).problem,
        })),
      },
    });
    const http = await startHttpServer({ options: config.http, alerts, metrics, clock, log, readiness });
    undo.push(() => http.stop());
    httpPort = http.port;
  }
  // First of all: a step that waits for DM must not make the parts that wait for it late.
  undo.push(async () => stopping.abort());

  await store.audit.append(
    auditDraft(clock.now(), "started", SYSTEM, {
      details: { clusters: settings.clusters.map(({ name }) => name), identity: settings.identity },
    }),
  );
  log.info({ clusters: settings.clusters.length, store: config.store.kind, slack: config.slack.mode }, "dm-medic has started");
  let stopped: Promise<void> | null = null;
  return {
    store,
    httpPort,
    stop() {
      stopped ??= stopAll(store, undo, log);
      return stopped;
    },
  };
}

/** Whether the store answers in time; one that hangs does not. */
async function answers(store: Store): Promise<boolean> {
  const late = new Promise<false>((resolve) => setTimeout(resolve, STORE_ANSWERS_WITHIN_MS, false).unref());
  const asked = store.inbox.countWaiting().then(
    () => true,
    () => false,
  );
  return Promise.race([asked, late]);
}

async function stopAll(store: Store, undo: Undo, log: Log): Promise<void> {
  await store.audit
    .append(auditDraft(systemClock.now(), "stopped", SYSTEM, {}))
    .catch((error: unknown) => log.warn({ err: error }, "the end could not be recorded"));
  await undoAll(undo, log);
}

/** A part that cannot stop must not keep the others from stopping. */
async function undoAll(undo: Undo, log: Log): Promise<void> {
  for (const one of undo.toReversed())
    await one().catch((error: unknown) => log.error({ err: error }, "a part did not stop cleanly"));
}
