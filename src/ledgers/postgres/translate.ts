/** What the tables of a database are like, as far as statements depend on it. */
export interface TableFacts {
  /** The schema of the tables. */
  readonly schema: string;
  /** The type of `media_cache.id`. */
  readonly idType: string;
  /** Whether `media_cache.next_retry_at` has a time zone. */
  readonly zoned: boolean;
  /** There is a table `bots` of a platform, with slugs and their chats. */
  readonly hasBots: boolean;
  /** What is read in place of tables that are missing, or lack a column, by name; not where these are ours already. */
  readonly standIns?: ReadonlyMap<string, string> | undefined;
}

/** A statement with numbered parameters, and the names of these in order. */
export interface NumberedSql {
  readonly text: string;
  readonly names: readonly string[];
}

/**
 * Says a statement as PostgreSQL has it. What the ledger asks is written once, as SQLite has it; the two differ in a few words:
 * functions, `rowid`, how a parameter and a name with capitals are written, and that each table is named with its schema, since
 * behind a transaction pooler no session has a `search_path` of its own.
 */
export function translate(sql: string, facts: TableFacts): NumberedSql {
  return numbered(withStandIns(qualified(named(rowIds(functions(typed(sql), facts), facts)), facts), facts));
}

/** Types that PostgreSQL cannot tell: of ids in a list of texts, and of a parameter that is compared with nothing. */
function typed(sql: string): string {
  return sql
    .replace(/\bid in \(select value from\b/g, "id in (select cast(value as bigint) from")
    .replace(/(:\w+) is null\b/g, "cast($1 as text) is null");
}

type Translation = (args: readonly string[], facts: TableFacts) => string;

const FUNCTIONS: Readonly<Record<string, Translation>> = {
  iif: ([condition, then, other]) => `case when ${condition} then ${then} else ${other} end`,
  unixepoch: ([at = ""]) =>
    `cast(floor(extract(epoch from ${at.startsWith(":") ? `cast(${at} as timestamptz)` : at})) as bigint)`,
  json_each: ([list]) =>
    `(select value, ord - 1 as key from json_array_elements_text(cast(${list} as json)) with ordinality as listed (value, ord))`,
  json_group_array: ([each]) => `cast(coalesce(json_agg(${each}), '[]') as text)`,
  json_array: (args) => `json_build_array(${args.map(asJson).join(", ")})`,
  json_object: (args) => `cast(json_build_object(${args.map(asJson).join(", ")}) as text)`,
  json: ([text]) => `cast(${text} as json)`,
  json_extract: ([json, path = ""]) => `cast(cast(${json} as json) ->> ${path.replace("$.", "")} as boolean)`,
  datetime: ([now, after = ""], { zoned }) => {
    const minutes = /^'\+' \|\| (.*) \|\| ' minutes'$/s.exec(after)?.[1];
    const power = minutes?.replace(/^\(1 << (.*)\)$/s, "power(2, $1)");
    const at = `cast(${now} as timestamptz) + ${power} * interval '1 minute'`;
    return zoned ? `(${at})` : `timezone('UTC', ${at})`;
  },
  min: (args) => `${args.length > 1 ? "least" : "min"}(${args.join(", ")})`,
  max: (args) => `${args.length > 1 ? "greatest" : "max"}(${args.join(", ")})`,
  substr: ([text, from = "", length]) =>
    from.startsWith("-") ? `right(${text}, ${from.slice(1)})` : `substr(${text}, ${from}, ${length})`,
};

/** A moment in JSON is the text that it is in SQLite. */
function asJson(arg: string): string {
  return /^\w+\.\w+_at$/.test(arg)
    ? `to_char(timezone('UTC', to_timestamp(extract(epoch from ${arg}))), 'YYYY-MM-DD HH24:MI:SS')`
    : arg;
}

const CALL = /'(?:[^']|'')*'|\b([a-z_]+)\(/g;

function functions(sql: string, facts: TableFacts): string {
  let out = "";
  let at = 0;
  CALL.lastIndex = 0;
  for (let found = CALL.exec(sql); found !== null; found = CALL.exec(sql)) {
    const say = FUNCTIONS[found[1] ?? ""];
    if (!say) continue;
    const { args, end } = argumentsAt(sql, CALL.lastIndex);
    const said = say(
      args.map((arg) => saidAlone(arg, facts)),
      facts,
    );
    out += sql.slice(at, found.index) + said;
    at = end;
    CALL.lastIndex = end;
  }
  return out + sql.slice(at);
}

