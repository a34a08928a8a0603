import type { CheckerSettings } from "../domain/diagnosis/finding.ts";
import type { Generation } from "../domain/observation/observation.ts";
import type { Clock } from "./ports/clock.ts";
import type { DmCluster } from "./ports/dm.ts";
import type { TaskYaml } from "./ports/yaml.ts";

export interface SourceSettings {
  /** null where DM does not tell (v1.0) or did not answer: then its defaults are assumed, and said so. */
  checkerOf(cluster: string, source: string, generation: Generation, signal: AbortSignal): Promise<CheckerSettings | null>;
}

const FRESH_FOR_MS = 10 * 60_000;
/** An answer that failed is asked for again sooner. */
const FAILED_FOR_MS = 30_000;

/** DM's settings of its sources, asked for when a source fails and kept for ten minutes. */
export function createSourceSettings({
  clusters,
  yaml,
  clock,
}: {
  readonly clusters: ReadonlyMap<string, DmCluster>;
  readonly yaml: TaskYaml;
  readonly clock: Clock;
}): SourceSettings {
  const known = new Map<string, { readonly until: number; readonly checker: CheckerSettings | null }>();
  return {
    async checkerOf(cluster, source, generation, signal) {
      if (generation === "v1.0") return null;
      const key = JSON.stringify([cluster, source]);
      const before = known.get(key);
      if (before && before.until > clock.monotonic()) return before.checker;
      const answer = await clusters.get(cluster)?.sourceConfig(source, signal);
      const checker = answer?.kind === "config" ? yaml.checkerOf(answer.yaml) : null;
      known.set(key, { until: clock.monotonic() + (checker ? FRESH_FOR_MS : FAILED_FOR_MS), checker });
      return checker;
    },
  };
}
