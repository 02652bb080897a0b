import { linesOf } from "./lines.ts";
import { manifestFailed } from "./manifest-bytes.ts";
import { type RawEntry, shown } from "./manifest-entry.ts";

/** Entries of a manifest with one JSON object a line; blank lines are passed over. Throws SourceFailed for a JSON array. */
export async function* jsonlEntries(pieces: AsyncIterable<Buffer>, name: string): AsyncGenerator<RawEntry[]> {
  let isFirst = true;
  for await (const lines of linesOf(pieces)) {
    const entries: RawEntry[] = [];
    for (const line of lines) {
      if (line.text.trim() === "" && line.problem === undefined) continue;
      if (isFirst) refuseArray(line.text, name);
      isFirst = false;
      const where = `${name}:${line.number}`;
      entries.push(line.problem === undefined ? parse(where, line.text) : { where, problem: line.problem });
    }
    yield entries;
  }
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

function refuseArray(text: string, name: string): void {
  if (!text.trimStart().startsWith("[")) return;
  throw manifestFailed(name, "begins with [, so it is a JSON array: read it with --manifest-format json");
}
