import type { Incident } from "../domain/incident/incident.ts";
import { nextReminder } from "../domain/run/run-reminder.ts";
import type { Clock } from "./ports/clock.ts";
import type { Log } from "./ports/log.ts";
import type { Settings } from "./ports/settings.ts";
import type { Store } from "./ports/store.ts";
import type { IncidentReport } from "./report-incident.ts";
import type { PlanReport } from "./report-plan.ts";

/**
 * Calls the on-call group again while nobody has acknowledged an incident or answered a run that stands still, and ends silences whose
 * time is over.
 */
export function createReminder({
  store,
  settings,
  clock,
  log,
  report,
  planReport,
}: {
  readonly store: Store;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Log;
  readonly report: IncidentReport;
  readonly planReport: PlanReport;
}) {
  const { remindAfterSeconds, remindAtMost } = settings.policy;
  const isDue = (incident: Incident, now: number) =>
    incident.acknowledged === null &&
    incident.silenced === null &&
    incident.mentions <= remindAtMost &&
    incident.mentionedAt !== null &&
    now - incident.mentionedAt >= remindAfterSeconds * 1000;

  async function remindOf(id: string): Promise<void> {
    await store.transaction(async (tx) => {
      const incident = await tx.incidents.get(id);
      const now = clock.now();
      if (incident?.state !== "open") return;
      const awake =
        incident.silenced !== null && incident.silenced.until <= now
          ? { ...incident, silenced: null, mentionedAt: now }
          : incident;
      const reminded = isDue(awake, now) ? { ...awake, mentionedAt: now, mentions: awake.mentions + 1 } : awake;
      if (reminded === incident || (await tx.incidents.update(reminded)) !== "stored") return;
      if (reminded.mentions > incident.mentions) await report.mention(tx, reminded, reminded.mentions);
      await report.card(tx, reminded);
    });
  }

  /** A task that a run has stopped stays stopped until somebody presses: that is not left to one message. */
  async function remindOfRun(id: string): Promise<void> {
    await store.transaction(async (tx) => {
      const run = await tx.runs.get(id);
      if (run?.state.kind !== "needs-person") return;
      const next = nextReminder(run, await tx.records.get("run-reminder", id), clock.now(), settings.policy);
      if (next === null) return;
      await tx.records.put("run-reminder", id, next.reminder);
      if (next.calls) await planReport.call(tx, run, next.reminder.count);
    });
  }

  async function forget(waiting: ReadonlySet<string>): Promise<void> {
    for (const { run } of await store.records.list("run-reminder"))
      if (!waiting.has(run)) await store.records.remove("run-reminder", run);
  }

  return {
    async tick(): Promise<void> {
      const now = clock.now();
      const waiting = await store.runs.needingPerson();
      for (const { id } of waiting)
        await remindOfRun(id).catch((error: unknown) => log.error({ err: error, run: id }, "a reminder of a run failed"));
      await forget(new Set(waiting.map(({ id }) => id)));
      for (const incident of await store.incidents.open()) {
        const silenceOver = incident.silenced !== null && incident.silenced.until <= now;
        // One that cannot be told (its cluster was taken out of the configuration) must not keep the others from being told.
        if (silenceOver || isDue(incident, now))
          await remindOf(incident.id).catch((error: unknown) =>
            log.error({ err: error, incident: incident.id }, "a reminder failed"),
          );
      }
    },
  };
}
