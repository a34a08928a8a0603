import type { Incident } from "../domain/incident/incident.ts";
import { offerFor } from "../domain/playbooks/choose-playbook.ts";
import { type Document, document, type Inline, plain } from "../domain/wording/document.ts";
import { kindName } from "../domain/wording/finding.ts";
import { incidentCard, rootText } from "../domain/wording/incident-card.ts";
import type { Clock } from "./ports/clock.ts";
import type { ClusterSettings, Settings } from "./ports/settings.ts";
import type { StoreParts } from "./ports/store.ts";

export const cardKey = (incident: string): string => `incident:${incident}:card`;

export interface IncidentReport {
  /** Wishes the card's present form; nothing is wished when it would read the same. */
  card(tx: StoreParts, incident: Incident): Promise<void>;
  /** A new message in the thread that does ping: edits notify nobody. */
  mention(tx: StoreParts, incident: Incident, number: number): Promise<void>;
  /** Nothing that may be offered is left: the on-call group is called, once. */
  usedUp(tx: StoreParts, incident: Incident): Promise<void>;
  /** A lasting note in the incident's thread. */
  note(tx: StoreParts, incident: Incident, suffix: string, words: Document): Promise<void>;
}

export function createIncidentReport({
  settings,
  clock,
}: {
  readonly settings: Settings;
  readonly clock: Clock;
}): IncidentReport {
  const wish = (tx: StoreParts, incident: Incident, key: string, words: Document, threadOf: string | null) =>
    tx.outbox.wish({
      key,
      channel: clusterOf(settings, incident.cluster).channel,
      threadOf,
      document: words,
      urgency: incident.severity === "critical" ? 0 : 1,
      at: clock.now(),
    });
  return {
    async card(tx, incident) {
      const cluster = clusterOf(settings, incident.cluster);
      const run = (await tx.runs.unfinished()).find(({ plan }) => plan.incident === incident.id);
      const words = incidentCard(incident, {
        offer: run ? { kind: "under-way", run: run.id } : offerFor(incident, clock.now(), settings.policy.ineffectiveRunsAtMost),
        language: cluster.language,
        nameOf: () => null,
        mentions: mentionsOf(incident, cluster),
      });
      const shown = await tx.outbox.get(cardKey(incident.id));
      if (shown && JSON.stringify(shown.document) === JSON.stringify(words)) return;
      await wish(tx, incident, cardKey(incident.id), words, null);
    },
    async mention(tx, incident, number) {
      const cluster = clusterOf(settings, incident.cluster);
      const mentions = mentionsOf(incident, cluster);
      if (mentions.length === 0) return;
      const ask = cluster.language === "en" ? "nobody has acknowledged this yet" : "还没有人确认";
      const headline = `${incident.id} · ${rootText(incident, cluster.language)}: ${ask}`;
      const blocks = [
        { kind: "paragraph" as const, text: [...mentions, plain(` ${kindName(incident.kind, cluster.language)}`)] },
      ];
      await wish(
        tx,
        incident,
        `incident:${incident.id}:mention:${number}`,
        document(headline, incident.severity, blocks),
        cardKey(incident.id),
      );
    },
    usedUp(tx, incident) {
      const cluster = clusterOf(settings, incident.cluster);
      const words =
        cluster.language === "en"
          ? "what I can do was tried without lasting effect; a person is needed"
          : "我能做的都已试过，没有持久效果，需要人工处理";
      const headline = `${incident.id} · ${rootText(incident, cluster.language)}: ${words}`;
      const text = [...mentionsOf(incident, cluster), plain(` ${words}`)];
      const key = `incident:${incident.id}:used-up`;
      return wish(tx, incident, key, document(headline, incident.severity, [{ kind: "paragraph", text }]), cardKey(incident.id));
    },
    note: (tx, incident, suffix, words) =>
      wish(tx, incident, `incident:${incident.id}:note:${suffix}`, words, cardKey(incident.id)),
  };
}

function mentionsOf(incident: Incident, { onCallGroup }: ClusterSettings): Inline[] {
  const id = onCallGroup[incident.severity];
  return id === null || incident.silenced !== null || incident.state === "closed" ? [] : [{ kind: "mention", of: "group", id }];
}

/** Throws for a cluster that the configuration does not name any more: the caller holds an incident from another configuration. */
export function clusterOf(settings: Settings, name: string): ClusterSettings {
  const found = settings.clusters.find((cluster) => cluster.name === name);
  if (!found) throw new Error(`cluster ${name} is not in the configuration`);
  return found;
}
