import type { PlaybookId } from "../diagnosis/finding.ts";
import { isPlaybook } from "../playbooks/choose-playbook.ts";
import { phrase } from "../wording/phrases.ts";
import { NO_OPTIONS, type Phrase, type PlanOptions } from "./plan.ts";

/** What somebody wants planned, as typed after the task's name. */
export interface PlanWish {
  readonly playbook: PlaybookId | null;
  readonly source: string | null;
  readonly options: PlanOptions;
  readonly dryRun: boolean;
}

export type ReadWish =
  | { readonly kind: "wish"; readonly wish: PlanWish }
  | { readonly kind: "not-understood"; readonly why: Phrase };

export interface Word {
  readonly text: string;
  /** Somebody put it in quotes: a statement, or a name with a blank in it. */
  readonly isQuoted: boolean;
}

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

type Named = "source" | "file" | "comparison" | "table" | "run";
const NAMED: Readonly<Record<string, Named>> = {
  "--source": "source",
  "--file": "file",
  "--comparison": "comparison",
  "--table": "table",
  "--run": "run",
};
/** Which playbooks an option means something to; with any other it would be overlooked without a word. */
const TAKEN_BY: Readonly<Record<Exclude<Named, "source">, readonly PlaybookId[]>> = {
  file: ["rewind-sync-checkpoint", "switch-to-gtid", "replace-relay-file"],
  comparison: ["copy-missing-rows"],
  table: ["compare-rows"],
  run: ["undo"],
};
const HOWS = ["skip", "replace", "revert"] as const;
type How = (typeof HOWS)[number];

/** Servers write six digits at least; a source's id may end in fewer. */
const BINLOG_FILE = /^.+\.\d{6,}$/;

interface Read {
  readonly named: Map<Named, string>;
  readonly playbooks: Set<PlaybookId>;
  readonly hows: Set<How>;
  readonly statements: string[];
  dryRun: boolean;
}

/** Words in any order: a playbook, `--source S`, `--file F`, `--comparison C-1`, `--table S.T`, `--dry-run`, quoted statements; or a file, a comparison, a table, for `undo` a run, or a source by its name alone. */
export const readWish = (text: string): ReadWish => wishOf(wordsOf(text));

/** As `readWish`, of words that somebody has split already (a shell). */
export function wishOf(words: readonly Word[]): ReadWish {
  const read: Read = { named: new Map(), playbooks: new Set(), hows: new Set(), statements: [], dryRun: false };
  const bare: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const { text, isQuoted } = words[at]!;
    // Telephones make one dash of two.
    const word = isQuoted ? text : text.replace(/^[—–](?=\w)/, "--");
    const option = isQuoted ? undefined : NAMED[word];
    if (option !== undefined) {
      const value = words[++at]?.text;
      if (value === undefined || value === "" || value.startsWith("--")) return no(phrase("wish-value-missing", { word }));
      if (!give(read, option, value)) return no(phrase("wish-twice", { word }));
    } else if (isQuoted) read.statements.push(word);
    else if (/^["“”'‘’]/.test(word)) return no(phrase("wish-quote-open", { word }));
    else if (word === "--dry-run") read.dryRun = true;
    else if (!takePlaybook(read, word)) bare.push(word);
  }
  if (read.playbooks.size > 1 || read.hows.size > 1)
    return no(phrase("wish-two-playbooks", { playbooks: [...(read.hows.size > 1 ? read.hows : read.playbooks)].join(", ") }));
  const [playbook = null] = read.playbooks;
  for (const word of bare)
    if (word.startsWith("--") || !give(read, meantBy(word, playbook), word)) return no(phrase("wish-not-understood", { word }));
  return together(read, playbook);
}

/** Whatever was typed is told back, and never much of it. */
function no({ key, values }: Phrase): ReadWish {
  const short = Object.entries(values).map(([name, value]) => [name, value.length > 60 ? `${value.slice(0, 60)}…` : value]);
  return { kind: "not-understood", why: { key, values: Object.fromEntries(short) as Phrase["values"] } };
}

/** False: it was given already, as something else. */
function give({ named }: Read, option: Named, value: string): boolean {
  if (named.has(option) && named.get(option) !== value) return false;
  named.set(option, value);
  return true;
}

function takePlaybook({ playbooks, hows }: Read, typed: string): boolean {
  const word = typed.toLowerCase();
  const playbook = PLAYBOOK_WORDS[word] ?? (isPlaybook(word) ? word : null);
  if (playbook === null) return false;
  playbooks.add(playbook);
  const how = HOWS.find((one) => one === word);
  if (how !== undefined) hows.add(how);
  return true;
}

/** What a word means by its looks: a binlog file, a comparison, for a comparison of rows a table; else a source. */
function meantBy(word: string, playbook: PlaybookId | null): Named {
  if (/^C-\d+$/.test(word)) return "comparison";
  if (playbook === "undo" && /^R-\d+$/.test(word)) return "run";
  if (playbook === "compare-rows" && word.includes(".")) return "table";
  return BINLOG_FILE.test(word) ? "file" : "source";
}

function together({ named, hows, statements, dryRun }: Read, playbook: PlaybookId | null): ReadWish {
  const isStatement = playbook === "skip-or-replace-statement";
  const [first] = statements;
  if (first !== undefined && !isStatement) return no(phrase("wish-not-understood", { word: first }));
  for (const [option, takers] of Object.entries(TAKEN_BY)) {
    const value = named.get(option as Named);
    if (value !== undefined && playbook !== null && !takers.includes(playbook))
      return no(phrase("wish-not-taken", { word: value, playbook, takers: takers.join(", ") }));
  }
  if (playbook === "undo" && !named.has("run")) return no(phrase("wish-value-missing", { word: "undo" }));
  const [how = first === undefined ? "skip" : "replace"] = hows;
  if (first !== undefined && how !== "replace") return no(phrase("wish-not-understood", { word: first }));
  const curly = statements.find((statement) => /[“”‘’]/.test(statement));
  if (curly !== undefined) return no(phrase("wish-curly-quotes", { word: curly }));
  const options: PlanOptions = {
    ...NO_OPTIONS,
    file: named.get("file") ?? null,
    comparison: named.get("comparison") ?? null,
    table: named.get("table") ?? null,
    run: named.get("run") ?? null,
    statement: isStatement ? { how, instead: statements } : null,
  };
  return { kind: "wish", wish: { playbook, source: named.get("source") ?? null, options, dryRun } };
}

/** Split at blanks; quotes of any kind (Slack makes them curly) hold a word together, blanks in them untouched. */
export function wordsOf(text: string): Word[] {
  const found = text.matchAll(/"([^"]*)"|“([^”]*)”|'([^']*)'|‘([^’]*)’|(\S+)/g);
  return Array.from(found, ([, straight, curly, single, curlySingle, bare]) => {
    const quoted = straight ?? curly ?? single ?? curlySingle;
    return quoted === undefined ? { text: bare!, isQuoted: false } : { text: quoted, isQuoted: true };
  });
}
