import { styleText } from "node:util";
import { startDemo, startOnRealClusters } from "../demo/demo.ts";
import { DEFAULT_SCENARIO, SCENARIOS } from "../demo/scenarios.ts";
import { printProblems } from "./check-config.ts";
import { guardRejections, startFailure, untilSignal } from "./until-signal.ts";

export interface DemoOptions {
  readonly scenario: string | undefined;
  readonly list: boolean;
  readonly port: number | undefined;
  /** Real clusters instead of a scripted incident. */
  readonly config: string | undefined;
  readonly allowWrites: boolean;
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
}

/** Exit code: 0 ended by a signal or listed, 2 no such scenario, or the configuration has problems. */
export async function runDemo(options: DemoOptions): Promise<0 | 2> {
  const { scenario = DEFAULT_SCENARIO, list, port, config, print, complain } = options;
  if (list) {
    for (const [name, { title }] of Object.entries(SCENARIOS)) print(`${name.padEnd(24)} ${title}\n`);
    return 0;
  }
  if (config !== undefined && options.scenario !== undefined) {
    complain("--config plays no scenario: it shows what is really there. Give one of the two.\n");
    return 2;
  }
  const known = Object.hasOwn(SCENARIOS, scenario) ? SCENARIOS[scenario] : undefined;
  if (!known) {
    complain(`There is no scenario ${scenario}. \`npm run demo -- --list\` names them.\n`);
    return 2;
  }
  guardRejections(complain);
  const ended = untilSignal();
  try {
    return await play(options, known.title, ended);
  } catch (error) {
    const said = startFailure(error, port);
    if (said === null) throw error;
    complain(said);
    return 2;
  }
}

async function play(
  { scenario = DEFAULT_SCENARIO, port, config, allowWrites, print, complain }: DemoOptions,
  title: string,
  ended: Promise<string>,
): Promise<0 | 2> {
  const at = port === undefined ? {} : { port };
  if (config === undefined) {
    const demo = await startDemo(scenario, at);
    printWhere(demo.url, title, "Other scenarios: npm run demo -- --list", print);
    await ended;
    await demo.stop();
  } else {
    const started = await startOnRealClusters(config, process.env, { ...at, allowWrites });
    if (started.kind === "problems") {
      printProblems(started.problems, complain);
      return 2;
    }
    const writes = allowWrites
      ? "Approved plans are carried out, except those that change data."
      : "Nothing is written (--allow-writes).";
    printWhere(started.rehearsal.url, `the clusters of ${config}`, writes, print);
    await ended;
    await started.rehearsal.stop();
  }
  // A socket library may hold the process for its own time-outs; everything of ours has ended.
  setTimeout(() => process.exit(0), 500).unref();
  return 0;
}

function printWhere(url: string, title: string, more: string, print: (text: string) => void): void {
  print(
    `\n  ${styleText("bold", "dm-medic demo")} · ${title}\n\n  Open  ${styleText(["bold", "cyan"], url)}\n\n  Ctrl-C ends it and leaves nothing behind. ${more}\n\n`,
  );
}
