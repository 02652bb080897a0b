import { ConfigError } from "../config/error.ts";
import { SourceFailed } from "../domain/source-failed.ts";
import { formatOf, manifestFile, rawEntries } from "../sources/manifest.ts";
import type { RawEntry } from "../sources/manifest-entry.ts";

/** A file to be imported, `-` for stdin. */
export interface ImportFile {
  readonly isCsv: boolean;
  /** Its lines, read no faster than they are asked for. Throws ConfigError where it cannot be read, or is no such file from its start. */
  readonly lines: AsyncIterable<RawEntry[]>;
}

/** Opens a file whose extension says how it is written, unless `format` does. Throws ConfigError where neither does. */
export function importFile(path: string, format = formatOf(path)): ImportFile {
  if (format === null)
    throw new ConfigError([
      `${path}: how it is written cannot be told by its name; say --format jsonl or csv`,
    ]);
  const { open, name } = manifestFile(path);
  return { isCsv: format === "csv", lines: inItsWords(rawEntries(open, { name, format })) };
}

/** A file of ids is read like a manifest, and is none. */
async function* inItsWords(lines: AsyncIterable<RawEntry[]>): AsyncGenerator<RawEntry[]> {
  try {
    yield* lines;
  } catch (error) {
    if (!(error instanceof SourceFailed)) throw error;
    const text = error.message
      .replace(/^manifest /, "")
      .replaceAll("--manifest-format", "--format")
      .replaceAll("prewarm run --manifest -", "prewarm import -");
    throw new ConfigError([text]);
  }
}
