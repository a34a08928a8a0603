/** Names are documented in docs/metrics.md; a test compares. Labels are small closed sets or configured names. */
export interface Metrics {
  count(name: CounterName, labels?: Readonly<Record<string, string>>, by?: number): void;
  set(name: GaugeName, value: number, labels?: Readonly<Record<string, string>>): void;
  observe(name: HistogramName, seconds: number, labels?: Readonly<Record<string, string>>): void;
}

export const COUNTERS = {
  dm_medic_polls_total: ["cluster", "outcome"],
  dm_medic_alerts_received_total: ["outcome"],
  dm_medic_webhooks_refused_total: ["reason"],
  dm_medic_incidents_opened_total: ["cluster", "kind"],
  dm_medic_incidents_closed_total: ["cluster", "kind"],
  dm_medic_plans_total: ["cluster", "playbook", "outcome"],
  dm_medic_votes_total: ["outcome"],
  dm_medic_runs_total: ["cluster", "playbook", "outcome"],
  dm_medic_steps_total: ["action", "outcome"],
  dm_medic_clicks_total: ["action", "outcome"],
  dm_medic_slack_sends_total: ["kind", "outcome"],
  dm_medic_slack_rate_limited_total: [],
  dm_medic_slack_requests_refused_total: ["status"],
  dm_medic_unreadable_answers_total: ["cluster"],
} as const;
export const GAUGES = {
  dm_medic_last_successful_poll_timestamp_seconds: ["cluster"],
  dm_medic_open_incidents: ["cluster"],
  dm_medic_outbox_waiting: [],
  dm_medic_outbox_oldest_age_seconds: [],
  dm_medic_inbox_waiting: [],
  dm_medic_slack_connected: [],
  dm_medic_active: [],
} as const;
export const HISTOGRAMS = {
  dm_medic_poll_seconds: ["cluster"],
  dm_medic_webhook_seconds: [],
  dm_medic_click_ack_seconds: [],
} as const;
export type CounterName = keyof typeof COUNTERS;
export type GaugeName = keyof typeof GAUGES;
export type HistogramName = keyof typeof HISTOGRAMS;
