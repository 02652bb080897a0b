/** A CHECK's expression inside a CREATE TABLE statement: from its first character to behind its last. */
interface Span {
  readonly from: number;
  readonly to: number;
}

const TOKEN =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?\*\/|[\p{L}_][\p{L}\p{N}_$]*|\S/gu;

/**
 * Finds the expressions of all CHECK constraints; strings, quoted names and comments are not looked into.
 * @internal
 */
export function checkSpans(createTable: string): Span[] {
  const spans: Span[] = [];
  let from = -1;
  let depth = 0;
  let afterCheck = false;
  for (const { 0: token, index } of createTable.matchAll(TOKEN)) {
    if (token === "(" && from >= 0) depth++;
    else if (token === "(" && afterCheck) {
      from = index + 1;
      depth = 1;
    } else if (token === ")" && from >= 0 && --depth === 0) {
      spans.push({ from, to: index });
      from = -1;
    }
    if (!isComment(token)) afterCheck = token.toLowerCase() === "check";
  }
  return spans;
}

/** The names among `columns` that an expression mentions, quoted or not. */
export function columnsIn(expression: string, columns: readonly string[]): Set<string> {
  const names = [...expression.matchAll(TOKEN)]
    .map(([token]) => token)
    .filter((token) => !isComment(token) && !token.startsWith("'"))
    .map((token) => token.replace(/^["`[]|["`\]]$/g, "").toLowerCase());
  return new Set(columns.filter((column) => names.includes(column.toLowerCase())));
}

/**
 * The same CREATE TABLE statement with wider checks: `refused(expression)` answers, by column, the values that an
 * expression has to let through and does not. Everything else stays to the letter.
 */
export function widenChecks(
  createTable: string,
  refused: (expression: string) => ReadonlyMap<string, readonly string[]>,
): string {
  return checkSpans(createTable).reduceRight((sql, { from, to }) => {
    const expression = sql.slice(from, to);
    const missing = [...refused(expression)].filter(([, values]) => values.length > 0);
    if (missing.length === 0) return sql;
    const more = missing.map(
      ([column, values]) => ` or ${column} in (${values.map((v) => `'${v}'`).join(", ")})`,
    );
    return `${sql.slice(0, from)}(${expression}\n)${more.join("")}${sql.slice(to)}`;
  }, createTable);
}

function isComment(token: string): boolean {
  return token.startsWith("--") || token.startsWith("/*");
}
