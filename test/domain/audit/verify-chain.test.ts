import assert from "node:assert/strict";
import { before, test } from "node:test";
import { systemClock } from "../../../src/adapters/clock/system-clock.ts";
import { readAuditLines, writeAuditLines } from "../../../src/adapters/keys/audit-lines.ts";
import { openKeys, sha256, verifySignature } from "../../../src/adapters/keys/keys.ts";
import { openSqliteStore } from "../../../src/adapters/store/sqlite-store.ts";
import { anchorHead } from "../../../src/app/anchor-heads.ts";
import { auditDraft, SYSTEM } from "../../../src/app/audit-draft.ts";
import type { AuditEvent, AuditHead } from "../../../src/domain/audit/audit-event.ts";
import { eventText } from "../../../src/domain/audit/canonical.ts";
import { verifyChain } from "../../../src/domain/audit/verify-chain.ts";
import { someSettings } from "../../support/engine.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";

const { signer } = openKeys(scratchFolder("keys"));
let events: readonly AuditEvent[];
let heads: readonly AuditHead[];

before(async () => {
  const store = await openSqliteStore({ file: ":memory:", hashing: sha256 });
  for (let index = 0; index < 6; index++)
    await store.audit.append(auditDraft(index, "plan-made", SYSTEM, { details: { index, text: "ß漢😀" } }));
  await anchorHead({ store, signer, settings: someSettings(), clock: systemClock });
  events = await store.audit.read(1, 100);
  heads = await store.audit.heads();
  await store.close();
});

const faults = (changed: readonly AuditEvent[], of: readonly AuditHead[] = heads) =>
  verifyChain(changed, of, {
    sha256: sha256.sha256,
    isSigned: (text, signature) => verifySignature(text, signature, signer.publicKeyPem),
  }).map(({ kind }) => kind);

test("an untouched record has no fault, also after an export and back", () => {
  assert.deepEqual(faults(events), []);
  const read = readAuditLines(writeAuditLines({ publicKeyPem: signer.publicKeyPem, events, heads }));
  assert.equal(read.kind, "read");
  assert.deepEqual(read.kind === "read" ? faults(read.lines.events, read.lines.heads) : null, []);
});

test("a changed word is found", () => {
  assert.deepEqual(
    faults(events.map((event, index) => (index === 2 ? { ...event, actor: { ...event.actor, id: "somebody else" } } : event))),
    ["changed"],
  );
});

test("an event that was taken out is found", () => {
  assert.ok(faults(events.filter((_, index) => index !== 3)).includes("gap"));
});

test("a tail that was cut is found by the head", () => {
  assert.deepEqual(faults(events.slice(0, 4)), ["cut"]);
});

test("a record rewritten with fitting hashes is found by the head", () => {
  let previousHash = "0".repeat(64);
  const rewritten = events.map((event) => {
    const draft = { ...event, at: event.at + 1 };
    const hash = sha256.sha256(eventText(draft, event.sequence, previousHash));
    const made = { ...draft, previousHash, hash };
    previousHash = hash;
    return made;
  });

  assert.deepEqual(faults(rewritten), ["rewritten"]);
});

test("a head that somebody else signed is found", () => {
  const other = openKeys(scratchFolder("keys")).signer;

  assert.deepEqual(
    faults(
      events,
      heads.map((head) => ({ ...head, signature: other.sign("x") })),
    ),
    ["bad-signature"],
  );
});

test("what was sealed opens again, and not when it was changed", () => {
  const { seal } = openKeys(scratchFolder("keys"));
  const sealed = seal.seal("password: ß");

  assert.equal(seal.open(sealed), "password: ß");
  assert.doesNotMatch(sealed, /password/);
  assert.throws(() => seal.open(`${sealed.slice(0, -2)}AA`));
});
