/** A line of a script as sh takes it: with what a backslash or an open quote joins to it, without its comment. */
export interface Statement {
  readonly text: string;
  /** The programs that it calls, each as unquoted words: name first, no variable before it, no redirection. */
  readonly commands: readonly (readonly string[])[];
}

const WORD = /(?:'[^']*'|"(?:\\[\s\S]|[^"\\])*"|\$\([^)]*\)|\\[\s\S]|[^\s'"\\|&;<>()])+/y;
const REDIRECTION = /(?:\d*>>?|<(?!\())(?:&\d)?/y;
const BETWEEN = /[^\S\n]+|\\\n|#[^\n]*/y;
const SEPARATOR = /&&|\|\||<\(|[|&;()\n]/y;
const ASSIGNMENT = /^\w+=/;
const KEYWORDS: ReadonlySet<string> = new Set(["if", "then", "else", "while", "do", "!", "sudo", "exec"]);

/** Reads a script as far as pages have them: quotes, comments, pipes, lists, redirections; no here-documents. */
export function statementsOf(script: string): Statement[] {
  const statements: { text: string; commands: string[][] }[] = [];
  let [text, commands, words, isTarget] = ["", [] as string[][], [] as string[], false];
  const endCommand = () => {
    const first = words.findIndex((word) => !ASSIGNMENT.test(word) && !KEYWORDS.has(word));
    if (first !== -1) commands.push(words.slice(first));
    words = [];
  };
  const endStatement = () => {
    endCommand();
    if (commands.length > 0) statements.push({ text: text.trim(), commands });
    [text, commands] = ["", []];
  };
  for (const [kind, token] of tokensOf(script)) {
    if (kind === "separator" && token === "\n") endStatement();
    else if (kind === "separator") endCommand();
    else if (kind === "word" && !isTarget) words.push(unquoted(token));
    if (kind !== "between") isTarget = kind === "redirection" && !token.includes("&");
    if (token !== "\n" && !token.startsWith("#")) text += token;
  }
  endStatement();
  return statements;
}

type Token = readonly [kind: "between" | "redirection" | "word" | "separator", text: string];

function* tokensOf(script: string): Generator<Token> {
  let at = 0;
  const take = (pattern: RegExp) => {
    pattern.lastIndex = at;
    return pattern.exec(script)?.[0];
  };
  while (at < script.length) {
    const kinds = [
      ["between", BETWEEN],
      ["redirection", REDIRECTION],
      ["word", WORD],
      ["separator", SEPARATOR],
    ] as const;
    const found = kinds.map(([kind, pattern]) => [kind, take(pattern)] as const).find(([, text]) => text);
    if (found?.[1] === undefined) throw new Error(`not read: ${script.slice(at, at + 40)}`);
    at += found[1].length;
    yield [found[0], found[1]];
  }
}

function unquoted(word: string): string {
  return word.replaceAll(/'([^']*)'|"((?:\\[\s\S]|[^"\\])*)"|\\([\s\S])/g, (_, single, double, escaped) =>
    String(single ?? double?.replaceAll(/\\(["\\$`])/g, "$1") ?? escaped),
  );
}
