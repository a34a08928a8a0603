import type { Finding } from "../diagnosis/finding.ts";
import type { Incident } from "../incident/incident.ts";
import { targetKey } from "../plan/target-key.ts";
import type { Run } from "../run/run.ts";
import { atMost, type Block, code, type Document, document, item, paragraph, plain, strong, time } from "./document.ts";
import { kindName, playbookName, subjectText } from "./finding.ts";
import { rootText } from "./incident-card.ts";
import type { Language } from "./language.ts";

/** What is known of one cluster right now. */
export interface ClusterView {
  readonly cluster: string;
  readonly findings: readonly Finding[];
  /** When DM was last asked with success, milliseconds; null: never since the start. */
  readonly at: number | null;
  /** Why the last question failed, null when it did not. */
  readonly problem: string | null;
  readonly version: string | null;
}

const TEXTS = {
  en: {
    fine: "Everything is well",
    trouble: (count: number) => (count === 1 ? "1 open incident" : `${count} open incidents`),
    waiting: (count: number) => (count === 1 ? "1 run needs a person" : `${count} runs need a person`),
    needs: "stands still and needs a person, see its message",
    works: "at work",
    none: "no answer from DM yet",
    asOf: "as of",
    well: (well: number, all: number) => `${well} of ${all} subtasks and relays are well`,
    more: "more",
    list: "Tasks",
    nothing: "DM runs no task that I can see",
    wrong: "the last question failed",
  },
  zh: {
    fine: "一切正常",
    trouble: (count: number) => `${count} 个未关闭的事件`,
    waiting: (count: number) => `${count} 个运行需要人工处理`,
    needs: "已停住，需要人工处理，见其消息",
    works: "执行中",
    none: "还没有得到 DM 的应答",
    asOf: "数据时间",
    well: (well: number, all: number) => `${all} 个子任务与 relay 中 ${well} 个正常`,
    more: "项未列出",
    list: "任务",
    nothing: "没有看到 DM 的任务",
    wrong: "最近一次查询失败",
  },
} as const;

/** `runs`: those that have not ended. */
export function statusDocument(
  clusters: readonly ClusterView[],
  open: readonly Incident[],
  runs: readonly Run[],
  language: Language,
): Document {
  const texts = TEXTS[language];
  const waiting = runs.filter(({ state }) => state.kind === "needs-person").length;
  const blind = clusters.some((cluster) => cluster.at === null || cluster.problem !== null);
  const troubles = [...(waiting > 0 ? [texts.waiting(waiting)] : []), ...(open.length > 0 ? [texts.trouble(open.length)] : [])];
  const headline = troubles.length > 0 ? troubles.join(", ") : blind ? texts.wrong : texts.fine;
  const blocks = clusters.flatMap((cluster): Block[] => [
    clusterLine(cluster, language),
    {
      kind: "list",
      items: incidentItems(
        open.filter((incident) => incident.cluster === cluster.cluster),
        language,
      ),
    },
    {
      kind: "list",
      items: runItems(
        runs.filter(({ plan }) => plan.cluster === cluster.cluster),
        language,
      ),
    },
  ]);
  return document(
    headline,
    troubles.length > 0 ? "warning" : blind ? "info" : "good",
    blocks.filter((block) => block.kind !== "list" || block.items.length > 0),
  );
}

function clusterLine({ cluster, findings, at, problem, version }: ClusterView, language: Language): Block {
  const texts = TEXTS[language];
  const well = findings.filter((finding) => !finding.incident).length;
  const count =
    at === null
      ? plain(` — ${texts.none}`)
      : plain(`${version === null ? "" : ` ${version}`} — ${texts.well(well, findings.length)}, ${texts.asOf} `);
  return paragraph(
    strong(cluster),
    count,
    ...(at === null ? [] : [time(at)]),
    ...(problem === null ? [] : [plain(` · ${texts.wrong}: `), code(problem.slice(0, 300))]),
  );
}

function incidentItems(open: readonly Incident[], language: Language) {
  const items = open.map((incident) =>
    item("failed", strong(incident.id), plain(` ${rootText(incident, language)}: ${kindName(incident.kind, language)}`)),
  );
  return atMost(items, 20, TEXTS[language].more);
}

function runItems(runs: readonly Run[], language: Language) {
  const texts = TEXTS[language];
  const items = runs.map(({ id, plan, state }) => {
    const waits = state.kind === "needs-person";
    const what = `${playbookName(plan.playbook, language)}, ${[...new Set(plan.targets.map(targetKey))].join(", ")}`;
    return item(waits ? "failed" : "doing", strong(id), plain(` ${what}: ${waits ? texts.needs : texts.works}`));
  });
  return atMost(items, 20, texts.more);
}

/** Every subtask and relay with its stage, troubles first. */
export function listDocument(clusters: readonly ClusterView[], language: Language): Document {
  const texts = TEXTS[language];
  const blocks = clusters.flatMap(({ cluster, findings }): Block[] => {
    const sorted = findings.toSorted((a, b) => Number(b.incident) - Number(a.incident));
    const all = sorted.map((finding) =>
      item(
        finding.incident ? "failed" : finding.kind === "healthy" ? "done" : "skipped",
        code(subjectText(finding)),
        plain(` ${[finding.unit, finding.stage, kindName(finding.kind, language)].filter((part) => part !== null).join(" · ")}`),
      ),
    );
    const items = atMost(all, 60, texts.more);
    return [paragraph(strong(cluster)), items.length > 0 ? { kind: "list", items } : paragraph(plain(texts.nothing))];
  });
  return document(texts.list, "info", blocks);
}
