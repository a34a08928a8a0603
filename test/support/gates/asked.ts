import type { DmCluster } from "../../../src/app/ports/dm.ts";
import type { Surveyor } from "../../../src/app/survey/survey.ts";
import { notKnown } from "../../../src/domain/observation/known.ts";
import type { SourceObservation } from "../../../src/domain/observation/observation.ts";
import { type InputParts, surveyInput } from "../fake-sources.ts";
import { aSource, aSubtask } from "../observations.ts";
import type { GateCase } from "./gate-case.ts";

export type Row = readonly [
  name: string,
  gate: string,
  answer: GateCase["answer"],
  key: GateCase["key"],
  gates: GateCase["gates"],
  en: string,
];
export const AWAY = notKnown("connect ECONNREFUSED");
export const by =
  (surveyor: Surveyor, parts: InputParts = {}) =>
  async () =>
    (await surveyor(surveyInput(parts))).gates;

export const dmSays = (entry: SourceObservation): Partial<DmCluster> => ({
  sourceStatus: async () => ({ kind: "answered", entries: [entry] }),
});
export const subtaskIs = (parts: Parameters<typeof aSubtask>[0]): Partial<DmCluster> => dmSays(aSource([aSubtask(parts)]));
export const SILENT: Partial<DmCluster> = { sourceStatus: async () => ({ kind: "not-known", why: "no master answers" }) };
export const FILE_OF = { options: { file: "mysql-bin.004451" } };
