import { suspicionName } from "../../domain/signals/rows-suspicion.ts";
import { rememberedName } from "../../domain/signals/stopped-tasks.ts";
import { phrase } from "../../domain/wording/phrases.ts";
import { answerDocument, refusalDocument } from "../../domain/wording/refusal.ts";
import { auditDraft } from "../audit-draft.ts";
import type { ClickParts, Handler } from "./click-handler.ts";
import { roleRefusal } from "./click-handler.ts";

/** What an incident of missing rows, or of a task that is gone, is about. */
async function aboutOf({ store }: ClickParts, id: string) {
  const incident = await store.incidents.get(id);
  if (incident?.state !== "open") return null;
  const members = incident.members.filter(({ recoveredAt }) => recoveredAt === null);
  return { incident, members: members.map(({ finding }) => finding) };
}

/** The comparison is started by the command, so that the button can do no more than who presses it may type. */
export const compare: Handler = async (parts, click, person, language, signal) => {
  const about = await aboutOf(parts, click.value);
  const task = about?.members.find((finding) => finding.task !== null)?.task;
  if (!about) return refusalDocument(phrase("no-such-incident", { incident: click.value }), language);
  if (!task) return refusalDocument(phrase("incident-changed", { incident: click.value }), language);
  const asked = { text: `compare ${about.incident.cluster}/${task}`, person, channel: click.channel ?? "" };
  return parts.commands.handle(asked, signal);
};

export const undo: Handler = (parts, click, person, _language, signal) =>
  parts.commands.handle({ text: `undo ${click.value}`, person, channel: click.channel ?? "" }, signal);

/** A person takes it that rows may be missing: recorded with the reason, and the suspicion is over. */
export const acceptRows: Handler = async (parts, click, person, language, signal) => {
  const about = await aboutOf(parts, click.value);
  const rows = about?.members.filter(({ kind }) => kind === "rows-may-be-missing") ?? [];
  if (!about) return refusalDocument(phrase("no-such-incident", { incident: click.value }), language);
  if (rows.length === 0) return refusalDocument(phrase("incident-changed", { incident: click.value }), language);
  const { cluster, id: incident } = about.incident;
  const refusal = await roleRefusal(parts, click, cluster, "approver");
  if (refusal) return refusalDocument(refusal, language);
  const at = click.at;
  const closed = { kind: "accepted", at, by: person.id, reason: click.reason } as const;
  await parts.store.transaction(async (tx) => {
    const open = (await tx.records.list("rows-suspicion")).filter(
      (one) =>
        one.cluster === cluster &&
        one.closed === null &&
        rows.some(({ task, source }) => one.task === task && one.source === source),
    );
    for (const one of open) {
      const { task, source, file, found } = one;
      await tx.records.put("rows-suspicion", suspicionName(one), { ...one, closed });
      const details = { file, reason: click.reason, missing: found?.missing ?? null, comparison: found?.comparison ?? null };
      await tx.audit.append(auditDraft(parts.clock.now(), "rows-accepted", person, { cluster, task, source, incident, details }));
    }
  });
  await parts.watch.poll(cluster, signal);
  return answerDocument(
    language === "en"
      ? `Recorded: you take it that rows may be missing. ${incident} closes with the next good looks.`
      : `已记录：你接受可能缺少的行。${incident} 将在之后的轮询中关闭。`,
  );
};

/** A task that DM does not list any more is gone on purpose: it is forgotten, and nobody is asked again. */
export const stopMeant: Handler = async (parts, click, person, language, signal) => {
  const about = await aboutOf(parts, click.value);
  const gone = about?.members.filter(({ kind }) => kind === "stopped-and-forgotten") ?? [];
  if (!about) return refusalDocument(phrase("no-such-incident", { incident: click.value }), language);
  if (gone.length === 0) return refusalDocument(phrase("incident-changed", { incident: click.value }), language);
  const { cluster, id: incident } = about.incident;
  const refusal = await roleRefusal(parts, click, cluster, "operator");
  if (refusal) return refusalDocument(refusal, language);
  await parts.store.transaction(async (tx) => {
    for (const { task, source } of gone) {
      if (task === null || source === null) continue;
      await tx.records.remove("task", rememberedName({ cluster, task, source }));
      const details = { reason: click.reason };
      await tx.audit.append(auditDraft(parts.clock.now(), "stop-meant", person, { cluster, task, source, incident, details }));
    }
  });
  await parts.watch.poll(cluster, signal);
  return answerDocument(
    language === "en"
      ? `Recorded: that stop was meant. ${incident} closes with the next good looks.`
      : `已记录：停止是有意的。${incident} 将在之后的轮询中关闭。`,
  );
};
