import type { DmError, Generation, Observation, RelayObservation, Surface } from "../observation/observation.ts";
import { relayFile, troubleFile } from "../signals/trouble-file.ts";
import { over4gibSuspected } from "./binlog-over-4gib-suspected.ts";
import { causeOf } from "./cause.ts";
import { CONFIDENCE } from "./confidence.ts";
import { saysBadConnection, saysInvalidConnection, saysNetworkFailed } from "./error-words.ts";
import { advise, codesOf, errorEvidence, seen } from "./evidence.ts";
import type { CheckerSettings, Finding } from "./finding.ts";
import { measured } from "./measured-binlog.ts";
import { relayNeverResumed } from "./never-resumed.ts";
import { saysRelayLogMissing } from "./relay-log-missing.ts";
import { relayGoingBack } from "./relay-trouble.ts";
import type { SourceKnowledge } from "./source-knowledge.ts";
import type { Conclusion } from "./subtask-case.ts";

/** The relay of one source. DM resumes it for nearly every error, also for 30029, which therefore loops (dm-facts §3); v1.0 leaves it paused. */
export function diagnoseRelay(
  relay: RelayObservation,
  { surface, generation, cluster }: Observation,
  checker: CheckerSettings | null,
  knowledge: SourceKnowledge | null = null,
): Finding {
  return {
    ...conclude(relay, generation, surface, checker, knowledge),
    cluster: cluster || null,
    subject: { kind: "relay", source: relay.source },
    task: null,
    source: relay.source || null,
    worker: relay.worker,
    unit: "Relay",
    stage: relay.stage,
    codes: codesOf(relay.result?.errors ?? []),
    position: relay.relayPosition,
  };
}

function conclude(
  relay: RelayObservation,
  generation: Generation,
  surface: Surface,
  checker: CheckerSettings | null,
  knowledge: SourceKnowledge | null,
): Conclusion {
  const errors = relay.result?.errors ?? [];
  if (errors.length > 0) {
    const told = ofErrors(errors, relay, retriesOf(errors, relay, generation, checker), surface);
    if (told.kind !== "binlog-over-4gib-suspected") return told;
    const file = troubleFile(errors, relayFile(relay));
    return measured(
      told,
      file,
      errors,
      { unit: "Relay", generation, task: null, relayFails: true, subDirectory: relay.subDirectory },
      knowledge,
    );
  }
  const back = relay.stage === "Running" ? relayGoingBack(relay, knowledge) : null;
  if (back) return back;
  const stage = seen("stage", relay.stageAsSaid || "(empty)", "relayStatus");
  if (WELL.has(relay.stage)) {
    const evidence =
      relay.caughtUp === null ? [stage] : [stage, seen("relayCatchUpMaster", String(relay.caughtUp), "relayStatus")];
    return {
      kind: "healthy",
      incident: false,
      confidence: CONFIDENCE.shown,
      evidence,
      dmRetriesByItself: null,
      advice: advise("nothing-to-do"),
    };
  }
  // OpenAPI never shows a relay's error, so a pause without a result is not a person's pause but simply not known.
  if (relay.stage === "Stopped" || (relay.stage === "Paused" && relay.result?.isCanceled === true)) {
    return {
      kind: "paused-by-person",
      incident: false,
      confidence: CONFIDENCE.shown,
      evidence: [stage],
      dmRetriesByItself: false,
      advice: advise("leave-it-to-the-person"),
    };
  }
  return {
    kind: "unknown",
    incident: true,
    confidence: CONFIDENCE.none,
    evidence: [stage],
    dmRetriesByItself: null,
    advice: advise(surface === "openapi" ? "ask-for-the-reason" : "ask-a-person"),
  };
}

/** At work or on its way; one sample of these is no incident. */
const WELL: ReadonlySet<string> = new Set(["Running", "New", "Resuming", "Pausing", "Stopping"]);

function retriesOf(
  errors: readonly DmError[],
  relay: RelayObservation,
  generation: Generation,
  checker: CheckerSettings | null,
): boolean {
  if (checker?.checkEnable === false) return false;
  return generation === "v2+" && relay.result?.isCanceled !== true && !errors.some(relayNeverResumed);
}

function ofErrors(errors: readonly DmError[], relay: RelayObservation, retries: boolean, surface: Surface): Conclusion {
  const place = (index: number) => (surface === "dmctl-error" ? "RelayError.msg" : `relayStatus.result.errors[${index}]`);
  const suspected = over4gibSuspected(errors, place, retries);
  if (suspected) return suspected;
  if (errors.some(saysRelayLogMissing))
    return {
      kind: "relay-log-missing",
      incident: true,
      confidence: CONFIDENCE.wordsOnly,
      evidence: errorEvidence(errors, place),
      dmRetriesByItself: retries,
      advice: advise("reset-the-relay", "reset-relay"),
    };
  const { kind } = causeOf(errors, "Relay");
  if (kind === "login" || kind === "grant" || kind === "disk-full")
    return {
      kind: kind === "disk-full" ? "disk-full" : "access-denied",
      incident: true,
      confidence: CONFIDENCE.shown,
      evidence: errorEvidence(errors, place),
      dmRetriesByItself: retries,
      advice: advise("mend-what-stops-the-relay"),
    };
  const evidence = [...errorEvidence(errors, place), seen("stage", relay.stageAsSaid || "(empty)", "relayStatus")];
  const unreachable = errors.some(
    (error) => saysNetworkFailed(error) || saysInvalidConnection(error) || saysBadConnection(error),
  );
  if (unreachable) {
    return {
      kind: "upstream-unreachable",
      incident: true,
      confidence: CONFIDENCE.sideFromUnit,
      evidence,
      dmRetriesByItself: retries,
      advice: advise(retries ? "mend-the-upstream" : "mend-the-upstream-and-resume"),
    };
  }
  return {
    kind: "unknown",
    incident: true,
    confidence: CONFIDENCE.none,
    evidence,
    dmRetriesByItself: retries,
    advice: advise("ask-a-person"),
  };
}
