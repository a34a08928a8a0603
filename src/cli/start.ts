import { loadConfig } from "../config/config.ts";
import { startMedic } from "../main.ts";
import { printProblems } from "./check-config.ts";
import { guardRejections, untilSignal } from "./until-signal.ts";

const STOP_WITHIN_MS = 25_000;

/** Exit code: 0 stopped by a signal, 2 the configuration has problems, 3 it could not stop in time. */
export async function runStart({
  config: file,
  complain,
}: {
  readonly config: string;
  readonly complain: (text: string) => void;
}): Promise<0 | 2> {
  const loaded = loadConfig(file, process.env);
  if (loaded.kind === "problems") {
    printProblems(loaded.problems, complain);
    return 2;
  }
  guardRejections(complain);
  const ended = untilSignal();
  const medic = await startMedic(loaded.config);
  await ended;
  const late = setTimeout(() => process.exit(3), STOP_WITHIN_MS);
  await medic.stop();
  clearTimeout(late);
  setTimeout(() => process.exit(0), 500).unref();
  return 0;
}
