import { styleText } from "node:util";
import { startDemo } from "../demo/demo.ts";
import { DEFAULT_SCENARIO, SCENARIOS } from "../demo/scenarios.ts";
import { guardRejections, untilSignal } from "./until-signal.ts";

export interface DemoOptions {
  readonly scenario: string | undefined;
  readonly list: boolean;
  readonly port: number | undefined;
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
}

/** Exit code: 0 ended by a signal or listed, 2 no such scenario. */
export async function runDemo({ scenario = DEFAULT_SCENARIO, list, port, print, complain }: DemoOptions): Promise<0 | 2> {
  if (list) {
    for (const [name, { title }] of Object.entries(SCENARIOS)) print(`${name.padEnd(24)} ${title}\n`);
    return 0;
  }
  const known = SCENARIOS[scenario];
  if (!known) {
    complain(`There is no scenario ${scenario}. \`npm run demo -- --list\` names them.\n`);
    return 2;
  }
  guardRejections(complain);
  const ended = untilSignal();
  const demo = await startDemo(scenario, port === undefined ? {} : { port });
  print(
    `\n  ${styleText("bold", "dm-medic demo")} · ${known.title}\n\n  Open  ${styleText(["bold", "cyan"], demo.url)}\n\n  Ctrl-C ends it and leaves nothing behind. Other scenarios: npm run demo -- --list\n\n`,
  );
  await ended;
  await demo.stop();
  // A socket library may hold the process for its own time-outs; everything of ours has ended.
  setTimeout(() => process.exit(0), 500).unref();
  return 0;
}
