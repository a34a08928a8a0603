import { mayActAs, type Person, type Role, roleMissing } from "../../domain/approval/people.ts";
import type { Document } from "../../domain/wording/document.ts";
import type { Language } from "../../domain/wording/language.ts";
import { phrase } from "../../domain/wording/phrases.ts";
import { answerDocument, refusalDocument } from "../../domain/wording/refusal.ts";
import type { ClusterView } from "../../domain/wording/status.ts";
import { auditDraft } from "../audit-draft.ts";
import type { Authority } from "../authority.ts";
import type { Decide } from "../decide.ts";
import type { Clock } from "../ports/clock.ts";
import type { Settings } from "../ports/settings.ts";
import type { Store } from "../ports/store.ts";
import type { Propose } from "../propose.ts";
import type { Watch } from "../watch.ts";

export interface CommandParts {
  readonly store: Store;
  readonly watch: Watch;
  readonly settings: Settings;
  readonly authority: Authority;
  readonly propose: Propose;
  readonly decide: Pick<Decide, "decide">;
  readonly clock: Clock;
  /** What people type in front: `/dm`. */
  readonly commandName: string;
}

export interface CommandAsked {
  readonly text: string;
  readonly person: Person;
  readonly channel: string;
}

/** A command that would have changed something and was refused. */
export async function recordRefusal(
  { store, clock }: CommandParts,
  person: Person,
  details: Readonly<Record<string, string>>,
  about: { readonly cluster?: string; readonly task?: string } = {},
): Promise<void> {
  const { cluster = null, task = null } = about;
  await store.audit.append(auditDraft(clock.now(), "click-refused", person, { cluster, task, details }));
}

export interface Asking extends CommandAsked {
  readonly language: Language;
  readonly role: Role | null;
  readonly signal: AbortSignal;
}

export async function roleRefusal(
  parts: CommandParts,
  { person, language, text }: Asking,
  cluster: string,
  needed: Role,
): Promise<Document | null> {
  const role = await parts.authority.roleOf(person, cluster, false);
  if (role !== "not-known" && mayActAs(role, needed)) return null;
  const why = role === "not-known" ? phrase("groups-not-known") : roleMissing(role, needed);
  await recordRefusal(parts, person, { text: text.slice(0, 200), why: why.key }, { cluster });
  return refusalDocument(why, language);
}

export function views({ settings, watch }: CommandParts): ClusterView[] {
  return settings.clusters.map(({ name }) => {
    const { findings, at, problem, observation } = watch.latest(name);
    return { cluster: name, findings, at, problem, version: observation?.version ?? null };
  });
}

export function wrongUsage({ commandName }: CommandParts, usage: string, language: Language): Document {
  return answerDocument(
    language === "en" ? `Type it like this: ${commandName} ${usage}` : `请这样输入：${commandName} ${usage}`,
    "warning",
  );
}

/** A channel speaks its cluster's language; elsewhere the first cluster's. */
export function languageOf(settings: Settings, channel: string | null): Language {
  return (settings.clusters.find((cluster) => cluster.channel === channel) ?? settings.clusters[0])?.language ?? "en";
}
