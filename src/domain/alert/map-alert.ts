import type { WorkerObservation } from "../observation/observation.ts";
import type { Alert, AlertTarget } from "./alert.ts";

export interface AlertScope {
  readonly cluster: string;
  readonly labels: readonly { readonly label: string; readonly value: string }[];
  /** As the latest observation knows them; null where DM has no member list. */
  readonly workers: readonly WorkerObservation[] | null;
}

/**
 * Where an alert belongs. DM's alerts carry `env`, no cluster label; task alerts carry `task` and `source_id`; relay alerts carry only
 * job and instance, so their source is the one that the worker at that instance is bound to (dm-facts §6.1).
 */
export function mapAlert(alert: Alert, scopes: readonly AlertScope[]): AlertTarget {
  const scope = scopes.find(({ labels }) => labels.some(({ label, value }) => alert.labels[label] === value));
  if (!scope) {
    const hasLabels = scopes.some(({ labels }) => labels.some(({ label }) => alert.labels[label] !== undefined));
    return { kind: "unmapped", why: hasLabels ? "unknown-cluster" : "no-cluster-label" };
  }
  const worker = workerOf(alert, scope.workers);
  const source = alert.labels.source_id ?? alert.labels.source ?? worker?.source ?? null;
  return {
    kind: "mapped",
    cluster: scope.cluster,
    task: alert.labels.task ?? null,
    source,
    worker: alert.labels.worker ?? worker?.name ?? null,
  };
}

/** By name, by the exact address, or by host where only one worker runs there: the scraped port may differ from the one DM knows. */
function workerOf({ labels }: Alert, workers: AlertScope["workers"]): WorkerObservation | null {
  if (!workers) return null;
  const named = workers.find((worker) => worker.name === labels.worker);
  if (named) return named;
  const { instance } = labels;
  if (instance === undefined) return null;
  const exact = workers.find((worker) => worker.address === instance);
  if (exact) return exact;
  const hostOf = (address: string): string => address.replace(/:\d+$/, "");
  const onHost = workers.filter((worker) => hostOf(worker.address) === hostOf(instance));
  return onHost.length === 1 ? onHost[0]! : null;
}
