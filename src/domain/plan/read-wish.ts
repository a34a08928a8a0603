import type { PlaybookId } from "../diagnosis/finding.ts";
import { isPlaybook } from "../playbooks/choose-playbook.ts";
import { NO_OPTIONS, type PlanOptions } from "./plan.ts";

/** What somebody wants planned, as typed after the task's name. */
export interface PlanWish {
  readonly playbook: PlaybookId | null;
  readonly source: string | null;
  readonly options: PlanOptions;
  readonly dryRun: boolean;
}

export type ReadWish =
  | { readonly kind: "wish"; readonly wish: PlanWish }
  | { readonly kind: "not-understood"; readonly word: string };

/** Short words for playbooks; the full ids do too. */
export const PLAYBOOK_WORDS: Readonly<Record<string, PlaybookId>> = {
  resume: "resume-task",
  "stop-start": "stop-start-task",
  pause: "pause-task",
  stop: "stop-task",
  start: "start-task",
  fix: "fix-and-resume",
  rewind: "rewind-sync-checkpoint",
  gtid: "switch-to-gtid",
  "relay-file": "replace-relay-file",
  skip: "skip-or-replace-statement",
  replace: "skip-or-replace-statement",
  revert: "skip-or-replace-statement",
  compare: "compare-rows",
  copy: "copy-missing-rows",
};

const NAMED_OPTIONS: Readonly<Record<string, "source" | "file" | "comparison" | "table">> = {
  "--source": "source",
  "--file": "file",
  "--comparison": "comparison",
  "--table": "table",
};

/** Words in any order: a playbook, `--source S`, `--file F`, `--comparison C-1`, `--table S.T`, `--dry-run`, quoted statements, or a source's name alone. */
export function readWish(text: string): ReadWish {
  const words = wordsOf(text);
  let wish: PlanWish = { playbook: null, source: null, options: NO_OPTIONS, dryRun: false };
  const statements: string[] = [];
  let how: "skip" | "replace" | "revert" | null = null;
  for (let at = 0; at < words.length; at++) {
    const { text: word, isQuoted } = words[at]!;
    const option = NAMED_OPTIONS[word];
    const playbook = PLAYBOOK_WORDS[word] ?? (isPlaybook(word) ? word : null);
    if (isQuoted) statements.push(word);
    else if (word === "--dry-run") wish = { ...wish, dryRun: true };
    else if (option !== undefined) {
      const value = words[++at]?.text;
      if (value === undefined) return { kind: "not-understood", word };
      wish = option === "source" ? { ...wish, source: value } : { ...wish, options: { ...wish.options, [option]: value } };
    } else if (playbook !== null) {
      if (word === "skip" || word === "replace" || word === "revert") how = word;
      wish = { ...wish, playbook };
    } else if (word.startsWith("--") || wish.source !== null) return { kind: "not-understood", word };
    else wish = { ...wish, source: word };
  }
  const isStatement = wish.playbook === "skip-or-replace-statement";
  if (statements.length > 0 && !isStatement) return { kind: "not-understood", word: statements[0]! };
  const statement = isStatement ? { how: how ?? (statements.length > 0 ? "replace" : "skip"), instead: statements } : null;
  return { kind: "wish", wish: { ...wish, options: { ...wish.options, statement } } };
}

/** Split at blanks; quotes of any kind (Slack makes them curly) hold a word together. */
export function wordsOf(text: string): { readonly text: string; readonly isQuoted: boolean }[] {
  const found = text.matchAll(/"([^"]*)"|“([^”]*)”|'([^']*)'|‘([^’]*)’|(\S+)/g);
  return Array.from(found, ([, straight, curly, single, curlySingle, bare]) => {
    const quoted = straight ?? curly ?? single ?? curlySingle;
    return quoted === undefined ? { text: bare!, isQuoted: false } : { text: quoted, isQuoted: true };
  });
}
