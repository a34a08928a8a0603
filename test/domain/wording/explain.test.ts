import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { drawDocument } from "../../../src/cli/draw/terminal.ts";
import { KINDS, PLAYBOOK_IDS } from "../../../src/domain/diagnosis/finding.ts";
import { explain } from "../../../src/domain/wording/explain.ts";
import { LANGUAGES } from "../../../src/domain/wording/language.ts";

const said = (word: string, language: "en" | "zh" = "en"): string =>
  drawDocument(explain(word, language).document, { colour: false });

describe("explain", () => {
  test("every kind and every playbook is explained in both languages, with what is offered or asked for", () => {
    for (const language of LANGUAGES)
      for (const word of [...KINDS, ...PLAYBOOK_IDS]) {
        const { known, document } = explain(word, language);

        assert.ok(known, word);
        assert.ok(document.headline.startsWith(`${word}: `));
        assert.match(said(word, language), new RegExp(`runbook\\.md.*${word}`));
      }
  });

  test("a kind names its playbooks, in their order", () => {
    assert.match(said("binlog-over-4gib"), /switch-to-gtid[\s\S]*replace-relay-file[\s\S]*rewind-sync-checkpoint/);
    assert.match(said("worker-offline"), /No plan is offered/);
  });

  test("a playbook says who must vote, how it is asked for, and for what", () => {
    const gtid = said("gtid");

    assert.match(gtid, /2 votes, from approver or above/);
    assert.match(gtid, /\/dm plan <task> gtid/);
    assert.match(gtid, /binlog-over-4gib, binlog-over-4gib-ahead, rows-may-be-missing/);
    assert.match(said("skip"), /skip\|replace\|revert/);
  });

  test("a code is what it was, and what is none of them gets the nearest names", () => {
    assert.match(said("10006"), /Class/);
    const { known } = explain("binlog-over", "en");
    assert.equal(known, false);
    assert.match(said("binlog-over"), /binlog-over-4gib/);
  });
});
