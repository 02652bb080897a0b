import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { whyNotWritten } from "../domain/error-code.ts";
import type { Emitter } from "../domain/events.ts";
import { shownJson } from "../domain/shown-json.ts";
import type { Reporter } from "./reporter.ts";

/** A file that a run takes by `--manifest`. */
export interface EntryFile extends Reporter {
  write(entry: object): void;
}

/** Makes a file of entries, one JSON a line, named by `flag`; what goes wrong later is told. Throws when the file cannot be made. */
export async function openEntryFile(events: Emitter, path: string, flag: string): Promise<EntryFile> {
  const out = createWriteStream(path);
  await once(out, "open");
  out.on("error", (error) =>
    events.emit("notice", {
      level: "warn",
      text: `${flag} ${path} could not be written (${whyNotWritten(error)}), so not all is in it; make room, then run again`,
    }),
  );
  return {
    write: (entry) => out.write(`${shownJson(entry)}\n`),
    stop: () => new Promise((resolve) => (out.destroyed ? resolve() : out.end(() => resolve()))),
  };
}
