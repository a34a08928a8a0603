/** The words of one MySQL statement and where they stand. Literals are decoded; comments are gone, except that MySQL runs what stands in `/*! … *\/`. */
export type Token = Word & { readonly from: number; readonly to: number };
type Word =
  | { readonly kind: "word"; readonly text: string }
  | { readonly kind: "name"; readonly text: string }
  | { readonly kind: "string"; readonly text: string }
  | { readonly kind: "hex"; readonly text: string }
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "variable"; readonly text: string }
  | { readonly kind: "symbol"; readonly text: string }
  | { readonly kind: "parameter"; readonly text: "?" };

/** What a server answers instead of a result: MySQL's number, SQLSTATE and words. */
export class SqlRefusal extends Error {
  readonly code: number;
  readonly state: string;
  constructor(code: number, state: string, message: string) {
    super(message);
    this.code = code;
    this.state = state;
  }
}

/** What the stand-in does not understand is refused as bad syntax, never answered by guess. */
export const badSyntax = (near: string): SqlRefusal =>
  new SqlRefusal(1064, "42000", `You have an error in your SQL syntax near '${near.slice(0, 80)}'`);

const SYMBOLS = ["<=>", "->>", "<=", ">=", "<>", "!=", ":=", "&&", "||", "<<", ">>", "->"];
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", "0": "\0", Z: "\x1a" };

export function tokensOf(sql: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(sql);
    if (!found) return null;
    at += found[0].length;
    return found[0];
  };
  while (at < sql.length) {
    if (take(/\s+/y) ?? take(/(?:--(?=\s|$)|#)[^\n]*/y) ?? take(/\/\*(?!T?!)[\s\S]*?\*\//y)) continue;
    if (take(/\/\*T?!\d*/y) ?? take(/\*\//y)) continue;
    const from = at;
    const word = next(sql[at]!);
    tokens.push({ ...word, from, to: at });
  }
  return tokens;

  function next(letter: string): Word {
    if (letter === "'" || letter === '"') return { kind: "string", text: literal(letter) };
    if (letter !== "`") return plain();
    return {
      kind: "name",
      text:
        take(/`(?:[^`]|``)*`/y)
          ?.slice(1, -1)
          .replaceAll("``", "`") ?? refuse(),
    };
  }

  function refuse(): never {
    throw badSyntax(sql.slice(at));
  }
  function literal(quote: string): string {
    let text = "";
    const begin = at++;
    for (;;) {
      const letter = sql[at];
      if (letter === undefined) {
        at = begin;
        refuse();
      }
      at++;
      if (letter === "\\") {
        const escaped = sql[at++] ?? "";
        text += escaped === "%" || escaped === "_" ? `\\${escaped}` : (ESCAPES[escaped] ?? escaped);
      } else if (letter !== quote) text += letter;
      else if (sql[at] === quote) {
        text += quote;
        at++;
      } else return text;
    }
  }
  function plain(): Word {
    const hex = take(/x'[0-9a-f]*'/iy)?.slice(2, -1) ?? take(/0x[0-9a-f]+/iy)?.slice(2);
    if (hex !== undefined) return { kind: "hex", text: hex };
    const number = take(/(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?(?![\w$])/iy);
    if (number !== null) return { kind: "number", text: number };
    const variable = take(/@@?[\w.$]+/y);
    if (variable !== null) return { kind: "variable", text: variable };
    const word = take(/[\p{L}\p{N}_$]+/uy);
    if (word !== null) return { kind: "word", text: word };
    if (sql[at] === "?") {
      at++;
      return { kind: "parameter", text: "?" };
    }
    const symbol = SYMBOLS.find((candidate) => sql.startsWith(candidate, at)) ?? take(/[-+*/%=<>!(),.;&|^~]/y);
    if (!symbol) return refuse();
    if (symbol.length > 1) at += symbol.length;
    return { kind: "symbol", text: symbol };
  }
}

/** Reads tokens one after another; words are compared without case. */
export class TokenReader {
  readonly tokens: readonly Token[];
  at = 0;
  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }
  peek(ahead = 0): Token | null {
    return this.tokens[this.at + ahead] ?? null;
  }
  isWord(word: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token?.kind === "word" && token.text.toLowerCase() === word;
  }
  isSymbol(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token?.kind === "symbol" && token.text === text;
  }
  /** Takes these words when all of them come next. */
  skip(...words: readonly string[]): boolean {
    if (!words.every((word, index) => this.isWord(word, index))) return false;
    this.at += words.length;
    return true;
  }
  skipSymbol(text: string): boolean {
    if (!this.isSymbol(text)) return false;
    this.at++;
    return true;
  }
  expect(...words: readonly string[]): void {
    if (!this.skip(...words)) this.refuse();
  }
  expectSymbol(text: string): void {
    if (!this.skipSymbol(text)) this.refuse();
  }
  next(): Token {
    const token = this.tokens[this.at++];
    if (!token) throw badSyntax("");
    return token;
  }
  /** An identifier, quoted or not. */
  name(): string {
    const token = this.next();
    if (token.kind === "name" || token.kind === "word") return token.text;
    this.at--;
    return this.refuse();
  }
  /** `a` or `a`.`b`. */
  qualified(): { readonly schema: string | null; readonly name: string } {
    const first = this.name();
    return this.skipSymbol(".") ? { schema: first, name: this.name() } : { schema: null, name: first };
  }
  literal(): string {
    const token = this.next();
    if (token.kind === "string" || token.kind === "number" || token.kind === "word") return token.text;
    this.at--;
    return this.refuse();
  }
  /** `(a, b(10), c DESC)`; lengths and directions do not matter here. */
  columnList(): string[] {
    this.expectSymbol("(");
    const names: string[] = [];
    do {
      names.push(this.name());
      if (this.skipSymbol("(")) {
        this.next();
        this.expectSymbol(")");
      }
      if (!this.skip("asc")) this.skip("desc");
    } while (this.skipSymbol(","));
    this.expectSymbol(")");
    return names;
  }
  get isDone(): boolean {
    return this.at >= this.tokens.length || (this.isSymbol(";") && this.at === this.tokens.length - 1);
  }
  end(): void {
    if (!this.isDone) this.refuse();
  }
  refuse(): never {
    throw badSyntax(
      this.tokens
        .slice(this.at, this.at + 12)
        .map(({ text }) => text)
        .join(" "),
    );
  }
}
