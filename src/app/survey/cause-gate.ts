import { type Cause, rightText } from "../../domain/diagnosis/cause.ts";
import { isGranted } from "../../domain/diagnosis/grants.ts";
import { fails, holds, unknownYet } from "../../domain/plan/gate.ts";
import type { GateAnswer } from "../../domain/plan/plan.ts";
import { databasesOf } from "../fact-sources.ts";
import type { DatabaseLogin, UpstreamProbe } from "../ports/databases.ts";
import { sourcePassword } from "./source-facts.ts";
import { findYaml, type TaskQuestion } from "./task-facts.ts";

const GATE = "cause";
const unseen = (why: string): GateAnswer => unknownYet(GATE, "gate-cause-not-known", { why });
const stillThere = (why: string): GateAnswer => fails(GATE, "cause-not-mended", { why });
const mended = (what: string): GateAnswer => holds(GATE, "gate-cause-mended", { what });

/** Whether the cause is mended, looked at by a probe and not believed. */
export async function causeGate(question: TaskQuestion, cause: Cause): Promise<GateAnswer> {
  const { facts, cluster, signal } = question;
  const { downstream } = databasesOf(facts, cluster);
  switch (cause.kind) {
    case "missing-table": {
      if (!downstream) return unseen("no probe account for the downstream is configured");
      const there = await downstream.tableExists(nameOf(cause.table), signal);
      if (there.kind === "not-known") return unseen(there.why);
      return there.value ? mended(`table ${cause.table}`) : stillThere(`table ${cause.table} is not there`);
    }
    case "login": {
      const login = await loginOf(question, cause.side);
      if (typeof login === "string") return unseen(login);
      const answer = await login.probe.tryLogin(login.login, signal);
      return answer.kind === "works" ? mended(`${login.login.user}@${login.login.host}`) : stillThere(answer.why);
    }
    case "grant": {
      const login = await loginOf(question, cause.side);
      if (typeof login === "string") return unseen(login);
      const grants = await login.probe.grantsOf(login.login, signal);
      if (grants.kind === "not-known") return unseen(grants.why);
      const what = rightText(cause);
      const granted = isGranted(grants.value, cause.anyOf, cause.on);
      if (granted === "not-told") return unseen(`SHOW GRANTS of ${login.login.user} does not settle ${what}`);
      return granted === "yes" ? mended(what) : stillThere(`${login.login.user} does not have ${what}`);
    }
    case "disk-full":
      return unseen("the worker's disk is not looked at");
    case "none-known":
      return unseen("DM's words name no cause that a probe can see");
    default:
      return cause satisfies never;
  }
}

interface ProbedLogin {
  readonly login: DatabaseLogin;
  readonly probe: Pick<UpstreamProbe, "tryLogin" | "grantsOf">;
}

/** The login that DM itself uses on that side; a sentence where it cannot be had. */
async function loginOf(question: TaskQuestion, side: "upstream" | "downstream"): Promise<ProbedLogin | string> {
  const { facts, cluster, target, signal } = question;
  const { downstream, upstreams } = databasesOf(facts, cluster);
  if (side === "downstream") {
    const found = await findYaml(question);
    if (found.kind === "failed" || !found.facts.target) return "the task's YAML names no login";
    return downstream ? { login: found.facts.target, probe: downstream } : "no probe account for the downstream is configured";
  }
  const config = await facts.clusters.get(cluster)!.sourceConfig(target.source, signal);
  const read = config.kind === "config" ? facts.yaml.readSource(config.yaml) : null;
  const password = sourcePassword(facts, cluster, target.source);
  const probe = upstreams.get(target.source);
  if (!read || password === null || !probe) return "the source's login or its upstream's probe account is not configured";
  return { login: { ...read.login, password }, probe };
}

function nameOf(text: string): { readonly schema: string; readonly table: string } {
  const dot = text.indexOf(".");
  return { schema: text.slice(0, dot), table: text.slice(dot + 1) };
}
