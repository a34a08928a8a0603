import { CONFIDENCE } from "./confidence.ts";
import { advise, said } from "./evidence.ts";
import type { Finding } from "./finding.ts";

/** No DM-master answered, or what answered was no DM. What the subtasks do meanwhile is not known: they go on without a master. */
export function masterUnreachable(
  cluster: string | null,
  tried: readonly { readonly master: string; readonly why: string }[],
): Finding {
  return {
    kind: "master-unreachable",
    incident: true,
    cluster,
    subject: { kind: "masters" },
    task: null,
    source: null,
    worker: null,
    unit: null,
    stage: null,
    confidence: CONFIDENCE.shown,
    evidence: tried.map(({ master, why }) => said(why, master)),
    codes: [],
    dmRetriesByItself: null,
    advice: advise("bring-a-master-back"),
    position: null,
  };
}
