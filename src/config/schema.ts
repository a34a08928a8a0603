import { z } from "zod";
import { workerHostsSchema } from "./worker-hosts.ts";

/** `${NAME}` names an environment variable, `{ file: path }` a file; a literal secret is refused. */
const secret = z.union([
  z.string().regex(/^\$\{[A-Z_][A-Z0-9_]*\}$/, "must be ${NAME_OF_A_VARIABLE} or { file: path }, never the secret itself"),
  z.strictObject({ file: z.string().min(1) }),
]);
export type SecretReference = z.infer<typeof secret>;

const channelId = z.string().regex(/^[CG][A-Z0-9]{2,}$/, "must be a channel's id (C… or G…), not its name");
const groupId = z.string().regex(/^S[A-Z0-9]{2,}$/, "must be a user group's id (S…)");
const userId = z.string().regex(/^[UW][A-Z0-9]{2,}$/, "must be a person's id (U…)");
const url = z.url({ protocol: /^https?$/, error: "must be an address such as http://dm-master:8261" });
const seconds = (least: number, most: number) => z.number().int().min(least).max(most);
const port = z.number().int().min(0).max(65_535);

const assigned = z
  .strictObject({ users: z.array(userId).default([]), groups: z.array(groupId).default([]) })
  .default({ users: [], groups: [] });
const roles = z.strictObject({ viewer: assigned, operator: assigned, approver: assigned, admin: assigned });

const account = z.strictObject({ user: z.string(), password: secret });

const cluster = z.strictObject({
  name: z.string().regex(/^[\w.-]{1,64}$/, "must be 1 to 64 letters, digits, dots, dashes or underscores"),
  masters: z.array(url).min(1),
  tls: z.strictObject({ ca: z.string(), cert: z.string(), key: z.string() }).optional(),
  channel: channelId,
  language: z.enum(["en", "zh"]).default("en"),
  pollSeconds: seconds(1, 3_600).default(15),
  roles,
  onCall: z.strictObject({ critical: groupId.optional(), warning: groupId.optional() }).default({}),
  tasks: z.strictObject({ folder: z.string().optional(), files: z.array(z.string()).default([]) }).default({ files: [] }),
  downstream: z
    .strictObject({ host: z.string(), port, user: z.string(), password: secret, ca: z.string().optional() })
    .optional(),
  /** Accounts of the downstream that write; without them the statements are shown instead. */
  metaWriter: account.optional(),
  rowWriter: account.optional(),
  /** What is known of sources besides DM, by their id. */
  sources: z
    .record(
      z.string(),
      z.strictObject({
        upstream: z
          .strictObject({
            host: z.string(),
            port: port.default(3306),
            user: z.string(),
            password: secret,
            ca: z.string().optional(),
          })
          .optional(),
        password: secret.optional(),
      }),
    )
    .default({}),
  taskPassword: secret.optional(),
  alertLabels: z.record(z.string(), z.string()).default({}),
  writes: z.enum(["allowed", "except-data", "refused"]).default("allowed"),
  frozen: z.boolean().default(false),
  defaultBackoffSeconds: seconds(1, 86_400).default(300),
  workerHosts: workerHostsSchema,
});

const slack = z.discriminatedUnion("mode", [
  z.strictObject({
    mode: z.literal("socket"),
    botToken: secret,
    appToken: secret,
    apiUrl: url.optional(),
    defaultChannel: channelId,
    auditChannel: channelId.optional(),
  }),
  z.strictObject({
    mode: z.literal("http"),
    botToken: secret,
    signingSecret: secret,
    port,
    apiUrl: url.optional(),
    defaultChannel: channelId,
    auditChannel: channelId.optional(),
  }),
]);

const store = z.union([
  z.strictObject({ sqlite: z.string() }),
  z.strictObject({
    mysql: z.strictObject({
      host: z.string(),
      port: port.default(3306),
      user: z.string(),
      password: secret,
      database: z.string(),
    }),
  }),
]);

const http = z.strictObject({
  host: z.string().default("127.0.0.1"),
  port,
  bodyAtMostBytes: z
    .number()
    .int()
    .min(1_024)
    .max(64 * 1_024 * 1_024)
    .default(4 * 1_024 * 1_024),
  webhook: z.union([z.strictObject({ bearer: secret }), z.strictObject({ hmac: secret })]),
});

const risks = z.array(z.enum(["safe", "disruptive", "data"]));
export const policySchema = z.strictObject({
  planExpirySeconds: seconds(60, 86_400).default(1_800),
  runDeadlineSeconds: seconds(60, 86_400).default(3_600),
  wellPollsToClose: seconds(1, 100).default(3),
  remindAfterSeconds: seconds(10, 86_400).default(900),
  remindAtMost: seconds(0, 100).default(4),
  reasonRequired: z
    .strictObject({ approve: risks.default(["data"]), reject: risks.default(["disruptive", "data"]) })
    .default({ approve: ["data"], reject: ["disruptive", "data"] }),
  ineffectiveRunsAtMost: seconds(1, 10).default(2),
  coolDownSeconds: seconds(0, 86_400).default(120),
  relapseSeconds: seconds(0, 2_592_000).default(3_600),
  waitUntilGoneSeconds: seconds(5, 3_600).default(300),
  verifySeconds: seconds(5, 3_600).default(180),
  leaseSeconds: seconds(6, 600).default(120),
  passFileSeconds: seconds(10, 172_800).default(14_400),
  compareSeconds: seconds(10, 604_800).default(28_800),
  compareRowsPerSecond: seconds(1, 10_000_000).default(5_000),
  relayAfterSwitch: z.boolean().default(false),
  lookAtBinlogsSeconds: seconds(1, 86_400).default(300),
  forgottenAfterSeconds: seconds(10, 2_592_000).default(3_600),
});

export const configSchema = z.strictObject({
  clusters: z.array(cluster).min(1),
  slack,
  store,
  http: http.optional(),
  policy: policySchema.default(policySchema.parse({})),
  keys: z.string().default("./data/keys"),
  logLevel: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
});
export type ConfigFile = z.infer<typeof configSchema>;
