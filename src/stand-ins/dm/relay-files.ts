import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { binlogName } from "../databases/binlog.ts";
import type { RelayFolder, Source } from "./model.ts";
import { fileNumber, gtidText, isHuge, transactionBehind, wrapped } from "./places.ts";

/**
 * What lies on the disks of the workers, below one folder: `<worker>/server-uuid.index`, `<worker>/<sub-directory>/relay.meta` and
 * binlog files of the right size without content; and `upstreams/<source>/` with the upstream's own files, to be copied from.
 */
const written = new WeakMap<object, string>();

const directoryOf = (root: string, worker: string): string => join(root, worker);

/** Brings the disk of the worker that pulls up to where its relay stands. */
export function writeRelayFiles(root: string, worker: string, source: Source): void {
  const folder = source.relayFolder;
  writeUpstreamFiles(root, source);
  if (!folder) return;
  const state = metaText(source, folder);
  const key = `${state}${folder.pulled.file}:${folder.pulled.offset}`;
  if (written.get(folder) === key) return;
  const directory = join(directoryOf(root, worker), folder.subDir);
  mkdirSync(directory, { recursive: true });
  replaceFile(join(directoryOf(root, worker), "server-uuid.index"), `${folder.subDir}\n`);
  for (const { number, sizeBytes } of source.side.binlog.files) {
    if (number < folder.first || number > folder.pulled.file) continue;
    setSize(join(directory, binlogName(number)), number === folder.pulled.file ? folder.pulled.offset : sizeBytes);
  }
  replaceFile(join(directory, "relay.meta"), state);
  written.set(folder, key);
}

/** By rename, so that whoever reads it meanwhile reads the old or the new one whole. */
function replaceFile(path: string, text: string): void {
  if (textOf(path) === text) return;
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

function writeUpstreamFiles(root: string, { id, side }: Source): void {
  const key = side.binlog.files.map(({ number, sizeBytes }) => `${number}:${sizeBytes}`).join();
  if (written.get(side) === key) return;
  const directory = join(root, "upstreams", id);
  mkdirSync(directory, { recursive: true });
  const names = new Set(side.binlog.files.map(({ number }) => binlogName(number)));
  for (const name of readdirSync(directory)) if (!names.has(name)) rmSync(join(directory, name));
  for (const { number, sizeBytes } of side.binlog.files) setSize(join(directory, binlogName(number)), sizeBytes);
  written.set(side, key);
}

/** A file of zeros that takes no room. */
function setSize(path: string, sizeBytes: number): void {
  if (!existsSync(path)) writeFileSync(path, "");
  truncateSync(path, sizeBytes);
}

/** The TOML of relay.meta: where the last whole transaction ends. */
function metaText(source: Source, { pulled }: RelayFolder): string {
  const { binlog } = source.side;
  const next = transactionBehind(binlog, pulled.file, pulled.offset);
  const isInside = next?.file === pulled.file && next.start < pulled.offset;
  const position = isInside ? next.start : pulled.offset;
  const gtid = next ? next.gtid - 1 : binlog.end.gtid;
  return `binlog-name = "${binlogName(pulled.file)}"\nbinlog-pos = ${wrapped(position)}\nbinlog-gtid = "${gtidText(source, { ...pulled, position, gtid })}"\n`;
}

/** What a worker that starts finds: null where there is nothing that it could go on from. */
export function readRelayFiles(root: string, worker: string, source: Source): RelayFolder | null {
  const directory = directoryOf(root, worker);
  const subDir = textOf(join(directory, "server-uuid.index"))?.trim().split(/\r?\n/).at(-1) ?? "";
  const meta = subDir === "" ? null : textOf(join(directory, subDir, "relay.meta"));
  const name = meta && /^\s*binlog-name\s*=\s*["']([^"']*)["']/m.exec(meta)?.[1];
  const position = meta && /^\s*binlog-pos\s*=\s*(\d+)/m.exec(meta)?.[1];
  if (!name || !position) return null;
  const files = readdirSync(join(directory, subDir)).filter((file) => /\.\d{6,}$/.test(file));
  const numbers = files.map(fileNumber);
  const pulled = { file: fileNumber(name), offset: Number(position) };
  const whole = source.side.binlog.files.filter(
    ({ number, sizeBytes }) =>
      isHuge(sizeBytes) && number < pulled.file && sizeOf(join(directory, subDir, binlogName(number))) === sizeBytes,
  );
  return {
    subDir,
    first: Math.min(pulled.file, ...numbers),
    pulled,
    copied: new Set(whole.map(({ number }) => number)),
  };
}

/** A folder that is begun anew: everything in it goes, also what others laid there. */
export function purgeRelayFiles(root: string, worker: string): void {
  const directory = directoryOf(root, worker);
  if (existsSync(directory))
    for (const name of readdirSync(directory)) rmSync(join(directory, name), { recursive: true, force: true });
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

function sizeOf(path: string): number {
  return existsSync(path) ? statSync(path).size : -1;
}

/** `worker-ctl stop|start|status NAME`, as a service manager has them: asks by a file, ends when the world did it. */
const CONTROL = `#!/bin/sh
here=$(dirname "$0")/ctl
case $1 in status|start|stop) ;; *) echo "usage: worker-ctl status|start|stop NAME" >&2; exit 2 ;; esac
[ -f "$here/$2.state" ] || { echo "Unit $2 not found." >&2; exit 5; }
if [ "$1" = status ]; then
  state=$(cat "$here/$2.state"); echo "$state"; [ "$state" = active ] || exit 3; exit 0
fi
: > "$here/$2.$1"
left=1200
while [ -f "$here/$2.$1" ]; do
  left=$((left - 1)); [ $left -gt 0 ] || { echo "Job for $2 timed out." >&2; exit 1; }
  sleep 0.05
done
`;

export function writeControl(root: string, workers: readonly string[]): void {
  mkdirSync(join(root, "ctl"), { recursive: true });
  writeFileSync(join(root, "worker-ctl"), CONTROL);
  chmodSync(join(root, "worker-ctl"), 0o755);
  for (const worker of workers) tellState(root, worker, true);
}

export function tellState(root: string, worker: string, isAlive: boolean): void {
  writeFileSync(join(root, "ctl", `${worker}.state`), `${isAlive ? "active" : "inactive"}\n`);
}

export interface Order {
  readonly worker: string;
  readonly word: "stop" | "start";
  /** Whoever asked waits for this. */
  readonly done: () => void;
}

/** What was asked through `worker-ctl` and is not done yet. */
export function ordersIn(root: string): Order[] {
  return readdirSync(join(root, "ctl")).flatMap((name) => {
    const [, worker, word] = /^(.+)\.(stop|start)$/.exec(name) ?? [];
    if (worker === undefined) return [];
    return [{ worker, word: word as Order["word"], done: () => rmSync(join(root, "ctl", name), { force: true }) }];
  });
}
