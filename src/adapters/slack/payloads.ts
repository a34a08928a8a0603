import { z } from "zod";

/** What we read of a button press; Slack sends far more. */
export const ActionPayload = z.object({
  user: z.object({ id: z.string(), name: z.string().optional(), username: z.string().optional() }),
  channel: z.object({ id: z.string() }).optional(),
  container: z.object({ channel_id: z.string().optional(), message_ts: z.string().optional() }).optional(),
  message: z.object({ ts: z.string(), thread_ts: z.string().optional() }).optional(),
  response_url: z.string().optional(),
  trigger_id: z.string().optional(),
  actions: z
    .array(
      z.object({
        action_id: z.string(),
        action_ts: z.string(),
        value: z.string().optional(),
        selected_option: z.object({ value: z.string() }).nullish(),
      }),
    )
    .min(1),
});
export type ActionPayload = z.infer<typeof ActionPayload>;

/** What a reason modal carries; ids only. */
export const ReasonMetadata = z.object({
  action: z.string(),
  value: z.string(),
  channel: z.string().nullable(),
  messageTs: z.string().nullable(),
  /** Absent in a modal that an older version of the bot opened. */
  threadTs: z.string().nullish(),
});
