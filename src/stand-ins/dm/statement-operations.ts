import type { Json } from "./answers.ts";
import type { Subtask } from "./model.ts";
import type { World } from "./world.ts";

interface StatementBody {
  readonly op?: number;
  readonly task?: string;
  readonly sources?: readonly string[];
  readonly binlogPos?: string;
  readonly sqls?: readonly string[];
}

const HOW: Readonly<Record<number, string>> = { 1: "skip", 2: "replace", 4: "inject" };

/** `PUT errors`: 1 skip, 2 replace, 3 revert, 4 inject, 5 list. The top says true whatever each source says. */
export function handleStatements(world: World, body: StatementBody): Json {
  const op = Number(body.op ?? 0);
  const task = body.task ?? "";
  const held = world.held(task).filter(({ source }) => (body.sources ?? []).length === 0 || body.sources!.includes(source));
  if (held.length === 0) return { result: false, msg: `task ${task} has no source or not exist`, sources: [] };
  if (op < 1 || op > 5) return { result: false, msg: `invalid operation '${op}' on errors`, sources: [] };
  return { result: true, msg: "", sources: held.map((subtask) => handled(world, subtask, op, body)) };
}

function handled(world: World, subtask: Subtask, op: number, { sqls = [], binlogPos = "" }: StatementBody): Json {
  const worker = world.sources.get(subtask.source)?.worker ?? "";
  const said = (result: boolean, msg: string): Json => ({ result, msg, source: subtask.source, worker: result ? worker : "" });
  if (op === 5) return said(true, JSON.stringify(subtask.handled.map((how) => ({ op: how, binlogPos }))));
  const how = op === 3 ? null : `${HOW[op]}${sqls.length > 0 ? ` ${sqls.join("; ")}` : ""}`;
  const isDone = how === null ? world.revertStatement(subtask) : world.handleStatement(subtask, how);
  return isDone ? said(true, "") : said(false, `source '${subtask.source}' has no error`);
}
