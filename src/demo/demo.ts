import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { COMMAND_NAMES } from "../adapters/slack/command-name.ts";
import { type LoadedConfig, loadConfig, type Problem } from "../config/config.ts";
import { COMMANDS } from "../domain/wording/help.ts";
import { type Medic, startMedic } from "../main.ts";
import type { Downstream } from "../stand-ins/databases/downstream.ts";
import type { DmStandIn } from "../stand-ins/dm/dm-stand-in.ts";
import { type SlackStandIn, startSlackStandIn } from "../stand-ins/slack/slack-stand-in.ts";
import { configOf, environmentOf, PARTS, slackSection, tokensOf } from "./bot-config.ts";
import { BOT, CHANNELS, GROUPS, PEOPLE } from "./cast.ts";
import { guide } from "./guide.ts";
import { showRows } from "./rows-board.ts";
import type { WatchedRow } from "./scenarios/scenario.ts";
import { SCENARIOS } from "./scenarios.ts";
import { sendAlert } from "./send-alert.ts";
import { type DmStage, startStage } from "./stage.ts";

/** The real bot before a stand-in Slack. */
export interface Rehearsal {
  readonly url: string;
  readonly slack: SlackStandIn;
  readonly medic: Medic;
  stop(): Promise<void>;
}

export interface Demo extends Rehearsal {
  readonly dm: DmStandIn;
  readonly downstream: Downstream;
  readonly stage: DmStage;
  /** The rows that the page follows. */
  readonly watched: readonly WatchedRow[];
  /** Ends when the scripted incident has been played. */
  readonly played: Promise<void>;
}

/** What may be set from the command line. */
export interface DemoOptions {
  readonly port?: number;
  readonly logLevel?: string;
}

type Undo = (() => Promise<void>)[];

async function undoAll(undo: Undo): Promise<void> {
  for (const one of undo.splice(0).toReversed()) await one();
}

/** The real bot on SQLite between a stand-in Slack and a stand-in DM, all on 127.0.0.1, and a scripted incident. */
export async function startDemo(name: string, options: DemoOptions = {}): Promise<Demo> {
  const scenario = Object.hasOwn(SCENARIOS, name) ? SCENARIOS[name] : undefined;
  if (!scenario) throw new Error(`there is no scenario ${name}; there are ${Object.keys(SCENARIOS).join(", ")}`);
  const undo: Undo = [];
  const ending = new AbortController();
  try {
    const stage = await startStage(scenario);
    undo.push(() => stage.stop());
    const slack = await openSlack(options);
    undo.push(() => slack.stop());
    const file = join(stage.folder, "dm-medic.yaml");
    writeFileSync(file, stringify(configOf(scenario, stage, slack, options.logLevel ?? "error")));
    const loaded = loadConfig(file, environmentOf(stage, slack));
    if (loaded.kind === "problems") throw new Error(JSON.stringify(loaded.problems));
    const medic = await startMedic(loaded.config);
    undo.push(() => medic.stop());
    const watched = scenario.databases?.watched ?? [];
    if (scenario.databases) undo.push(showRows(slack.workspace, stage, watched));
    let isPlayed = false;
    const stopGuide = guide(slack.workspace, scenario, () => scenario.holdsGuide === true && !isPlayed);
    undo.push(async () => stopGuide());
    const tell = (text: string): void => slack.workspace.setBanner(text);
    const played = stage
      .play(tell, ending.signal, (labels) => sendAlert(medic.httpPort!, labels))
      .finally(() => {
        isPlayed = true;
        slack.workspace.changed();
      });
    const stop = (): Promise<void> => {
      ending.abort();
      return undoAll(undo);
    };
    return { url: slack.pageUrl, slack, dm: stage.dm, downstream: stage.downstream, stage, watched, medic, played, stop };
  } catch (error) {
    ending.abort();
    await undoAll(undo);
    throw error;
  }
}

const openSlack = ({ port }: DemoOptions): Promise<SlackStandIn> =>
  startSlackStandIn({
    ...{ people: PEOPLE, groups: GROUPS, channels: CHANNELS, bot: BOT, commands: commandsOf() },
    ...(port === undefined ? {} : { port }),
  });

const commandsOf = () =>
  COMMAND_NAMES.map((command) => ({
    command,
    description: "DM tasks and incidents",
    usageHint: COMMANDS.map(({ usage }) => usage).join(" | "),
  }));

export type RealClusters =
  | { readonly kind: "started"; readonly rehearsal: Rehearsal }
  | { readonly kind: "problems"; readonly problems: readonly Problem[] };

/**
 * The real bot on the clusters and databases of a configuration, with only Slack a stand-in: its channels, people and roles are
 * the stand-in's, its store is a file that goes with it. It writes to no cluster unless allowed, and never what a `data` plan would.
 */
export async function startOnRealClusters(
  file: string,
  environment: Readonly<Record<string, string | undefined>>,
  { allowWrites, ...options }: DemoOptions & { readonly allowWrites: boolean },
): Promise<RealClusters> {
  const undo: Undo = [];
  try {
    const folder = mkdtempSync(join(tmpdir(), "dm-medic-demo-"));
    undo.push(async () => rmSync(folder, { recursive: true, force: true }));
    const slack = await openSlack(options);
    undo.push(() => slack.stop());
    const replace = (content: unknown): unknown => withStandInSlack(content, { slack, folder, allowWrites });
    const loaded: LoadedConfig = loadConfig(file, { ...environment, ...tokensOf(slack) }, replace);
    if (loaded.kind === "problems") {
      await undoAll(undo);
      return loaded;
    }
    const medic = await startMedic(loaded.config);
    undo.push(() => medic.stop());
    const stopGuide = guide(slack.workspace, {});
    undo.push(async () => stopGuide());
    slack.workspace.setBanner(
      allowWrites
        ? "Real clusters, a stand-in Slack. Approved plans are carried out, except those that change data."
        : "Real clusters, a stand-in Slack: it reads, diagnoses and plans, and writes nothing.",
    );
    return { kind: "started", rehearsal: { url: slack.pageUrl, slack, medic, stop: () => undoAll(undo) } };
  } catch (error) {
    await undoAll(undo);
    throw error;
  }
}

interface Replacing {
  readonly slack: SlackStandIn;
  readonly folder: string;
  readonly allowWrites: boolean;
}

/** Nobody is who they say they are before a stand-in Slack, so nothing of the real people, store, keys or server is used. */
function withStandInSlack(content: unknown, { slack, folder, allowWrites }: Replacing): unknown {
  if (content === null || typeof content !== "object") return content;
  const { http: _, ...rest } = content as Record<string, unknown>;
  const clusters = Array.isArray(rest.clusters)
    ? (rest.clusters as unknown[]).map((cluster) =>
        cluster !== null && typeof cluster === "object"
          ? { ...cluster, ...PARTS, writes: allowWrites && !refusesWrites(cluster) ? "except-data" : "refused" }
          : cluster,
      )
    : rest.clusters;
  return {
    ...rest,
    clusters,
    slack: slackSection(slack),
    store: { sqlite: join(folder, "dm-medic.db") },
    keys: join(folder, "keys"),
    logLevel: "error",
  };
}

const refusesWrites = (cluster: object): boolean => (cluster as { readonly writes?: unknown }).writes === "refused";
