import { loadConfig, type Problem } from "../config/config.ts";

/** Exit code: 0 it would do, 2 it has problems, all of which are told. */
export function runCheckConfig({
  config: file,
  print,
  complain,
}: {
  readonly config: string;
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
}): 0 | 2 {
  const loaded = loadConfig(file, process.env);
  if (loaded.kind === "problems") {
    printProblems(loaded.problems, complain);
    return 2;
  }
  print(
    `${file} will do: ${loaded.config.clusters.map(({ name }) => name).join(", ")}; store ${loaded.config.store.kind}; Slack by ${loaded.config.slack.mode}.\n`,
  );
  return 0;
}

export function printProblems(problems: readonly Problem[], complain: (text: string) => void): void {
  for (const { path, wrong, wouldDo } of problems) complain(`${path}: ${wrong}\n    would do: ${wouldDo}\n`);
  complain(`${problems.length} ${problems.length === 1 ? "problem" : "problems"}.\n`);
}
