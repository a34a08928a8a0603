import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { DIFFERENCES_FORMATS } from "../app/give-differences.ts";
import { LANGUAGES, type Language } from "../domain/wording/language.ts";

import type { DifferencesOptions } from "./differences.ts";

const print = (text: string): void => void process.stdout.write(text);
const complain = (text: string): void => void process.stderr.write(text);
const colour = (): boolean => process.stdout.isTTY === true;
const language = () => new Option("--lang <language>", "language of the sentences").choices([...LANGUAGES]).default("en");

interface PlanTyped {
  readonly config: string;
  readonly cluster?: string;
  readonly source?: string;
  readonly playbook?: string;
  readonly file?: string;
  readonly table?: string;
  readonly json: boolean;
  readonly lang: Language;
}

/** The whole command tree; docs/cli.md lists it and a test compares. Each command's file is loaded only when it is used. */
export function commandTree(end: (exitCode: number) => void): Command {
  const medic = new Command("medic")
    .exitOverride()
    .description("Looks after TiDB Data Migration, from Slack and from the shell.");
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
    .description("what one of DM's error codes, a kind of trouble or a playbook is")
    .argument("<what>", "a number such as 10006, a kind such as binlog-over-4gib, a playbook such as switch-to-gtid")
    .addOption(language())
    .action(async (what: string, options: { lang: Language }) => {
      const { runExplain } = await import("./explain.ts");
      end(runExplain({ what, ...options, colour: colour(), print, complain }));
    });
  medic
    .command("demo")
    .description("the real bot between a stand-in Slack and a stand-in DM, with a scripted incident")
    .option("--scenario <name>", "which incident is played")
    .option("--list", "name the scenarios and end", false)
    .option("--port <number>", "the page's port; any free one otherwise", portNumber)
    .option("--config <file>", "real clusters and databases from this configuration; only Slack is a stand-in")
    .option("--allow-writes", "with --config: carry out approved plans, except those that change data", false)
    .action(async (options: { scenario?: string; list: boolean; port?: number; config?: string; allowWrites: boolean }) => {
      const { runDemo } = await import("./demo.ts");
      const { scenario, port, config } = options;
      end(await runDemo({ ...options, scenario, port, config, print, complain }));
    });
  medic
    .command("standin")
    .description("one stand-in alone: slack or dm")
    .argument("<which>", "slack or dm")
    .option("--port <number>", "its port; any free one otherwise", portNumber)
    .option("--scenario <name>", "for dm: which incident is played")
    .action(async (which: string, options: { port?: number; scenario?: string }) => {
      const { runStandIn } = await import("./standin.ts");
      end(await runStandIn({ which, port: options.port, scenario: options.scenario, print, complain }));
    });
  medic
    .command("start")
    .description("run the bot")
    .requiredOption("--config <file>", "the configuration")
    .action(async (options: { config: string }) => {
      const { runStart } = await import("./start.ts");
      end(await runStart({ ...options, complain }));
    });
  medic
    .command("check-config")
    .description("check the configuration and tell every problem at once")
    .requiredOption("--config <file>", "the configuration")
    .action(async (options: { config: string }) => {
      const { runCheckConfig } = await import("./check-config.ts");
      end(runCheckConfig({ ...options, print, complain }));
    });
  medic
    .command("doctor")
    .description("ask everything that the bot needs and say what is missing; changes nothing")
    .requiredOption("--config <file>", "the configuration")
    .option("--json", "print the checks as JSON", false)
    .action(async (options: { config: string; json: boolean }) => {
      const { runDoctor } = await import("./doctor.ts");
      end(await runDoctor({ ...options, colour: colour(), print, complain }));
    });
  medic
    .command("plan")
    .description("the plan that the bot would make now, with every call; a dry run that stores and changes nothing")
    .argument("<task>", "the task's name")
    .argument("[words...]", 'what, as after /dm plan: gtid, rewind mysql-bin.000123, replace "ALTER TABLE …"')
    .requiredOption("--config <file>", "the configuration")
    .option("--cluster <name>", "needed when the configuration names several")
    .option("--source <id>", "only this source")
    .option("--playbook <id>", "this one instead of the advised")
    .option("--file <name>", "the binlog file that the plan is about")
    .option("--table <schema.table>", "for a comparison: only this table, as it is named upstream")
    .option("--dry-run", "may be left out: on the shell it is never anything else", false)
    .option("--json", "print the plan as JSON", false)
    .addOption(language())
    .action(async (task: string, typed: string[], options: PlanTyped) => {
      const { runPlan } = await import("./plan.ts");
      const { config, cluster, source, playbook, file, table, json, lang } = options;
      const named = Object.entries({ "--source": source, "--file": file, "--table": table });
      const words = [
        ...typed,
        ...(playbook === undefined ? [] : [playbook]),
        ...named.flatMap(([name, value]) => (value === undefined ? [] : [name, value])),
      ];
      end(await runPlan({ task, words, config, cluster, json, lang, colour: colour(), print, complain }));
    });
  medic
    .command("differences")
    .description("the rows that a comparison listed, with both sides' values now, as SQL or CSV; nothing is run")
    .argument("<comparison>", "its number: C-3")
    .requiredOption("--config <file>", "the configuration")
    .addOption(new Option("--format <format>", "how they are written").choices([...DIFFERENCES_FORMATS]).default("sql"))
    .option("--out <file>", "a new file, readable by its owner alone; without it standard output")
    .addOption(language())
    .action(async (comparison: string, options: Pick<DifferencesOptions, "config" | "format" | "out" | "lang">) => {
      const { runDifferences } = await import("./differences.ts");
      end(await runDifferences({ comparison, ...options, print, complain }));
    });
  medic
    .command("audit-export")
    .description("write the whole audit record as JSON Lines, with a fresh signed head")
    .requiredOption("--config <file>", "the configuration")
    .action(async (options: { config: string }) => {
      const { runAuditExport } = await import("./audit.ts");
      end(await runAuditExport({ ...options, file: undefined, anchor: undefined, print, complain }));
    });
  medic
    .command("audit-verify")
    .description("check that nobody changed, cut or rewrote the audit record")
    .option("--config <file>", "the configuration, to check the store itself")
    .option("--file <file>", "an export, checked alone")
    .option("--anchor <sequence:hash>", "a head as it was posted outside")
    .action(async (options: { config?: string; file?: string; anchor?: string }) => {
      const { runAuditVerify } = await import("./audit.ts");
      end(await runAuditVerify({ config: options.config, file: options.file, anchor: options.anchor, print, complain }));
    });
  medic
    .command("manifest")
    .description("print the manifest of the Slack app")
    .option("--command <name>", "only this slash command: Slack may keep /dm for itself")
    .option("--http <url>", "for HTTP mode: where Slack sends its requests")
    .action(async (options: { command?: string; http?: string }) => {
      const { renderManifest } = await import("../adapters/slack/manifest.ts");
      print(renderManifest({ command: options.command ?? null, requestUrl: options.http ?? null }));
      end(0);
    });
  return medic;
}

function portNumber(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new InvalidArgumentError("A port is a number from 1 to 65535.");
  return port;
}

export async function main(argv: readonly string[]): Promise<void> {
  try {
    await commandTree((exitCode) => (process.exitCode = exitCode)).parseAsync([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // 1 would say "an incident" to whoever asks `diagnose` from a script; commander has told already what is wrong.
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  }
}
