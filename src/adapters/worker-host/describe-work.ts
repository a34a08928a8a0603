import type { FileWork, HandStep, HostWork, MetaWork } from "../../app/ports/worker-host.ts";
import { isHostWord } from "../../domain/relay/host-word.ts";
import { relayPhrase } from "../../domain/relay/relay-phrases.ts";
import type { HostCommand, WorkerHostOptions } from "./options.ts";
import { META, META_NAMES, namesOf, pathsOf, workFolder } from "./scene.ts";
import { fillIn } from "./shell.ts";

/** The same work for a person: what to do, and the commands with the real names, each ready for a shell. */
export function describeWork(options: WorkerHostOptions, work: HostWork): readonly HandStep[] {
  const { worker, relayDirectory } = options;
  switch (work.kind) {
    case "stop-worker":
      return [{ say: relayPhrase("by-hand-stop", { worker }), ...typed(options.stop) }];
    case "start-worker":
      return [{ say: relayPhrase("by-hand-start", { worker }), ...typed(options.start) }];
    case "fetch-binlog":
      return fetchSteps(options, work);
    case "put-in-place":
      return [onHost(relayPhrase("by-hand-put", { file: work.file }), placeLines(relayDirectory, work))];
    case "write-relay-meta":
      return [onHost(metaPhrase(work), metaLines(relayDirectory, work))];
    case "restore":
      return [onHost(relayPhrase("by-hand-restore", {}), restoreLines(relayDirectory, work.file, work.meta))];
    case "clean-up": {
      const folder = `${relayDirectory}/${workFolder(work.run)}`;
      const names = [...Object.values(namesOf(work.file)), ...Object.values(META_NAMES)].map((name) => `${folder}/${name}`);
      return [
        onHost(
          relayPhrase("by-hand-clean-up", { folder }),
          [
            ["rm", "-f", ...names],
            ["rmdir", folder],
          ].map(lineOf),
        ),
      ];
    }
    default:
      return work satisfies never;
  }
}

function fetchSteps(options: WorkerHostOptions, work: FileWork): HandStep[] {
  const { relayDirectory, fetch, sha256 } = options;
  const { file, sizeBytes } = work;
  const { sub, work: folder } = pathsOf(relayDirectory, work);
  const { part, checked } = namesOf(file);
  const target = `${folder}/${part}`;
  const like = `${sub}/${work.replacesBytes === null ? META : file}`;
  const say = relayPhrase("by-hand-fetch", { file, target, size: sizeBytes });
  const check = [
    ["wc", "-c", target],
    ...(sha256 ? [["sha256sum", target]] : []),
    ["chown", `--reference=${like}`, target],
    ["chmod", `--reference=${like}`, target],
    ["mv", "-f", target, `${folder}/${checked}`],
  ];
  const make = [
    ["mkdir", "-p", folder],
    ["chown", `--reference=${relayDirectory}`, folder],
  ];
  return [
    onHost(say, make.map(lineOf)),
    { say, ...typed(fetch, { file, target }) },
    ...(sha256 ? [{ say, ...typed(sha256, { file }) }] : []),
    onHost(say, check.map(lineOf)),
  ];
}

function placeLines(relay: string, work: FileWork): string[] {
  const { sub, work: folder } = pathsOf(relay, work);
  const { checked, before } = namesOf(work.file);
  const target = `${sub}/${work.file}`;
  const keep = work.replacesBytes === null ? [] : [["mv", "-f", target, `${folder}/${before}`]];
  return [...keep, ["mv", "-f", `${folder}/${checked}`, target]].map(lineOf);
}

function metaLines(relay: string, work: MetaWork): string[] {
  const { sub, work: folder } = pathsOf(relay, work);
  const [meta, kept, part] = [`${sub}/${META}`, `${folder}/${META_NAMES.before}`, `${folder}/${META_NAMES.part}`];
  const { file, position, gtid } = work.names;
  const text = work.texts
    ? `printf '%b' ${quoted(escaped(work.texts.after))}`
    : lineOf([
        "sed",
        ...["-e", `s|^binlog-name *=.*|binlog-name = "${file}"|`],
        ...["-e", `s|^binlog-pos *=.*|binlog-pos = ${position}|`],
        ...(gtid === null ? [] : ["-e", `s|^binlog-gtid *=.*|binlog-gtid = "${gtid}"|`]),
        kept,
      ]);
  return [
    lineOf(["mkdir", "-p", folder]),
    lineOf(["cp", "-p", meta, kept]),
    `${text} > ${quoted(part)}`,
    lineOf(["chown", `--reference=${meta}`, part]),
    lineOf(["chmod", `--reference=${meta}`, part]),
    lineOf(["mv", "-f", part, meta]),
    lineOf(["cat", meta]),
  ];
}

/** Each line moves something only where there is something to bring back: whoever types it may have done all of the repair, or none. */
function restoreLines(relay: string, file: FileWork | null, meta: MetaWork | null): string[] {
  const lines: string[] = [];
  if (meta) {
    const { sub, work } = pathsOf(relay, meta);
    const [before, part] = [`${work}/${META_NAMES.before}`, `${work}/${META_NAMES.part}`];
    lines.push(whereThere(before, ["cp", "-p", before, part], ["mv", "-f", part, `${sub}/${META}`]));
  }
  if (file) {
    const { sub, work } = pathsOf(relay, file);
    const names = namesOf(file.file);
    const [target, before] = [`${sub}/${file.file}`, `${work}/${names.before}`];
    const away = ["mv", "-f", target, `${work}/${names.checked}`];
    if (file.replacesBytes === null) lines.push(lineOf(away));
    else lines.push(whereThere(before, away, ["mv", "-f", before, target]));
  }
  return lines;
}

const whereThere = (path: string, ...commands: readonly (readonly string[])[]): string =>
  `if test -e ${quoted(path)}; then ${commands.map(lineOf).join(" && ")}; else echo ${quoted("nothing to bring back")}; fi`;

function metaPhrase({ names: { file, position, gtid } }: MetaWork): HandStep["say"] {
  return gtid === null
    ? relayPhrase("by-hand-meta", { file, position })
    : relayPhrase("by-hand-meta-gtid", { file, position, gtid });
}

function typed(command: HostCommand | null, values: Readonly<Record<string, string>> = {}): Omit<HandStep, "say"> {
  if (!command) return { on: "worker-host", commands: [] };
  return { on: command.where === "here" ? "bot-host" : "worker-host", commands: [lineOf(fillIn(command.words, values))] };
}

const onHost = (say: HandStep["say"], commands: readonly string[]): HandStep => ({ say, on: "worker-host", commands });
const lineOf = (words: readonly string[]): string => words.map(quoted).join(" ");
const quoted = (word: string): string => (isHostWord(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
/** For printf's `%b`: exact to the byte on one line, whatever newlines and carriage returns the text has. */
const escaped = (text: string): string =>
  text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\r", "\\r").replaceAll("\t", "\\t");
