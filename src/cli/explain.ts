import { errorCode } from "../domain/error-codes/error-code.ts";
import { explainCode } from "../domain/wording/explain.ts";
import type { Language } from "../domain/wording/language.ts";
import { drawDocument } from "./draw/terminal.ts";

/** Exit code: 0 known, 1 no such code, 2 no number. */
export function runExplain(options: {
  readonly code: string;
  readonly lang: Language;
  readonly colour: boolean;
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
}): 0 | 1 | 2 {
  if (!/^\d{1,6}$/.test(options.code)) {
    options.complain(`A code is a number such as 10006 or 36027; «${options.code.slice(0, 40)}» is none.\n`);
    return 2;
  }
  const number = Number(options.code);
  options.print(drawDocument(explainCode(number, options.lang), options));
  return errorCode(number) ? 0 : 1;
}
