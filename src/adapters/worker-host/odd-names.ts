import type { HostWork } from "../../app/ports/worker-host.ts";
import { isBinlogName, isHostName } from "../../domain/relay/host-word.ts";
import { relayPhrase } from "../../domain/relay/relay-phrases.ts";
import type { Problem } from "./answers.ts";

type Refused = Problem & { readonly kind: "refused" };

/** Names that a shell would read are refused before anything runs, and before a person is shown them in a command. null: all are plain. */
export function oddIn(work: HostWork): Refused | null {
  switch (work.kind) {
    case "stop-worker":
    case "start-worker":
      return null;
    case "restore":
      return (work.file && oddName(work.file)) ?? (work.meta && oddName(work.meta));
    case "write-relay-meta":
    case "fetch-binlog":
    case "put-in-place":
    case "clean-up":
      return oddName(work);
    default:
      return work satisfies never;
  }
}

function oddName(work: { readonly run: string; readonly subDirectory?: string; readonly file?: string }): Refused | null {
  const { run, subDirectory, file } = work;
  const odd =
    [run, subDirectory].find((name) => name !== undefined && !isHostName(name)) ??
    (file !== undefined && !isBinlogName(file) ? file : undefined);
  return odd === undefined ? null : { kind: "refused", reason: relayPhrase("relay-name-odd", { name: odd }) };
}
