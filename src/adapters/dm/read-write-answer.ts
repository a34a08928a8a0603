import type { WriteOutcome } from "../../app/ports/dm.ts";
import { cleanText, codesIn } from "./read-error.ts";
import { WriteAnswer } from "./status-schemas.ts";

/**
 * What a write answered. `result: true` at the top says nothing: v5.3 answers it with every source refused, v1.0 with an operation
 * that it does not know. So each element counts, and `accepted` still has to be proved by reading the state again.
 */
export function readWriteAnswer(raw: unknown): WriteOutcome {
  const parsed = WriteAnswer.safeParse(raw);
  if (!parsed.success) return { kind: "unknown", why: "the answer has a shape that no DM uses" };
  const answer = parsed.data;
  const elements = [...(answer.sources ?? []), ...(answer.workers ?? [])].map((element) => element.meta ?? element);
  const refusals = elements.filter((element) => element.result !== true).map((element) => cleanText(element.msg));
  const top = cleanText(answer.msg);
  if (answer.result === true && refusals.length === 0) return { kind: "accepted", said: top };
  const check = answer.result === true ? "" : cleanText(answer.checkResult);
  const said = [top, check, ...refusals].filter((part) => part !== "").join("\n") || "result: false, without a reason";
  return { kind: "refused", said, codes: codesIn(said) };
}
