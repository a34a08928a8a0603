import type { Alert } from "../../domain/alert/alert.ts";
import type { AuditDraft, AuditEvent, AuditHead } from "../../domain/audit/audit-event.ts";
import type { Incident } from "../../domain/incident/incident.ts";
import type { Plan } from "../../domain/plan/plan.ts";
import type { Run, RunLock } from "../../domain/run/run.ts";
import type { Document } from "../../domain/wording/document.ts";
import type { RecordStore } from "./records.ts";

/** Thrown by the work of a transaction that read something which is not so any more: the store runs the work again. */
export class ChangedMeanwhile extends Error {}

/**
 * Everything durable. Two real implementations (SQLite, MySQL/TiDB) pass one contract suite.
 * `transaction` is all or nothing and may be run again by the store after a serialization failure or deadlock: the work must
 * only touch `tx`. Reads outside a transaction see committed data.
 */
export interface Store extends StoreParts {
  transaction<T>(work: (tx: StoreParts) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface StoreParts {
  readonly inbox: Inbox;
  readonly incidents: IncidentStore;
  readonly plans: PlanStore;
  readonly runs: RunStore;
  readonly audit: AuditStore;
  readonly outbox: Outbox;
  readonly clicks: ClickStore;
  readonly leases: LeaseStore;
  readonly kept: KeptTexts;
  readonly records: RecordStore;
  /** The next number of a series, from 1, without doubles (gaps are allowed): for `I-17`, `P-4`, `R-2`, `C-3`. */
  nextNumber(series: "incident" | "plan" | "run" | "comparison"): Promise<number>;
}

export interface Inbox {
  /** Stores alerts not seen before by (fingerprint, startsAt, status); returns how many were new. Durable when it resolves. */
  put(alerts: readonly Alert[]): Promise<number>;
  /** The oldest not yet handled. */
  waiting(limit: number): Promise<readonly { readonly id: number; readonly alert: Alert }[]>;
  handled(ids: readonly number[], at: number): Promise<void>;
  countWaiting(): Promise<number>;
  /** Drops handled ones received before then; returns how many. */
  forgetHandledBefore(at: number): Promise<number>;
}

export interface IncidentStore {
  insert(incident: Incident): Promise<void>;
  /** Stores `incident` with version + 1 if the stored version is `incident.version`. */
  update(incident: Incident): Promise<"stored" | "changed-meanwhile">;
  get(id: string): Promise<Incident | null>;
  open(cluster?: string): Promise<readonly Incident[]>;
  /** Newest first. */
  recent(limit: number, cluster?: string): Promise<readonly Incident[]>;
}

export interface PlanStore {
  insert(plan: Plan): Promise<void>;
  /** As `IncidentStore.update`. */
  update(plan: Plan): Promise<"stored" | "changed-meanwhile">;
  get(id: string): Promise<Plan | null>;
  /** Plans in state `open`, oldest first. */
  open(): Promise<readonly Plan[]>;
}

export interface RunStore {
  /** Inserts the run and all its locks, or nothing: one run at a time for all that it touches. */
  insert(
    run: Run,
    locks: readonly RunLock[],
  ): Promise<
    { readonly kind: "inserted" } | { readonly kind: "blocked"; readonly by: { readonly run: string; readonly lock: RunLock } }
  >;
  /** Stores with version + 1 if the version is unchanged and, where a fence is given, no newer one holds the lease `active`. */
  update(run: Run, fence: number | null): Promise<"stored" | "changed-meanwhile" | "fenced-off">;
  releaseLocks(run: string): Promise<void>;
  get(id: string): Promise<Run | null>;
  /** Runs in state `running`, oldest first: what a restart has to go on with. */
  unfinished(): Promise<readonly Run[]>;
  needingPerson(): Promise<readonly Run[]>;
  ofPlan(plan: string): Promise<Run | null>;
  recent(limit: number, cluster?: string): Promise<readonly Run[]>;
  locks(): Promise<readonly { readonly run: string; readonly lock: RunLock }[]>;
}

export interface AuditStore {
  /** Chains the event to the last one; in the transaction of the change that it tells of. Returns it with number and hashes. */
  append(draft: AuditDraft): Promise<AuditEvent>;
  last(): Promise<AuditEvent | null>;
  count(): Promise<number>;
  /** In order of sequence, from `from` (inclusive), at most `limit`. */
  read(from: number, limit: number): Promise<readonly AuditEvent[]>;
  /** Newest first. */
  about(
    filter: { readonly task?: string; readonly incident?: string; readonly run?: string; readonly plan?: string },
    limit: number,
  ): Promise<readonly AuditEvent[]>;
  putHead(head: AuditHead): Promise<void>;
  heads(): Promise<readonly AuditHead[]>;
}

/**
 * The wished-for state of every message, by key. A key that was never posted is posted, later wishes update it in place;
 * wishes of one key merge, a new key is never dropped.
 */
export interface Outbox {
  wish(message: WishedMessage): Promise<void>;
  /** Messages whose wish is ahead of what was sent, due at `now`, most urgent first, then oldest. */
  due(now: number, limit: number): Promise<readonly OutboxMessage[]>;
  /** Before the call: a crash after this makes a first post `uncertain`. */
  sending(key: string, now: number): Promise<void>;
  sent(key: string, sentWish: number, channel: string, ts: string, now: number): Promise<void>;
  /** Try again not before then. `uncertain`: the reply was lost, so a first post may be there already. */
  retry(key: string, notBefore: number, why: string, uncertain: boolean): Promise<void>;
  /** Given up for good (archived channel with no default, message too old to edit). */
  failed(key: string, why: string): Promise<void>;
  get(key: string): Promise<OutboxMessage | null>;
  waiting(): Promise<{ readonly count: number; readonly oldestAt: number | null }>;
  /** Where a posted message is, by channel and ts: old buttons find their thread. */
  byAddress(channel: string, ts: string): Promise<OutboxMessage | null>;
}

export interface WishedMessage {
  /** `incident:I-17:card`, `plan:P-4`, `run:R-2:step:3`. */
  readonly key: string;
  readonly channel: string;
  /** The key of the message whose thread this belongs to; waits until that one is posted. */
  readonly threadOf: string | null;
  readonly document: Document;
  readonly urgency: 0 | 1 | 2;
  readonly at: number;
}

export interface OutboxMessage extends WishedMessage {
  /** Rises with every wish. */
  readonly wish: number;
  /** The wish that Slack shows; 0: never posted. */
  readonly sentWish: number;
  readonly state: "waiting" | "sending" | "sent" | "failed";
  /** The reply to a first post was lost: sent again at most once, marked as a repeat. */
  readonly uncertain: boolean;
  readonly repeated: boolean;
  readonly attempts: number;
  readonly notBefore: number;
  readonly ts: string | null;
  readonly lastError: string | null;
}

/** Clicks, submissions and commands that change something: stored before they are worked on, each once. */
export interface ClickStore {
  /** false when this id was stored before (a double delivery, a retry). */
  put(click: StoredClick): Promise<boolean>;
  waiting(limit: number): Promise<readonly StoredClick[]>;
  answered(id: string, at: number, outcome: string): Promise<void>;
  get(id: string): Promise<(StoredClick & { readonly outcome: string | null }) | null>;
}

export interface StoredClick {
  readonly id: string;
  readonly action: string;
  readonly value: string;
  readonly person: { readonly id: string; readonly name: string | null; readonly identity: "slack" | "stand-in" };
  readonly channel: string | null;
  readonly messageTs: string | null;
  /** For the answer; null where only an ephemeral post can reach the person. Good for 30 minutes and five uses. */
  readonly responseUrl: string | null;
  /** When the person clicked: roles, expiry and state are judged as of then. */
  readonly at: number;
  readonly reason: string;
}

export interface LeaseStore {
  /** Takes or prolongs the lease if it is free, ours or over, on the store's own clock. The fence rises with every change of owner. */
  take(
    name: string,
    owner: string,
    seconds: number,
  ): Promise<{ readonly kind: "held"; readonly fence: number } | { readonly kind: "other"; readonly owner: string }>;
  giveUp(name: string, owner: string): Promise<void>;
  /** Nobody has taken it since with a newer fence. In a transaction nobody can until its end. */
  isNewest(name: string, fence: number): Promise<boolean>;
}

/** Texts that must survive (a task's YAML, sealed) under a name. */
/** Eight hex digits that tell this store from every other one, made with it: what is written outside carries them. */
export const INSTALLATION = "installation";

export interface KeptTexts {
  put(name: string, text: string): Promise<void>;
  get(name: string): Promise<string | null>;
}
