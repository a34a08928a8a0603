import { writeFileSync } from "node:fs";
import { systemClock } from "../adapters/clock/system-clock.ts";
import { sha256 } from "../adapters/keys/keys.ts";
import { createLog } from "../adapters/log/log.ts";
import { openStore } from "../adapters/store/open-store.ts";
import { type DifferencesFormat, makeDifferencesFile } from "../app/give-differences.ts";
import { loadConfig } from "../config/config.ts";
import { connectOutside } from "../connect.ts";
import type { Language } from "../domain/wording/language.ts";
import { say } from "../domain/wording/phrases.ts";
import { printProblems } from "./check-config.ts";

export interface DifferencesOptions {
  /** `C-3`, as the comparison's message is headed. */
  readonly comparison: string;
  readonly format: DifferencesFormat;
  readonly config: string;
  /** Readable by its owner alone; undefined: standard output. Never writes over a file. */
  readonly out: string | undefined;
  readonly lang: Language;
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
}

/** Exit code: 0 written, 1 there is no such file to be had now (why is told), 2 the configuration or `--out` will not do. */
export async function runDifferences(options: DifferencesOptions): Promise<0 | 1 | 2> {
  const { comparison, format, out, lang, print, complain } = options;
  const loaded = loadConfig(options.config, process.env);
  if (loaded.kind === "problems") {
    printProblems(loaded.problems, complain);
    return 2;
  }
  const clock = systemClock;
  const store = await openStore(loaded.config.store, sha256);
  try {
    const facts = connectOutside(loaded.config, { clock, log: createLog("silent") });
    const asker = { id: "shell", name: process.env.USER ?? "shell", identity: "system" as const };
    const made = await makeDifferencesFile(
      { facts, store, clock },
      comparison.toUpperCase(),
      format,
      asker,
      AbortSignal.timeout(600_000),
    );
    if (made.kind === "refused") {
      complain(`${say(made.why, lang)}\n`);
      return 1;
    }
    const { text, rows, notListed } = made.file;
    if (out === undefined) print(text);
    else writeFileSync(out, text, { flag: "wx", mode: 0o600 });
    complain(`${rows} rows${notListed > 0 ? `; ${notListed} more are counted and not listed` : ""}\n`);
    return 0;
  } catch (error) {
    if (out === undefined || (error as { path?: unknown }).path !== out) throw error;
    complain(`${out} cannot be written: ${(error as Error).message}\n`);
    return 2;
  } finally {
    await store.close();
  }
}
