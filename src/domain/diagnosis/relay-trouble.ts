import { whoseFile } from "../binlog/whose-file.ts";
import type { RelayObservation } from "../observation/observation.ts";
import { isOver4gib } from "../signals/big-files.ts";
import { CONFIDENCE } from "./confidence.ts";
import { advise, counted, seen } from "./evidence.ts";
import { adviceFor4gib } from "./measured-binlog.ts";
import type { SourceKnowledge } from "./source-knowledge.ts";
import type { Conclusion } from "./subtask-case.ts";

/** A relay that starts a file over and over says Running in nearly every sample; only its steps back tell (over-4gib-lab). */
export function relayGoingBack(relay: RelayObservation, knowledge: SourceKnowledge | null): Conclusion | null {
  const falls = knowledge?.relayFalls ?? [];
  const last = falls.at(-1);
  if (!knowledge || !last) return null;
  const { file, fileNumber } = last.to;
  const evidence = [
    seen("stage", relay.stageAsSaid, "relayStatus"),
    counted("steps back", falls.length, "relayBinlog over the last samples"),
    seen("last step back", `${file}, ${last.from.position} → ${last.to.position}`, "relayBinlog over the last samples"),
  ];
  const { subDirectory } = relay;
  const whose = whoseFile(file, { subDirectory, server: knowledge.server });
  if (whose.kind === "other") evidence.push(seen("not measured", whose.why, "relaySubDir"));
  const size =
    knowledge.files.kind === "known" && whose.kind !== "other"
      ? knowledge.files.value.find(({ number }) => number === fileNumber)
      : undefined;
  if (size && isOver4gib(size))
    return {
      kind: "binlog-over-4gib",
      incident: true,
      confidence: CONFIDENCE.shown,
      evidence: [...evidence, seen(size.name, `${size.sizeBytes} bytes`, "SHOW BINARY LOGS")],
      dmRetriesByItself: true,
      advice: adviceFor4gib({ unit: "Relay", generation: "v2+", task: null, relayFails: true, subDirectory }, knowledge),
    };
  const measuredSize = size ? [seen(size.name, `${size.sizeBytes} bytes`, "SHOW BINARY LOGS")] : [];
  return {
    kind: "relay-going-back",
    incident: true,
    confidence: CONFIDENCE.suspected,
    evidence: [...evidence, ...measuredSize],
    dmRetriesByItself: true,
    advice: size ? advise("reset-the-relay", "reset-relay") : advise("measure-the-binlog-file"),
  };
}
