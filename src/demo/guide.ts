import { LANGUAGES } from "../domain/wording/language.ts";
import { PLAYBOOK_NAMES } from "../domain/wording/playbook-names.ts";
import type { Hint, Message, Workspace } from "../stand-ins/slack/workspace.ts";
import { PEOPLE } from "./cast.ts";
import { labelOf, wordsOf } from "./read-message.ts";
import type { Scenario } from "./scenarios/scenario.ts";

/** What the guide has to know of a scenario. */
export type Told = Pick<Scenario, "askFor" | "afterwards">;

/** Keeps the page's hint in step with what is to be done next, until it is called; silent as long as `isHeld`. */
export function guide(workspace: Workspace, told: Told, isHeld: () => boolean = () => false): () => void {
  const now = (): Hint | null => (isHeld() ? null : nextHint(workspace, told));
  let settling: NodeJS.Timeout | null = null;
  function settle(): void {
    settling = null;
    workspace.setHint(now());
  }
  function look(): void {
    const hint = now();
    if (hint === null || hint.as === null) workspace.setHint(hint);
    else settling ??= setTimeout(settle, SETTLES_MS);
  }
  workspace.events.on("changed", look);
  look();
  return () => {
    workspace.events.off("changed", look);
    if (settling) clearTimeout(settling);
  };
}

/** Messages arrive one after another: what is to be pressed is said when they have. */
const SETTLES_MS = 900;

const person = (name: (typeof PEOPLE)[number]["name"]) => PEOPLE.find((one) => one.name === name)!;
const OPERATOR = person("ana");
/** Who may approve, in the order in which they are asked. */
const APPROVERS = [person("bo"), person("chen")];

/** What to do now, read from the messages alone: from the buttons that they offer, in whatever language. */
export function nextHint(workspace: Workspace, told: Told): Hint | null {
  const posted = workspace.messages.filter(({ user, ephemeralTo }) => user === workspace.bot.userId && ephemeralTo === null);
  const cards = posted.filter((message) => message.threadTs === null && labelOf(message, "details") !== null);
  const threadOf = (card: Message) => posted.filter(({ threadTs }) => threadTs === card.ts);
  const open = cards.filter((message) => labelOf(message, "check-again") !== null);
  // What a run brings to light meanwhile waits until it has ended.
  const card = open.find((one) => isRunning(threadOf(one))) ?? open.at(-1) ?? cards.at(-1);
  if (!card) return null;
  const thread = threadOf(card);
  const at = { channel: card.channel, thread: thread.length > 0 ? card.ts : null };
  return labelOf(card, "check-again") === null ? afterwards(card, thread, at, told) : meanwhile(card, thread, at, told);
}

type Place = Pick<Hint, "channel" | "thread">;

function meanwhile(card: Message, thread: readonly Message[], at: Place, { askFor }: Told): Hint {
  const plan = thread.findLast((message) => labelOf(message, "approve") !== null);
  const home = { channel: card.channel, thread: null };
  return (
    whileItRuns(thread, at) ??
    (plan ? voting(plan, at) : null) ??
    (isAboutToRun(thread) ? { text: CARRIED_OUT, as: null, ...at } : null) ??
    afterRun(card, lastRun(thread), at) ??
    (askFor === undefined ? null : { text: `Type ${askFor} as ${OPERATOR.realName}.`, as: OPERATOR.id, ...home }) ??
    onCard(card, home)
  );
}

function whileItRuns(thread: readonly Message[], at: Place): Hint | null {
  const waiting = thread.findLast((message) => labelOf(message, "go-on") !== null);
  const last = lastRun(thread);
  if (!waiting) return last && isUnderWay(last) ? { text: watching(last), as: null, ...at } : null;
  // To try a step of an approved plan again needs who may approve it.
  const [approver] = APPROVERS;
  const press = `press “${labelOf(waiting, "go-on")}” as ${approver!.realName}`;
  return { text: `The run stands still and needs somebody. In the thread, ${press}.`, as: approver!.id, ...at };
}

function afterRun(card: Message, last: Message | undefined, at: Place): Hint | null {
  if (!last) return null;
  if (last.text.includes("🟢") && !isComparison(last))
    return { text: "It runs again. The card turns green after a few good looks at DM.", as: null, ...at };
  if (!isComparison(last) || labelOf(card, "show-plan") !== null) return null;
  const text = "The comparison is over: its result is in the thread, and in a moment the card says what follows.";
  return { text, as: null, ...at };
}

