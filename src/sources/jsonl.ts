import { type Line, linesOf } from "./lines.ts";
import { manifestFailed } from "./manifest-bytes.ts";
import { type RawEntry, shown } from "./manifest-entry.ts";

/**
 * Entries of a manifest with one JSON object a line; blank lines are passed over. Throws SourceFailed for a file that is
 * something else as a whole: a JSON array, objects over several lines, csv, a list of keys.
 */
export async function* jsonlEntries(pieces: AsyncIterable<Buffer>, name: string): AsyncGenerator<RawEntry[]> {
  const first: string[] = [];
  for await (const lines of linesOf(pieces)) {
    const entries: RawEntry[] = [];
    for (const line of lines) {
      if (line.text.trim() === "" && line.problem === undefined) continue;
      if (first.length < 2) {
        first.push(line.problem === undefined ? line.text.trim() : "");
        refuseOther(first, name);
      }
      entries.push(entryOf(line, name));
    }
    yield entries;
  }
}

function entryOf({ number, text, problem }: Line, name: string): RawEntry {
  const where = `${name}:${number}`;
  return problem === undefined ? parse(where, text) : { where, problem };
}

function parse(where: string, text: string): RawEntry {
  try {
    return { where, value: JSON.parse(text) };
  } catch {
    if (!text.trimStart().startsWith("{")) {
      return { where, problem: `must be an object such as {"key":"a.jpg"}, not ${shown(text)}` };
    }
    return { where, problem: `is not valid JSON: ${shown(text)}` };
  }
}

/** Throws when the first lines show what the file is instead, with the way out. */
function refuseOther([first = "", second = ""]: readonly string[], name: string): void {
  if (first.startsWith("["))
    throw manifestFailed(name, "begins with [, so it is a JSON array: read it with --manifest-format json");
  if (/^(?:[^{]*,)?\s*"?key"?\s*(?:,|$)/.test(first))
    throw manifestFailed(
      name,
      "begins with names of columns, so it is csv: read it with --manifest-format csv",
    );
  if (/^\{(?:.*[{[,])?$/s.test(first) && /^["}\]]/.test(second))
    throw manifestFailed(
      name,
      "has objects over several lines: write one a line, for example with `jq -c .`",
    );
}
