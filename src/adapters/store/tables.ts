/** The rows as both engines hold them. Documents are JSON texts; times are milliseconds since the epoch; flags are 0 or 1. */
export interface Tables {
  inbox: {
    id?: number;
    fingerprint: string;
    starts_at: number;
    status: string;
    received_at: number;
    body: string;
    handled_at: number | null;
  };
  incidents: { id: string; cluster: string; state: string; opened_at: number; version: number; body: string };
  plans: { id: string; incident: string | null; state: string; created_at: number; version: number; body: string };
  runs: { id: string; plan: string; cluster: string; state: string; started_at: number; version: number; body: string };
  run_locks: { cluster: string; what: string; name: string; run: string };
  audit: {
    sequence: number;
    at: number;
    kind: string;
    task: string | null;
    incident: string | null;
    plan: string | null;
    run: string | null;
    body: string;
    previous_hash: string;
    hash: string;
  };
  audit_tail: { id: number; sequence: number; hash: string };
  audit_heads: { sequence: number; at: number; hash: string; signature: string; key_id: string };
  outbox: {
    message_key: string;
    channel: string;
    thread_of: string | null;
    body: string;
    urgency: number;
    wished_at: number;
    wish: number;
    sent_wish: number;
    state: string;
    uncertain: number;
    repeated: number;
    attempts: number;
    not_before: number;
    posted_channel: string | null;
    ts: string | null;
    last_error: string | null;
  };
  clicks: { id: string; at: number; body: string; outcome: string | null; answered_at: number | null };
  leases: { name: string; owner: string; fence: number; expires_at: number };
  kept: { name: string; body: string };
  records: { kind: string; name: string; body: string };
  numbers: { series: string; last: number };
  migrations: { number: number; applied_at: number };
}
