import { explain } from "../domain/wording/explain.ts";
import type { Language } from "../domain/wording/language.ts";
import { drawDocument } from "./draw/terminal.ts";

/** Exit code: 0 known, 1 no such code, kind or playbook, 2 nothing that could be one. */
export function runExplain(options: {
  readonly what: string;
  readonly lang: Language;
  readonly colour: boolean;
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
}): 0 | 1 | 2 {
  if (!/^[\w-]{1,60}$/.test(options.what)) {
    options.complain(
      `A code is a number such as 10006, a kind or a playbook a name such as binlog-over-4gib; «${options.what.slice(0, 40)}» is none.\n`,
    );
    return 2;
  }
  const { known, document } = explain(options.what, options.lang);
  options.print(drawDocument(document, options));
  return known ? 0 : 1;
}
