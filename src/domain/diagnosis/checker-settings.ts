/** DM's default for `checker.backoff-max` (dm-facts §3). */
export const DEFAULT_BACKOFF_SECONDS = 300;
