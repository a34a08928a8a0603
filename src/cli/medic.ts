import { Command, Option } from "commander";
import { LANGUAGES, type Language } from "../domain/wording/language.ts";

const print = (text: string): void => void process.stdout.write(text);
const complain = (text: string): void => void process.stderr.write(text);
const colour = (): boolean => process.stdout.isTTY === true;
const language = () => new Option("--lang <language>", "language of the sentences").choices([...LANGUAGES]).default("en");

/** The whole command tree; docs/cli.md lists it and a test compares. Each command's file is loaded only when it is used. */
export function commandTree(end: (exitCode: number) => void): Command {
  const medic = new Command("medic").description("Looks after TiDB Data Migration, from Slack and from the shell.");
  medic
    .command("diagnose")
    .description("say what is wrong in a saved answer of DM")
    .argument("<file>", "a saved answer, or - for standard input")
    .option("--json", "print the findings as JSON", false)
    .addOption(language())
    .action(async (file: string, options: { json: boolean; lang: Language }) => {
      const { runDiagnose } = await import("./diagnose.ts");
      end(await runDiagnose({ file, ...options, colour: colour(), input: process.stdin, print, complain, now: Date.now() }));
    });
  medic
    .command("explain")
    .description("the facts of one of DM's error codes")
    .argument("<code>", "a number such as 10006")
    .addOption(language())
    .action(async (code: string, options: { lang: Language }) => {
      const { runExplain } = await import("./explain.ts");
      end(runExplain({ code, ...options, colour: colour(), print, complain }));
    });
  return medic;
}

export async function main(argv: readonly string[]): Promise<void> {
  await commandTree((exitCode) => (process.exitCode = exitCode)).parseAsync([...argv], { from: "user" });
}
