import { styleText } from "node:util";
import { COMMAND_NAMES } from "../adapters/slack/command-name.ts";
import { BOT, CHANNELS, GROUPS, PEOPLE } from "../demo/cast.ts";
import { DEFAULT_SCENARIO, SCENARIOS } from "../demo/scenarios.ts";
import { startStage } from "../demo/stage.ts";
import { COMMANDS } from "../domain/wording/help.ts";
import { startSlackStandIn } from "../stand-ins/slack/slack-stand-in.ts";
import { guardRejections, startFailure, untilSignal } from "./until-signal.ts";

export interface StandInOptions {
  readonly which: string;
  readonly port: number | undefined;
  readonly scenario: string | undefined;
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
}

/** One stand-in alone on 127.0.0.1, until a signal. Exit code: 0 ended by a signal, 2 no such stand-in or scenario. */
export async function runStandIn(options: StandInOptions): Promise<0 | 2> {
  const { which, complain } = options;
  if (which !== "slack" && which !== "dm") {
    complain("There are two stand-ins: slack and dm.\n");
    return 2;
  }
  if (options.scenario !== undefined && !Object.hasOwn(SCENARIOS, options.scenario)) {
    complain(`There is no scenario ${options.scenario}. \`npm run demo -- --list\` names them.\n`);
    return 2;
  }
  guardRejections(complain);
  const ended = untilSignal();
  try {
    const stop = await (which === "slack" ? slackAlone(options) : dmAlone(options));
    await ended;
    await stop();
    return 0;
  } catch (error) {
    const said = startFailure(error, options.port);
    if (said === null) throw error;
    complain(said);
    return 2;
  }
}

const USAGE = COMMANDS.map(({ usage }) => usage).join(" | ");
const bold = (text: string): string => styleText("bold", text);

async function slackAlone({ port, print }: StandInOptions): Promise<() => Promise<void>> {
  const commands = COMMAND_NAMES.map((command) => ({ command, description: "DM tasks and incidents", usageHint: USAGE }));
  const cast = { people: PEOPLE, groups: GROUPS, channels: CHANNELS, bot: BOT, commands };
  const slack = await startSlackStandIn({ ...cast, ...(port === undefined ? {} : { port }) });
  print(
    [
      `  ${bold("stand-in Slack")}`,
      `  page            ${slack.pageUrl}`,
      `  slack.apiUrl    ${slack.apiUrl}`,
      `  bot token       ${slack.botToken}`,
      `  app token       ${slack.appToken}`,
      `  signing secret  ${slack.signingSecret}`,
      `  drive token     ${slack.pageToken}`,
      `  channels        ${CHANNELS.map(({ id, name }) => `${id} (#${name})`).join(", ")}`,
      "  How to drive it: docs/stand-in-slack.md. Ctrl-C ends it.\n",
    ].join("\n"),
  );
  return () => slack.stop();
}

const accountsText = ({ user, password }: { readonly user: string; readonly password: string }, what: string): string =>
  `${user} / ${password} (${what})`;

async function dmAlone({ port, scenario: name = DEFAULT_SCENARIO, print }: StandInOptions): Promise<() => Promise<void>> {
  const scenario = SCENARIOS[name]!;
  const stage = await startStage(scenario, port === undefined ? {} : { dmPort: port });
  const { dm, downstream, accounts } = stage;
  print(
    [
      `  ${bold("stand-in DM")} ${scenario.version} · ${scenario.title}`,
      `  master       ${dm.url}`,
      `  downstream   127.0.0.1:${downstream.port}, accounts ${accountsText(accounts.probe, "reads")}, ${accountsText(accounts.task, "DM")}, ${accountsText(accounts.meta, "writes dm_meta")}, ${accountsText(accounts.rows, "writes rows")}`,
      `  sources      ${Object.entries(stage.upstreams)
        .map(([source, { port: at }]) => `${source} (127.0.0.1:${at})`)
        .join(", ")}; accounts ${accountsText(accounts.probe, "reads")}, ${accountsText(accounts.source, "DM")}`,
      `  tasks        ${scenario.tasks.join(", ")}; their YAML is in ${stage.tasksFolder}`,
      "  What it can be asked: docs/stand-in-dm.md. Ctrl-C ends it.\n",
    ].join("\n"),
  );
  const ending = new AbortController();
  void stage.play((text) => print(`  … ${text}\n`), ending.signal);
  return async () => {
    ending.abort();
    await stage.stop();
  };
}
