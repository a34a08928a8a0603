import type { Hint, Json, Message, Workspace } from "../stand-ins/slack/workspace.ts";
import { PEOPLE } from "./cast.ts";

/** Keeps the page's hint in step with what is to be done next, until it is called. */
export function guide(workspace: Workspace, askFor: string | null): () => void {
  const look = (): void => workspace.setHint(nextHint(workspace, askFor));
  workspace.events.on("changed", look);
  look();
  return () => workspace.events.off("changed", look);
}

const person = (name: (typeof PEOPLE)[number]["name"]) => PEOPLE.find((one) => one.name === name)!;
const OPERATOR = person("ana");
const APPROVER = person("bo");

/** What to do now, read from the messages alone: from the buttons that they offer, in whatever language. */
export function nextHint(workspace: Workspace, askFor: string | null): Hint | null {
  const posted = workspace.messages.filter(({ user, ephemeralTo }) => user === workspace.bot.userId && ephemeralTo === null);
  const cards = posted.filter((message) => message.threadTs === null && labelOf(message, "details") !== null);
  const card = cards.findLast((message) => labelOf(message, "check-again") !== null) ?? cards.at(-1);
  if (!card) return null;
  const thread = posted.filter(({ threadTs }) => threadTs === card.ts);
  const at = { channel: card.channel, thread: thread.length > 0 ? card.ts : null };
  return labelOf(card, "check-again") === null ? afterwards(card, thread, at) : meanwhile(card, thread, at, askFor);
}

type Place = Pick<Hint, "channel" | "thread">;

function meanwhile(card: Message, thread: readonly Message[], at: Place, askFor: string | null): Hint {
  const waiting = thread.findLast((message) => labelOf(message, "go-on") !== null);
  if (waiting)
    return {
      text: `The run stands still and needs somebody. In the thread, press “${labelOf(waiting, "go-on")}” as ${OPERATOR.realName}.`,
      as: OPERATOR.id,
      ...at,
    };
  const runs = thread.filter(({ text }) => /\bR-\d+ · /.test(text));
  const last = runs.at(-1);
  if (last && !hasButtons(last))
    return { text: "The approved plan is carried out: watch its steps tick in the thread.", as: null, ...at };
  const plan = thread.findLast((message) => labelOf(message, "approve") !== null);
  if (plan) {
    // Only a plan that is not safe can be pushed through by breaking the glass.
    const voter = labelOf(plan, "break-glass") === null ? OPERATOR : APPROVER;
    return {
      text: `The plan waits for a vote. Read it in the thread, then press “${labelOf(plan, "approve")}” as ${voter.realName}.`,
      as: voter.id,
      ...at,
    };
  }
  const home = { channel: card.channel, thread: null };
  if (askFor !== null) return { text: `Type ${askFor} as ${OPERATOR.realName}.`, as: OPERATOR.id, ...home };
  const show = labelOf(card, "show-plan");
  if (last?.text.includes("🟢"))
    return { text: "It runs again. The card turns green after a few good looks at DM.", as: null, ...at };
  if (show !== null)
    return {
      text: `Read the card, then press “${show}” as ${OPERATOR.realName}. (Kim Park may only look: try it.)`,
      as: OPERATOR.id,
      ...home,
    };
  return {
    text: `No repair is offered now. Press “${labelOf(card, "details")}” on the card to see how the bot knows, and what it advises.`,
    as: null,
    ...home,
  };
}

function afterwards(card: Message, thread: readonly Message[], at: Place): Hint {
  const run = thread.findLast((message) => labelOf(message, "show-audit") !== null);
  const more = "Type /dm audit, or look at the bot's Home. Other incidents: npm run demo -- --list.";
  if (!run) return { text: `It is over; nobody had to do anything. ${more}`, as: null, channel: card.channel, thread: null };
  return {
    text: `It is over. In the thread, press “${labelOf(run, "show-audit")}” to see who did what. ${more}`,
    as: null,
    ...at,
  };
}

const hasButtons = ({ blocks }: Message): boolean => blocks.some(({ type }) => type === "actions");

/** The words on a button of this action, or null: the message has none. */
function labelOf({ blocks }: Message, action: string): string | null {
  for (const block of blocks)
    for (const element of (block.type === "actions" ? block.elements : []) as readonly Json[])
      if (String(element.action_id).split(":")[0] === action) return String((element.text as Json | undefined)?.text ?? action);
  return null;
}
