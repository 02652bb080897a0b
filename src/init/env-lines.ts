import type { DecodedText } from "../domain/text-encoding.ts";
import type { Values } from "./asker.ts";

/** The lines that `.env` is given, as they are shown to nobody: they hold secrets. */
export function newLines(values: Values): readonly string[] {
  return Object.entries(values).flatMap(([name, value]) => (value ? [`${name}=${value}`] : []));
}

/**
 * What is put behind a `.env` so that these lines are read: on a line of their own, in the encoding and with the line ends that the
 * file has. Null: there is no file yet.
 */
export function bytesToAppend(there: DecodedText | null, lines: readonly string[]): Buffer {
  const end = there?.hasCrlf ? "\r\n" : "\n";
  const gap = there === null || there.text === "" || there.text.endsWith("\n") ? "" : end;
  const text = `${gap}${lines.join(end)}${end}`;
  if (there === null || there.encoding === "UTF-8" || there.mixedFromLine !== null) return Buffer.from(text);
  const utf16 = Buffer.from(text, "utf16le");
  return there.encoding === "UTF-16LE" ? utf16 : utf16.swap16();
}
