import type { Alert, AlertTarget } from "../domain/alert/alert.ts";
import { type AlertScope, mapAlert } from "../domain/alert/map-alert.ts";
import type { Incident } from "../domain/incident/incident.ts";
import { alertNotice } from "../domain/wording/alert-notice.ts";
import { auditDraft, SYSTEM } from "./audit-draft.ts";
import type { Clock } from "./ports/clock.ts";
import type { Log } from "./ports/log.ts";
import type { Metrics } from "./ports/metrics.ts";
import type { Settings } from "./ports/settings.ts";
import { ChangedMeanwhile, type Store, type StoreParts } from "./ports/store.ts";
import { clusterOf } from "./report-incident.ts";
import type { Watch } from "./watch.ts";

export interface AlertParts {
  readonly store: Store;
  readonly watch: Watch;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
}

export interface ReceiveAlert {
  /** Durable when it resolves; returns how many were not known before. */
  receive(alerts: readonly Alert[]): Promise<number>;
  /** A webhook was turned away; recorded at most once a minute and reason, with how many there were. Never throws. */
  refused(reason: "secret" | "shape" | "size"): Promise<void>;
  /** Works on what was received: one poll for each cluster concerned, however many alerts there are. */
  work(signal: AbortSignal): Promise<void>;
}

const AT_ONCE = 1_000;
const RECORDED_EVERY_MS = 60_000;
const KEPT_ALERTS = 20;
/** Messages an hour about one kind of alert that no incident holds. */
const NOTICES_AN_HOUR = 3;
const KEEP_HANDLED_MS = 7 * 86_400_000;

type Mapped = { readonly alert: Alert; readonly target: AlertTarget };

/** Alerts wake the watch; whether something is wrong is DM's status to say. One that maps to nothing is posted, never dropped. */
export function createReceiveAlert(parts: AlertParts): ReceiveAlert {
  const { store, watch, clock, metrics, log } = parts;
  const turnedAway = new Map<string, { count: number; recordedAt: number }>();
  return {
    async refused(reason) {
      metrics.count("dm_medic_webhooks_refused_total", { reason });
      const known = turnedAway.get(reason) ?? { count: 0, recordedAt: Number.NEGATIVE_INFINITY };
      turnedAway.set(reason, { ...known, count: known.count + 1 });
      if (clock.monotonic() - known.recordedAt < RECORDED_EVERY_MS) return;
      turnedAway.set(reason, { count: 0, recordedAt: clock.monotonic() });
      const details = { reason, count: known.count + 1 };
      await store.audit
        .append(auditDraft(clock.now(), "webhook-refused", SYSTEM, { details }))
        .catch((error: unknown) => log.warn({ err: error }, "a refused webhook could not be recorded"));
    },
    async receive(alerts) {
      const fresh = await store.inbox.put(alerts);
      metrics.count("dm_medic_alerts_received_total", { outcome: "stored" }, fresh);
      metrics.count("dm_medic_alerts_received_total", { outcome: "known" }, alerts.length - fresh);
      return fresh;
    },
    async work(signal) {
      const waiting = await store.inbox.waiting(AT_ONCE);
      metrics.set("dm_medic_inbox_waiting", waiting.length);
      if (waiting.length === 0) return;
      const map = (): Mapped[] => waiting.map(({ alert }) => ({ alert, target: mapAlert(alert, scopesNow(parts)) }));
      const woken = new Set(
        map().flatMap(({ alert, target }) => (target.kind === "mapped" && alert.status === "firing" ? [target.cluster] : [])),
      );
      await Promise.all(Array.from(woken, (cluster) => watch.poll(cluster, signal)));
      // Cut short: DM was perhaps not asked, so the alerts stay for the next start.
      if (signal.aborted) return;
      // Mapped again: the poll may be the first that tells which worker is bound to which source.
      const mapped = map();
      await store.transaction(async (tx) => {
        await noteOnIncidents(tx, mapped);
        await notices(parts, tx, mapped);
        await tx.inbox.handled(
          waiting.map(({ id }) => id),
          clock.now(),
        );
      });
      await store.inbox.forgetHandledBefore(clock.now() - KEEP_HANDLED_MS);
    },
  };
}

function scopesNow({ settings, watch }: AlertParts): AlertScope[] {
  return settings.clusters.map(({ name, alertLabels }) => ({
    cluster: name,
    labels: alertLabels,
    workers: watch.latest(name).observation?.workers ?? null,
  }));
}

function concerns(incident: Incident, target: AlertTarget): boolean {
  if (target.kind !== "mapped" || incident.cluster !== target.cluster) return false;
  if (incident.root.kind === "masters") return true;
  return incident.members.some(
    ({ finding }) =>
      (target.task === null || finding.task === target.task || finding.task === null) &&
      (target.source === null || finding.source === target.source) &&
      (target.worker === null || target.source !== null || finding.worker === target.worker),
  );
}

async function noteOnIncidents(tx: StoreParts, mapped: readonly Mapped[]): Promise<void> {
  for (const incident of await tx.incidents.open()) {
    const heard = mapped
      .filter(({ target }) => concerns(incident, target))
      .map(({ alert }) => ({ fingerprint: alert.fingerprint, name: alert.name, status: alert.status, at: alert.receivedAt }));
    if (heard.length === 0) continue;
    const changed = { ...incident, alerts: [...incident.alerts, ...heard].slice(-KEPT_ALERTS) };
    if ((await tx.incidents.update(changed)) !== "stored") throw new ChangedMeanwhile(`incident ${incident.id}`);
  }
}

/**
 * One message an hour and kind of alert: in a storm it is updated, not repeated, and tells of every label set that it stands for; an
 * alert of another day is a new message, because nobody is told of an edit.
 */
async function notices({ settings, clock }: AlertParts, tx: StoreParts, mapped: readonly Mapped[]): Promise<void> {
  const open = await tx.incidents.open();
  const alone = mapped.filter(
    ({ alert, target }) => alert.status === "firing" && !open.some((incident) => concerns(incident, target)),
  );
  const hour = new Date(clock.now()).toISOString().slice(0, 13);
  for (const [key, ofKey] of Map.groupBy(alone, keyOf)) {
    const { target } = ofKey[0]!;
    const cluster = target.kind === "mapped" ? clusterOf(settings, target.cluster) : null;
    const language = (cluster ?? settings.clusters[0]!).language;
    await tx.outbox.wish({
      key: await freeKey(tx, `${key}:${hour}`),
      channel: cluster?.channel ?? settings.defaultChannel,
      threadOf: null,
      document: alertNotice(
        ofKey.map(({ alert }) => alert),
        cluster !== null,
        language,
      ),
      urgency: 2,
      at: clock.now(),
    });
  }
}

/** What came before in the hour stays to be read; only the last message of the hour's allowance is written over. */
async function freeKey(tx: StoreParts, key: string): Promise<string> {
  for (let number = 1; number < NOTICES_AN_HOUR; number++)
    if ((await tx.outbox.get(`${key}:${number}`)) === null) return `${key}:${number}`;
  return `${key}:${NOTICES_AN_HOUR}`;
}

function keyOf({ alert, target }: Mapped): string {
  const about =
    target.kind === "mapped" ? `${target.cluster}:${target.task ?? ""}:${target.source ?? target.worker ?? ""}` : "unmapped";
  return `alert:${alert.name}:${about}`.slice(0, 150);
}