function saidAlone(arg: string, facts: TableFacts): string {
  const before = CALL.lastIndex;
  const said = functions(arg, facts);
  CALL.lastIndex = before;
  return said;
}

/** The arguments of a call whose parenthesis ends before `from`, and where the call ends. */
function argumentsAt(sql: string, from: number): { args: string[]; end: number } {
  const args: string[] = [];
  let depth = 0;
  let begin = from;
  for (let i = from; i < sql.length; i++) {
    const char = sql[i];
    if (char === "'") i = sql.indexOf("'", i + 1);
    else if (char === "(") depth += 1;
    else if (char === ")" && depth > 0) depth -= 1;
    else if ((char === "," || char === ")") && depth === 0) {
      args.push(sql.slice(begin, i).trim());
      begin = i + 1;
      if (char === ")") return { args, end: i + 1 };
    }
  }
  throw new Error(`a call without an end: ${sql}`);
}

/** A row's number. Where ids are no numbers their text takes its place wherever rows are put in order. */
function rowIds(sql: string, { idType }: TableFacts): string {
  const isNumber = /^(?:smallint|integer|bigint)$/.test(idType);
  const ordered = (alias: string) => (isNumber ? `${alias}id` : `cast(${alias}id as text) collate "C"`);
  return sql
    .replace(/\b(\w+\.)rowid = (\w+\.value)/g, `$1id = cast($2 as ${idType})`)
    .replace(/\bmax\((\w+\.)?rowid\)/g, (_, alias = "") => `max(${ordered(alias)})`)
    .replace(/\b(\w+\.)?rowid(?= (?:>|<=|<) )/g, (_, alias = "") => ordered(alias))
    .replace(isNumber ? /(\bid (?:>|<=|<) )(:\w+)/g : /(?!)/g, "$1cast($2 as bigint)")
    .replace(/(?<=order by )(\w+\.)rowid\b/g, (_, alias: string) => ordered(alias))
    .replace(/\browid\b/g, "id");
}

/** Names with capitals, the order of bytes, and joins whose order SQLite is told. */
function named(sql: string): string {
  return sql
    .replace(/\bas ([a-z]+[A-Z]\w*)/g, 'as "$1"')
    .replace(/\/\* by byte \*\/ ([<>]=?)/g, "~$1~")
    .replace(/\/\* by byte \*\/ desc\b/g, "using ~>~")
    .replace(/\/\* by byte \*\//g, "using ~<~")
    .replace(/\bcross join\b/g, "join")
    .replace(/\bindexed by \w+/g, "")
    .replace(/\b(\w+)\.value ->> (\d)/g, "(cast($1.value as json) ->> $2)")
    .replace(/(with ordinality as listed \(value, ord\)\))(?=\s*\))/g, "$1 as list");
}

function qualified(sql: string, { schema, standIns }: TableFacts): string {
  const quoted = `"${schema.replaceAll('"', '""')}"`;
  return sql.replace(
    /\b(from|join|into|update)\s+((?:media_|prewarm_)\w+|bots\b)/g,
    (said, before: string, table: string) => (standIns?.has(table) ? said : `${before} ${quoted}.${table}`),
  );
}

/** A name that stands before the statement goes before a table of that name. */
function withStandIns(sql: string, { standIns }: TableFacts): string {
  const used = [...(standIns ?? [])].filter(([table]) => new RegExp(`\\b${table}\\b`).test(sql));
  if (used.length === 0) return sql;
  const all = used.map(([table, rows]) => `${table} as not materialized (${rows})`).join(", ");
  const own = /^\s*with\s+/.exec(sql)?.[0];
  return own === undefined ? `with ${all} ${sql}` : `with ${all}, ${sql.slice(own.length)}`;
}

const NAME_OR_QUOTED = /'(?:[^']|'')*'|"(?:[^"]|"")*"|::|:([a-z]\w*)/gi;

/** Each place has a number of its own, since the type of a parameter is judged by its place. */
function numbered(sql: string): NumberedSql {
  const names: string[] = [];
  const text = sql.replace(NAME_OR_QUOTED, (token, name?: string) => {
    if (name === undefined) return token;
    names.push(name);
    return `$${names.length}`;
  });
  return { text, names };
}
