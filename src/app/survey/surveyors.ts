import type { PlaybookId } from "../../domain/diagnosis/finding.ts";
import { surveyGtidSwitch } from "./gtid-survey.ts";
import { surveyReplaceRelayFile, surveyResetRelay } from "./relay-surveys.ts";
import { surveyRewind } from "./rewind-survey.ts";
import { surveyCompare, surveyCopy } from "./rows-survey.ts";
import { surveyStatement } from "./statement-survey.ts";
import type { Survey, SurveyInput, Surveyors } from "./survey.ts";
import { surveyFixAndResume, surveyPause, surveyResume, surveyStart, surveyStop, surveyStopStart } from "./task-surveys.ts";
import { surveyUndo } from "./undo-survey.ts";

const SURVEYORS: Surveyors = {
  "resume-task": surveyResume,
  "stop-start-task": surveyStopStart,
  "pause-task": surveyPause,
  "stop-task": surveyStop,
  "start-task": surveyStart,
  "fix-and-resume": surveyFixAndResume,
  "rewind-sync-checkpoint": surveyRewind,
  "switch-to-gtid": surveyGtidSwitch,
  "replace-relay-file": surveyReplaceRelayFile,
  "reset-relay": surveyResetRelay,
  "skip-or-replace-statement": surveyStatement,
  "compare-rows": surveyCompare,
  "copy-missing-rows": surveyCopy,
  undo: surveyUndo,
};

export function surveySubject(playbook: PlaybookId, input: SurveyInput): Promise<Survey> {
  return SURVEYORS[playbook](input);
}
