import { loadConfig } from "../config/config.ts";
import { type Medic, startMedic } from "../main.ts";
import { printProblems } from "./check-config.ts";
import { guardRejections, untilSignal } from "./until-signal.ts";

const STOP_WITHIN_MS = 25_000;

/** Exit code: 0 stopped by a signal, 1 it could not start, 2 the configuration has problems, 3 it could not stop in time. */
export async function runStart({
  config: file,
  complain,
}: {
  readonly config: string;
  readonly complain: (text: string) => void;
}): Promise<0 | 1 | 2> {
  const loaded = loadConfig(file, process.env);
  if (loaded.kind === "problems") {
    printProblems(loaded.problems, complain);
    return 2;
  }
  guardRejections(complain);
  const ended = untilSignal();
  let medic: Medic;
  try {
    medic = await startMedic(loaded.config);
  } catch (error) {
    complain(
      `It could not start: ${error instanceof Error ? error.message : String(error)}\n    would do: medic doctor --config ${file} asks everything that a start needs\n`,
    );
    // Whatever of a library still runs must not keep a process that does nothing.
    setTimeout(() => process.exit(1), 500).unref();
    return 1;
  }
  await ended;
  const late = setTimeout(() => process.exit(3), STOP_WITHIN_MS);
  await medic.stop();
  clearTimeout(late);
  setTimeout(() => process.exit(0), 500).unref();
  return 0;
}
