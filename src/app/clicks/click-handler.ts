import { mayActAs, type Person, type Role, roleMissing } from "../../domain/approval/people.ts";
import type { Phrase } from "../../domain/plan/plan.ts";
import type { Document } from "../../domain/wording/document.ts";
import type { Language } from "../../domain/wording/language.ts";
import { phrase } from "../../domain/wording/phrases.ts";
import { auditDraft } from "../audit-draft.ts";
import type { Authority } from "../authority.ts";
import type { Commands } from "../commands/handle-command.ts";
import type { Decide } from "../decide.ts";
import type { Executor } from "../execute/executor.ts";
import type { FactSources } from "../fact-sources.ts";
import type { Chat } from "../ports/chat.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";
import type { Metrics } from "../ports/metrics.ts";
import type { Settings } from "../ports/settings.ts";
import type { Store, StoredClick } from "../ports/store.ts";
import type { Propose } from "../propose.ts";
import type { IncidentReport } from "../report-incident.ts";
import type { Watch } from "../watch.ts";

export interface ClickParts {
  readonly store: Store;
  readonly settings: Settings;
  readonly authority: Authority;
  readonly watch: Watch;
  readonly propose: Propose;
  readonly decide: Decide;
  readonly executor: Executor;
  readonly commands: Commands;
  readonly facts: Pick<FactSources, "databases">;
  readonly chat: Pick<Chat, "sendFile">;
  readonly report: IncidentReport;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
}

export type Handler = (
  parts: ClickParts,
  click: StoredClick,
  person: Person,
  language: Language,
  signal: AbortSignal,
) => Promise<Document>;

/** null: allowed. The refusal is recorded where it would have changed something. `fresh`: user groups are asked for anew. */
export async function roleRefusal(
  parts: Pick<ClickParts, "authority" | "store" | "clock">,
  click: StoredClick,
  cluster: string,
  needed: Role,
  fresh = false,
): Promise<Phrase | null> {
  const role = await parts.authority.roleOf(click.person, cluster, fresh);
  if (role !== "not-known" && mayActAs(role, needed)) return null;
  const why = role === "not-known" ? phrase("groups-not-known") : roleMissing(role, needed);
  await parts.store.audit.append(
    auditDraft(parts.clock.now(), "click-refused", click.person, {
      cluster,
      details: { action: click.action, value: click.value, why: why.key },
    }),
  );
  return why;
}
