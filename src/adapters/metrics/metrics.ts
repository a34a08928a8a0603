import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { COUNTERS, GAUGES, HISTOGRAMS, type Metrics } from "../../app/ports/metrics.ts";

const HELP = "see docs/metrics.md";
const SECONDS = [0.001, 0.005, 0.025, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60];

/** The app's metrics in a registry of their own, with the process's. */
export function createMetrics(): Metrics & { text(): Promise<string>; readonly contentType: string } {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: "dm_medic_" });
  const counters = mapOf(COUNTERS, (name, labelNames) => new Counter({ name, help: HELP, labelNames, registers: [registry] }));
  const gauges = mapOf(GAUGES, (name, labelNames) => new Gauge({ name, help: HELP, labelNames, registers: [registry] }));
  const histograms = mapOf(
    HISTOGRAMS,
    (name, labelNames) => new Histogram({ name, help: HELP, labelNames, buckets: SECONDS, registers: [registry] }),
  );
  return {
    count: (name, labels = {}, by = 1) => counters.get(name)?.inc(labels, by),
    set: (name, value, labels = {}) => gauges.get(name)?.set(labels, value),
    observe: (name, seconds, labels = {}) => histograms.get(name)?.observe(labels, seconds),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

function mapOf<Name extends string, Made>(
  names: Readonly<Record<Name, readonly string[]>>,
  make: (name: Name, labels: string[]) => Made,
): Map<Name, Made> {
  return new Map((Object.keys(names) as Name[]).map((name) => [name, make(name, [...names[name]])]));
}