/** The run's own message: under way, or ended with its audit trail; reports of what it found have no such button. */
const lastRun = (thread: readonly Message[]) =>
  thread.findLast(
    (message) => /\bR-\d+ · /.test(message.text) && (isUnderWay(message) || labelOf(message, "show-audit") !== null),
  );
const isRunning = (thread: readonly Message[]): boolean => {
  const last = lastRun(thread);
  return last !== undefined && isUnderWay(last);
};
const isUnderWay = ({ text }: Message): boolean => text.startsWith("🔵");
const isComparison = ({ text }: Message): boolean =>
  LANGUAGES.some((language) => text.includes(PLAYBOOK_NAMES[language]["compare-rows"]));

function watching(run: Message): string {
  if (labelOf(run, "stop-comparison") !== null) return "Both sides are compared row by row: watch the numbers in the thread.";
  return /GiB/.test(wordsOf(run))
    ? "DM reads the file: watch the bar in the thread. Inside one huge transaction its own place stands still for a while."
    : CARRIED_OUT;
}

const CARRIED_OUT = "The approved plan is carried out: watch its steps tick in the thread.";

/** The newest plan names its run, and the run's own message is still on its way. */
function isAboutToRun(thread: readonly Message[]): boolean {
  const plan = thread.findLast(({ text }) => /\bP-\d+:/.test(text));
  const run = plan && /\bR-\d+\b/.exec(wordsOf(plan))?.[0];
  return run !== undefined && !thread.some(({ text }) => text.includes(`${run} · `));
}

function voting(plan: Message, at: Place): Hint {
  const approve = labelOf(plan, "approve");
  // Only a plan that is not safe can be pushed through by breaking the glass.
  if (labelOf(plan, "break-glass") === null)
    return {
      text: `The plan waits for a vote. Read it in the thread, then press “${approve}” as ${OPERATOR.realName}.`,
      as: OPERATOR.id,
      ...at,
    };
  const words = wordsOf(plan);
  const votes = APPROVERS.filter(({ name, realName }) => [name, realName].some((one) => words.includes(`✔ ${one}`)));
  const voter = APPROVERS.find((one) => !votes.includes(one)) ?? APPROVERS[0]!;
  const needsTwo = /\b2 needed|需要 2 票/.test(words);
  const text = !needsTwo
    ? `The plan waits for a vote. Read it in the thread, then press “${approve}” as ${voter.realName}.`
    : votes.length === 0
      ? `The plan touches data, so two different people must agree. Read it in the thread, press “${approve}” as ${voter.realName} and write why.`
      : `One vote is in; nobody can give both. Press “${approve}” as ${voter.realName} and write why.`;
  return { text, as: voter.id, ...at };
}

function onCard(card: Message, home: Place): Hint {
  const compare = labelOf(card, "compare");
  const show = labelOf(card, "show-plan");
  if (show !== null)
    return {
      text: `Read the card, then press “${show}” as ${OPERATOR.realName}. (Kim Park may only look: try it.)`,
      as: OPERATOR.id,
      ...home,
    };
  if (compare !== null)
    return {
      text: `DM sees nothing wrong, so only the databases can tell. Press “${compare}” as ${OPERATOR.realName}: it only reads.`,
      as: OPERATOR.id,
      ...home,
    };
  const details = `Press “${labelOf(card, "details")}” on the card to see how the bot knows, and what it advises.`;
  return { text: `No repair is offered now. ${details}`, as: null, ...home };
}

function afterwards(card: Message, thread: readonly Message[], at: Place, told: Told): Hint {
  const run = thread.findLast((message) => labelOf(message, "show-audit") !== null);
  const more = `${told.afterwards ?? "Type /dm audit, or look at the bot's Home."} Other incidents: npm run demo -- --list.`;
  if (!run) return { text: `It is over; nobody had to do anything. ${more}`, as: null, channel: card.channel, thread: null };
  return {
    text: `It is over. In the thread, press “${labelOf(run, "show-audit")}” to see who did what. ${more}`,
    as: null,
    ...at,
  };
}
