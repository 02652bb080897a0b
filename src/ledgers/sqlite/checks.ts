/** The range of a CHECK's expression in a CREATE TABLE statement; `to` is exclusive. */
interface TextSpan {
  readonly from: number;
  readonly to: number;
}

const TOKEN =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?\*\/|[\p{L}_][\p{L}\p{N}_$]*|\S/gu;

/**
 * Finds the expressions of all CHECK constraints, ignoring strings, quoted names and comments.
 * @internal
 */
export function checkSpans(createTable: string): TextSpan[] {
  const spans: TextSpan[] = [];
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

/** Returns those of `columns` that an expression mentions, quoted or not. */
export function columnsIn(expression: string, columns: readonly string[]): Set<string> {
  const names = [...expression.matchAll(TOKEN)]
    .map(([token]) => token)
    .filter((token) => !isComment(token) && !token.startsWith("'"))
    .map((token) => token.replace(/^["`[]|["`\]]$/g, "").toLowerCase());
  return new Set(columns.filter((column) => names.includes(column.toLowerCase())));
}

/**
 * Returns a CREATE TABLE statement with wider checks: `refused(expression)` returns, by column, the values that an expression
 * refuses and has to accept. Everything else stays exactly as it is.
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
