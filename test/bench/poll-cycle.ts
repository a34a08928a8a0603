import { readFileSync } from "node:fs";
import { mergeSources, readSources } from "../../src/adapters/dm/read-status.ts";
import { StatusAnswer } from "../../src/adapters/dm/status-schemas.ts";
import { diagnose } from "../../src/domain/diagnosis/diagnose.ts";
import { meanMs } from "./measure.ts";

const recorded = JSON.parse(
  readFileSync(new URL("../recorded/dm-8.1.0/invalid-connection/gateway-status.json", import.meta.url), "utf8"),
) as { sources: { sourceStatus: object; subTaskStatus: object[] }[] };

/** The recorded failure, ten tasks a source, as many subtasks as asked for: the dearest answer there is, since nothing is healthy. */
function answerOf(subtasks: number): string {
  const [one] = recorded.sources;
  const sources = Array.from({ length: subtasks / 10 }, (_, index) => ({
    ...one,
    sourceStatus: { ...one!.sourceStatus, source: `s${index}` },
    subTaskStatus: Array.from({ length: 10 }, (_unused, task) => ({ ...one!.subTaskStatus[0], name: `t${task}` })),
  }));
  return JSON.stringify({ result: true, msg: "", sources });
}

function cycle(text: string): number {
  const sources = mergeSources(readSources(StatusAnswer.parse(JSON.parse(text))));
  const observation = {
    cluster: "c",
    at: 1,
    surface: "gateway",
    generation: "v2+",
    version: "v8.1.0",
    masters: null,
    workers: null,
    sources,
  } as const;
  return diagnose(observation, { checkerOf: () => null, firstFailedAt: () => null }).length;
}

export function benchPollCycle() {
  const [small, large] = [answerOf(1_000), answerOf(10_000)];
  const parse = meanMs(200, () => JSON.parse(small));
  const whole = meanMs(200, () => cycle(small));
  const tenfold = meanMs(20, () => cycle(large));
  return [
    {
      name: "poll cycle of 1,000 failing subtasks / JSON.parse of the same bytes",
      ratio: whole / parse,
      bound: 3,
      unit: "at most",
      detail: `${whole.toFixed(1)} ms / ${parse.toFixed(1)} ms`,
    },
    {
      name: "10,000 subtasks / 1,000 subtasks",
      ratio: tenfold / whole,
      bound: 11,
      unit: "at most",
      detail: `${tenfold.toFixed(1)} ms / ${whole.toFixed(1)} ms`,
    },
  ] as const;
}
