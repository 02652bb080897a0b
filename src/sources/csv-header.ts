import { CsvError, parse } from "csv-parse/sync";
import { manifestFailed } from "./manifest-bytes.ts";
import { shown } from "./manifest-entry.ts";

/** No name of a column comes near it; what is longer is a line of something else. */
const NAME_CHARS = 100;

/**
 * The columns that the first line of a csv names; an empty name is a column that counts for nothing. Throws SourceFailed for a
 * line that names no columns, or the same one twice, with what it looks like.
 */
export function headerOf(text: string, name: string): readonly string[] {
  const columns = cellsOf(text).map((column) => column.trim());
  const refuse = (problem: string) => manifestFailed(name, `its first line ${problem}`);
  if (!columns.includes("key")) {
    throw refuse(
      `must name the columns, separated by commas, \`key\` among them; it is ${shown(text)}${lookAlike(text)}`,
    );
  }
  const odd = columns.find((column) => column.length > NAME_CHARS || /\p{Cc}/u.test(column));
  if (odd !== undefined) throw refuse(`names a column ${shown(odd)}: is this all of one line?`);
  const twice = columns.find((column, at) => column !== "" && columns.indexOf(column) !== at);
  if (twice !== undefined) throw refuse(`names the column ${twice} twice`);
  return columns;
}

function cellsOf(text: string): readonly string[] {
  if (!text.includes('"')) return text.split(",");
  try {
    return parse(text)[0] ?? [];
  } catch (error) {
    if (error instanceof CsvError) return [];
    throw error;
  }
}

function lookAlike(text: string): string {
  if (text.trimStart().startsWith("{")) return ": read it with --manifest-format jsonl";
  if (text.trimStart().startsWith("[")) return ": read it with --manifest-format json";
  const separator = /\bkey\b\s*"?\s*([;\t|])|([;\t|])\s*"?\s*key\b/.exec(text);
  if (!separator) return "";
  const sign = separator[1] ?? separator[2] ?? "";
  return ` with ${sign === "\t" ? "tabs" : JSON.stringify(sign)} between them: save it with commas`;
}
