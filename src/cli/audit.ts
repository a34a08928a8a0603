import { readFileSync } from "node:fs";
import { systemClock } from "../adapters/clock/system-clock.ts";
import { type AuditLines, readAuditLines, writeAuditLines } from "../adapters/keys/audit-lines.ts";
import { openKeys, sha256, verifySignature } from "../adapters/keys/keys.ts";
import { openStore } from "../adapters/store/open-store.ts";
import { anchorHead } from "../app/anchor-heads.ts";
import type { Store } from "../app/ports/store.ts";
import { type Config, loadConfig } from "../config/config.ts";
import type { AuditEvent, AuditHead } from "../domain/audit/audit-event.ts";
import { type AuditFault, verifyChain } from "../domain/audit/verify-chain.ts";
import { printProblems } from "./check-config.ts";

export interface AuditOptions {
  /** The configuration, to read the store; for `audit-verify` an export instead. */
  readonly config: string | undefined;
  readonly file: string | undefined;
  /** A head as it was posted outside: `SEQUENCE:HASH`. */
  readonly anchor: string | undefined;
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
}

/** `#41:` may stand as it is posted. */
const ANCHOR = /^#?[1-9]\d*:[0-9a-f]{64}$/;

/** Writes the whole record as JSON Lines, with a fresh signed head at its end. Exit code: 0, or 2 for a configuration that will not do. */
export async function runAuditExport(options: AuditOptions): Promise<0 | 2> {
  const config = configOf(options);
  if (!config) return 2;
  const store = await openStore(config.store, sha256);
  const { signer } = openKeys(config.keysFolder);
  await anchorHead({ store, signer, settings: config.settings, clock: systemClock });
  options.print(
    writeAuditLines({ publicKeyPem: signer.publicKeyPem, events: await allEvents(store), heads: await store.audit.heads() }),
  );
  await store.close();
  return 0;
}

/** Exit code: 0 nothing was changed, 1 something was, 2 it could not be read. */
export async function runAuditVerify(options: AuditOptions): Promise<0 | 1 | 2> {
  if (options.anchor !== undefined && !ANCHOR.test(options.anchor)) {
    options.complain(
      `--anchor ${options.anchor.slice(0, 100)} is none: the number of events, a colon, and the hash of 64 digits as it was posted\n`,
    );
    return 2;
  }
  const lines = options.file === undefined ? await linesOfStore(options) : linesOfFile(options.file, options);
  if (!lines) return 2;
  const faults: AuditFault[] = verifyChain(lines.events, lines.heads, {
    sha256: sha256.sha256,
    isSigned: (text, signature) => verifySignature(text, signature, lines.publicKeyPem),
  });
  faults.push(...anchorFaults(lines.events, options.anchor));
  for (const fault of faults) options.complain(`${faultText(fault)}\n`);
  if (faults.length === 0)
    options.print(
      `${lines.events.length} events, ${lines.heads.length} signed heads: nothing was changed, cut or rewritten up to the last head${lastHead(lines.heads)}.\n`,
    );
  return faults.length === 0 ? 0 : 1;
}

const lastHead = (heads: readonly AuditHead[]): string =>
  heads.length === 0 ? " (there is none yet)" : ` (#${heads.at(-1)!.sequence})`;

function anchorFaults(events: readonly AuditEvent[], anchor: string | undefined): AuditFault[] {
  if (anchor === undefined) return [];
  const [number = "", hash = ""] = anchor.split(":");
  const sequence = Number(number.replace("#", ""));
  const event = events.find((candidate) => candidate.sequence === sequence);
  if (!event) return [{ kind: "cut", sequence, last: events.at(-1)?.sequence ?? 0 }];
  return event.hash === hash ? [] : [{ kind: "rewritten", sequence }];
}

function faultText(fault: AuditFault): string {
  switch (fault.kind) {
    case "changed":
      return `event #${fault.sequence} was changed: its hash does not fit its words`;
    case "gap":
      return `event #${fault.expected} is missing: #${fault.found} stands in its place`;
    case "broken-link":
      return `event #${fault.sequence} does not follow the one before it`;
    case "bad-signature":
      return `the head at #${fault.sequence} was not signed by this record's key`;
    case "rewritten":
      return `the record was rewritten: #${fault.sequence} is not what its anchored head says`;
    case "cut":
      return `the record's tail was cut: a head says #${fault.sequence}, the last event is #${fault.last}`;
    default:
      return fault satisfies never;
  }
}

function configOf({ config, complain }: AuditOptions): Config | null {
  const loaded = loadConfig(config ?? "dm-medic.yaml", process.env);
  if (loaded.kind === "ok") return loaded.config;
  printProblems(loaded.problems, complain);
  return null;
}

async function linesOfStore(options: AuditOptions): Promise<AuditLines | null> {
  const config = configOf(options);
  if (!config) return null;
  const store = await openStore(config.store, sha256);
  const lines = {
    publicKeyPem: openKeys(config.keysFolder).signer.publicKeyPem,
    events: await allEvents(store),
    heads: await store.audit.heads(),
  };
  await store.close();
  return lines;
}

function linesOfFile(file: string, { complain }: AuditOptions): AuditLines | null {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    complain(`${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? "failed"})\n`);
    return null;
  }
  const read = readAuditLines(text);
  if (read.kind === "read") return read.lines;
  complain(`${file}, line ${read.line}: ${read.why}\n`);
  return null;
}

async function allEvents(store: Store): Promise<AuditEvent[]> {
  const events: AuditEvent[] = [];
  for (
    let page = await store.audit.read(1, 1_000);
    page.length > 0;
    page = await store.audit.read(events.at(-1)!.sequence + 1, 1_000)
  )
    events.push(...page);
  return events;
}
