import type { Json } from "./answers.ts";
import { keyOf } from "./faults.ts";
import type { StatementOperator, Subtask } from "./model.ts";
import { fileName, fileNumber, isBefore } from "./places.ts";
import type { World } from "./world.ts";

interface StatementBody {
  readonly op?: number;
  readonly task?: string;
  readonly sources?: readonly string[];
  readonly binlogPos?: string;
  readonly sqls?: readonly string[];
}

const HOW: Readonly<Record<number, StatementOperator["op"]>> = { 1: "skip", 2: "replace", 4: "inject" };

/** `PUT errors`: 1 skip, 2 replace, 3 revert, 4 inject, 5 list. The top says true whatever each source says. */
export function handleStatements(world: World, body: StatementBody): Json {
  const op = Number(body.op ?? 0);
  const task = body.task ?? "";
  const held = world.held(task).filter(({ source }) => (body.sources ?? []).length === 0 || body.sources!.includes(source));
  if (held.length === 0) return { result: false, msg: `task ${task} has no source or not exist`, sources: [] };
  if (op < 1 || op > 5) return { result: false, msg: `invalid operation '${op}' on errors`, sources: [] };
  return { result: true, msg: "", sources: held.map((subtask) => handled(world, subtask, op, body)) };
}

function handled(world: World, subtask: Subtask, op: number, body: StatementBody): Json {
  const worker = world.sources.get(subtask.source)?.worker ?? "";
  const said = (result: boolean, msg: string): Json => ({ result, msg, source: subtask.source, worker: result ? worker : "" });
  const key = keyOf(subtask.task, subtask.source);
  const all = world.operators.get(key) ?? [];
  if (op === 5) return said(true, JSON.stringify(ahead(subtask, all).map(told)));
  const place = placeIn(subtask, body.binlogPos ?? "");
  if (place === null) return said(false, `source '${subtask.source}' has no error`);
  const others = all.filter(({ file, position }) => file !== place.file || position !== place.position);
  if (op === 3) {
    if (ahead(subtask, all).length === ahead(subtask, others).length && !subtask.trouble)
      return said(false, `error operator not exist, position: ${fileName(place)}:${place.position}`);
    world.operators.set(key, others);
    return said(true, "");
  }
  if ((op === 2 || op === 4) && (body.sqls ?? []).length === 0) return said(false, "no statements were given to run");
  world.operators.set(key, [...others, { ...place, op: HOW[op]!, statements: body.sqls ?? [] }]);
  if (subtask.trouble?.clearedBy === "skip") {
    world.lasting.delete(key);
    subtask.trouble = null;
  }
  if (subtask.errors.length > 0) world.resume(subtask);
  return said(true, "");
}

/** The place that is named, else the statement that it fails at; null: nothing fails, or the place is passed. */
function placeIn(subtask: Subtask, named: string): { readonly file: number; readonly position: number } | null {
  const [, file, position] = /^(.+):(\d+)$/.exec(named) ?? [];
  if (file !== undefined) {
    const place = { file: fileNumber(file), position: Number(position), gtid: 0 };
    const at = subtask.sync?.flushed.global;
    return at && isBefore(place, at) ? null : place;
  }
  if (subtask.errors.length === 0) return null;
  return subtask.failingAt ?? subtask.sync?.flushed.global ?? { file: 0, position: 0 };
}

/** What is passed is not listed any more. */
const ahead = ({ sync }: Subtask, all: readonly StatementOperator[]): readonly StatementOperator[] =>
  all.filter(({ file, position }) => !sync || !isBefore({ file, position, gtid: 0 }, sync.flushed.global));

const told = ({ file, position, op, statements }: StatementOperator): Json => ({
  op,
  binlogPos: `${fileName({ file })}:${position}`,
  sqls: statements,
});
