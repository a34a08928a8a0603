/** The slash commands, in one place. Slack may keep `/dm` for itself; the second one then does the same, as does a mention. */
export const COMMAND_NAMES = ["/dm", "/dm-medic"] as const;
export const PRIMARY_COMMAND: string = COMMAND_NAMES[0];
