import { EventEmitter } from "node:events";

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly realName: string;
  readonly title: string;
}
export interface UserGroup {
  readonly id: string;
  readonly handle: string;
  readonly name: string;
  readonly users: readonly string[];
}
export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly topic: string;
  /** false: the app was never invited. */
  readonly isMember?: boolean;
  readonly isArchived?: boolean;
  /** One person's conversation with the app. */
  readonly isDirect?: boolean;
}
export type Json = Readonly<Record<string, unknown>>;

export interface Message {
  readonly ts: string;
  readonly channel: string;
  readonly threadTs: string | null;
  readonly user: string;
  text: string;
  blocks: readonly Json[];
  edited: number;
  /** People and groups that this message pinged when it was posted; an edit pings nobody. */
  readonly pings: readonly string[];
  /** Only this person sees it. */
  readonly ephemeralTo: string | null;
  readonly files?: readonly SharedFile[];
}

export interface SharedFile {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly text: string;
}

export interface View {
  readonly id: string;
  readonly person: string;
  view: Json;
  hash: string;
}

/** What a person who tries the workspace may do now. */
export interface Hint {
  readonly text: string;
  /** The person who may. */
  readonly as: string | null;
  readonly channel: string | null;
  /** The thread where it happens. */
  readonly thread: string | null;
}

/** What is true behind the page, to be seen beside the bot's words. */
export interface Board {
  readonly title: string;
  /** What the rows come to, in a few words. */
  readonly summary: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly BoardCell[])[];
  /** How it is known, and what of it is pretended. */
  readonly note: string;
}
export interface BoardCell {
  readonly text: string;
  readonly tone: "plain" | "good" | "bad";
}

export interface Bot {
  readonly userId: string;
  readonly botId: string;
  readonly appId: string;
  readonly name: string;
  /** Granted ones, told with every answer; without it those that a bot like this one asks for. */
  readonly scopes?: readonly string[];
}

/** What a workspace holds. Everything that changes is told by `changed`, so that nobody has to ask in a loop. */
export class Workspace {
  readonly events = new EventEmitter();
  readonly messages: Message[] = [];
  readonly modals = new Map<string, View[]>();
  readonly homes = new Map<string, Json>();
  /** Conversations of one person with the app, by person; opened when the app first writes there. */
  readonly directs = new Map<string, Channel>();
  /** By file id; `text` is null until the file has arrived. */
  readonly uploads = new Map<
    string,
    { readonly id: string; readonly name: string; readonly length: number; text: string | null }
  >();
  /** "the app did not respond" and its like, by person. */
  readonly toasts: { readonly person: string; readonly text: string; readonly at: number }[] = [];
  readonly people: readonly Person[];
  readonly groups: readonly UserGroup[];
  readonly channels: readonly Channel[];
  readonly bot: Bot;
  readonly team = { id: "T0STANDIN", domain: "stand-in", name: "Stand-in workspace" };
  /** What happens behind the page, what to do now, and what is true: all three are the stand-in's words, not Slack's. */
  banner = "";
  hint: Hint | null = null;
  board: Board | null = null;
  #last = 0;
  #numbers = 0;

  constructor(parts: {
    readonly people: readonly Person[];
    readonly groups: readonly UserGroup[];
    readonly channels: readonly Channel[];
    readonly bot: Bot;
  }) {
    this.people = parts.people;
    this.groups = parts.groups;
    this.channels = parts.channels;
    this.bot = parts.bot;
    this.events.setMaxListeners(0);
  }

  changed(): void {
    this.events.emit("changed");
  }
  /** Slack's timestamps: unique in a workspace, in order. */
  nextTs(): string {
    this.#last = Math.max(this.#last + 1, Math.floor(Date.now() * 1000));
    const digits = String(this.#last);
    return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
  }
  nextId(prefix: string): string {
    return `${prefix}${(++this.#numbers).toString(36).toUpperCase().padStart(8, "0")}`;
  }
  person(id: string): Person | null {
    return this.people.find((candidate) => candidate.id === id) ?? null;
  }
  channel(id: string): Channel | null {
    return [...this.channels, ...this.directs.values()].find((candidate) => candidate.id === id) ?? null;
  }
  direct(person: string): Channel {
    const open = this.directs.get(person);
    if (open) return open;
    const channel = { id: this.nextId("D"), name: this.bot.name, topic: "Only you and the app", isDirect: true };
    this.directs.set(person, channel);
    return channel;
  }
  message(channel: string, ts: string): Message | null {
    return this.messages.find((candidate) => candidate.channel === channel && candidate.ts === ts) ?? null;
  }
  toast(person: string, text: string): void {
    this.toasts.push({ person, text, at: Date.now() });
    this.changed();
  }
  setBanner(text: string): void {
    this.banner = text;
    this.changed();
  }
  setHint(hint: Hint | null): void {
    if (JSON.stringify(hint) === JSON.stringify(this.hint)) return;
    this.hint = hint;
    this.changed();
  }
  setBoard(board: Board | null): void {
    if (JSON.stringify(board) === JSON.stringify(this.board)) return;
    this.board = board;
    this.changed();
  }
  /** Resolves with the first value that is not null, looked at after every change; rejects after so many milliseconds. */
  async waitFor<T>(what: string, look: () => T | null | undefined | false, withinMs = 15_000): Promise<T> {
    const now = look();
    if (now) return now;
    return new Promise<T>((resolve, reject) => {
      const end = (settle: () => void): void => {
        clearTimeout(timer);
        this.events.off("changed", check);
        settle();
      };
      const check = (): void => {
        const value = look();
        if (value) end(() => resolve(value));
      };
      const timer = setTimeout(() => end(() => reject(new Error(`waited ${withinMs} ms for: ${what}`))), withinMs);
      this.events.on("changed", check);
    });
  }
}
