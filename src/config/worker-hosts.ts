import { z } from "zod";
import { isHostPath, isHostWord } from "../domain/relay/host-word.ts";

const FILE = "{file}";
const TARGET = "{target}";

const text = z.string().regex(/^[^\p{Cc}]{1,1024}$/u, "must be 1 to 1024 characters without line breaks");
const hostText = text.refine((word) => isHostWord(word.replaceAll(FILE, "x").replaceAll(TARGET, "x")), {
  error: "must be made of letters, digits and _ . , / : @ + = - only: sshd hands it to a login shell",
});

/** Either of two places, each with its own rule for words, so that a problem names the word that is wrong. */
const places = { onHost: z.array(hostText).min(1).optional(), here: z.array(text).min(1).optional() };
type Places = { readonly onHost?: readonly string[] | undefined; readonly here?: readonly string[] | undefined };
const namesOnePlace = ({ onHost, here }: Places): boolean => (onHost === undefined) !== (here === undefined);
const ONE_PLACE = "must have either onHost (run on the worker's host) or here (run where the bot runs)";
const holds = (words: readonly string[] | undefined, placeholder: string): boolean =>
  words?.some((word) => word.includes(placeholder)) ?? false;

/** A command whose words hold every one of these placeholders. */
const command = (...placeholders: readonly string[]) =>
  z
    .strictObject(places)
    .refine(namesOnePlace, ONE_PLACE)
    .refine(({ onHost, here }) => placeholders.every((each) => holds(onHost ?? here, each)), {
      error: `must hold ${placeholders.join(" and ")}, which the bot fills in`,
    });
const status = z
  .strictObject({
    ...places,
    running: z.array(z.string()).min(1).default(["active"]),
    stopped: z.array(z.string()).min(1).default(["inactive", "failed"]),
  })
  .refine(namesOnePlace, ONE_PLACE)
  .refine(({ running, stopped }) => !running.some((word) => stopped.includes(word)), "the same word cannot mean both");

const relayDirectory = z.string().refine(isHostPath, {
  error: "must be an absolute path of letters, digits and _ . , : @ + - without . and .. in it",
});

/** How the host of one DM-worker is reached. `by-hand` takes the same commands, to show them to people; it needs none. */
const workerHost = z.discriminatedUnion("form", [
  z.strictObject({
    form: z.literal("command"),
    run: z.array(text),
    relayDirectory,
    stop: command(),
    start: command(),
    status,
    fetch: command(FILE, TARGET).optional(),
    sha256: command(FILE).optional(),
    commandSeconds: z.number().int().min(1).max(600).default(30),
  }),
  z.strictObject({
    form: z.literal("by-hand"),
    relayDirectory,
    stop: command().optional(),
    start: command().optional(),
    fetch: command(FILE, TARGET).optional(),
    sha256: command(FILE).optional(),
  }),
]);
type WorkerHostFile = z.infer<typeof workerHost>;

/** By the worker's name, as list-member shows it. */
export const workerHostsSchema = z
  .record(z.string().regex(/^[^\p{Cc}]{1,128}$/u, "must be a worker's name"), workerHost)
  .default({});

export interface HostCommand {
  readonly where: "here" | "on-host";
  readonly words: readonly string[];
}

/** Everything checked; null: not configured. */
export interface WorkerHostConnection {
  readonly worker: string;
  readonly form: "command" | "by-hand";
  readonly run: readonly string[];
  readonly relayDirectory: string;
  readonly stop: HostCommand | null;
  readonly start: HostCommand | null;
  readonly status: (HostCommand & { readonly running: readonly string[]; readonly stopped: readonly string[] }) | null;
  readonly fetch: HostCommand | null;
  readonly sha256: HostCommand | null;
  readonly commandSeconds: number;
  /** What the commands see of the environment: where programs, keys and their settings are, none of the bot's secrets. */
  readonly environment: Readonly<Record<string, string>>;
}

const PASSED_ON = ["PATH", "HOME", "USER", "SSH_AUTH_SOCK", "KUBECONFIG", "TIUP_HOME"];

export function workerHostsOf(
  hosts: Readonly<Record<string, WorkerHostFile>>,
  environment: Readonly<Record<string, string | undefined>>,
): readonly WorkerHostConnection[] {
  const passedOn = PASSED_ON.flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.entries(hosts).map(([worker, host]) => ({
    worker,
    form: host.form,
    run: host.form === "command" ? host.run : [],
    relayDirectory: host.relayDirectory,
    stop: commandOf(host.stop),
    start: commandOf(host.start),
    status:
      host.form === "command" ? { ...commandOf(host.status)!, running: host.status.running, stopped: host.status.stopped } : null,
    fetch: commandOf(host.fetch),
    sha256: commandOf(host.sha256),
    commandSeconds: host.form === "command" ? host.commandSeconds : 30,
    environment: Object.fromEntries(passedOn),
  }));
}

function commandOf(places: Places | undefined): HostCommand | null {
  if (places?.onHost) return { where: "on-host", words: places.onHost };
  return places?.here ? { where: "here", words: places.here } : null;
}
