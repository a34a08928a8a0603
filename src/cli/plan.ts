import { systemClock } from "../adapters/clock/system-clock.ts";
import { sha256 } from "../adapters/keys/keys.ts";
import { createLog } from "../adapters/log/log.ts";
import { createMetrics } from "../adapters/metrics/metrics.ts";
import { openStore } from "../adapters/store/open-store.ts";
import { createKnowSources } from "../app/know-sources.ts";
import type { Store } from "../app/ports/store.ts";
import { createPropose, type ProposeOutcome } from "../app/propose.ts";
import { createIncidentReport } from "../app/report-incident.ts";
import { createPlanReport } from "../app/report-plan.ts";
import { createSourceSettings } from "../app/source-settings.ts";
import { createWatch } from "../app/watch.ts";
import { type Config, loadConfig } from "../config/config.ts";
import { connectOutside } from "../connect.ts";
import type { PlaybookId } from "../domain/diagnosis/finding.ts";
import { type PlanWish, type Word, wishOf } from "../domain/plan/read-wish.ts";
import type { Language } from "../domain/wording/language.ts";
import { phrase, say } from "../domain/wording/phrases.ts";
import { planDetails } from "../domain/wording/plan-message.ts";
import { printProblems } from "./check-config.ts";
import { drawDocument } from "./draw/terminal.ts";

export interface PlanOptions {
  readonly task: string;
  /** As after `/dm plan <task>`, options among them; the shell has taken the quotes away. */
  readonly words: readonly string[];
  readonly config: string;
  readonly cluster: string | undefined;
  readonly json: boolean;
  readonly lang: Language;
  readonly colour: boolean;
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
}

/**
 * The plan that the bot would make now, with every call and value; nothing is stored and DM is only read.
 * Exit code: 0 there is a plan, 1 there is none now (why is told), 2 the configuration or the arguments have problems.
 */
export async function runPlan(options: PlanOptions): Promise<0 | 1 | 2> {
  const loaded = loadConfig(options.config, process.env);
  if (loaded.kind === "problems") {
    printProblems(loaded.problems, options.complain);
    return 2;
  }
  const names = loaded.config.settings.clusters.map(({ name }) => name);
  const cluster = options.cluster ?? (names.length === 1 ? names[0]! : null);
  if (cluster === null || !names.includes(cluster)) return misused(options, `--cluster must be one of ${names.join(", ")}.`);
  const read = wishOf(options.words.map(asWord));
  if (read.kind === "not-understood") return misused(options, say(read.why, options.lang));
  const { wish } = read;
  if (wish.playbook !== null && STANDS_ON_THE_STORE.has(wish.playbook)) {
    const command = `/dm plan ${options.task} ${options.words.join(" ")} --dry-run`;
    const why = [phrase("shell-has-no-store", { playbook: wish.playbook, command })];
    return tell(options, loaded.config, cluster, { kind: "refused", why });
  }
  // Incidents that a poll would open live only as long as this command.
  const store = await openStore({ kind: "sqlite", file: ":memory:" }, sha256);
  try {
    return tell(options, loaded.config, cluster, await propose(loaded.config, store, cluster, options.task, wish));
  } finally {
    await store.close();
  }
}

function misused({ complain }: PlanOptions, why: string): 2 {
  complain(`${why}\n`);
  return 2;
}

/** A comparison's findings and a run's images are in the bot's own store. */
const STANDS_ON_THE_STORE: ReadonlySet<PlaybookId> = new Set<PlaybookId>(["copy-missing-rows", "undo"]);

/** Only what was quoted can hold a blank. */
const asWord = (text: string): Word => ({ text, isQuoted: /\s/.test(text) });

async function propose(config: Config, store: Store, name: string, task: string, wish: PlanWish): Promise<ProposeOutcome> {
  const { settings } = config;
  const [clock, log, metrics] = [systemClock, createLog("silent"), createMetrics()];
  const connection = config.clusters.find((cluster) => cluster.name === name)!;
  const facts = connectOutside({ clusters: [connection] }, { clock, log });
  const { clusters } = facts;
  const report = createIncidentReport({ settings, clock });
  const sourceSettings = createSourceSettings({ clusters, yaml: facts.yaml, clock });
  const isActive = () => true;
  const knowSources = createKnowSources({ facts, store, settings, clock, log, isActive });
  const watch = createWatch({ clusters, store, settings, clock, metrics, log, report, sourceSettings, knowSources, isActive });
  const planReport = createPlanReport({ settings, clock });
  const make = createPropose({ facts, store, watch, settings, clock, metrics, report: planReport });
  const askedBy = { id: "shell", name: process.env.USER ?? "shell", identity: "system" as const };
  const { playbook, source, options } = wish;
  return make(
    { cluster: name, incident: null, task, source, playbook, options, askedBy, dryRun: true },
    AbortSignal.timeout(60_000),
  );
}

function tell(options: PlanOptions, { settings }: Config, cluster: string, outcome: ProposeOutcome): 0 | 1 {
  const { json, lang, print, colour } = options;
  if (outcome.kind === "refused") {
    const why = outcome.why.map((phrase) => say(phrase, lang));
    if (json) print(`${JSON.stringify({ plan: null, why }, null, 2)}\n`);
    else for (const one of why) print(`${one}\n`);
    return 1;
  }
  const { plan } = outcome;
  const { id: _, askedBy: __, state: ___, votes: ____, version: _____, ...shown } = plan;
  const { masterAddress } = settings.clusters.find(({ name }) => name === cluster)!;
  if (json) print(`${JSON.stringify({ plan: shown, why: [] }, null, 2)}\n`);
  else print(drawDocument(planDetails(plan, masterAddress, lang, plan.steps.length), { colour }));
  return 0;
}
