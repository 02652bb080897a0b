import { asWritten } from "../domain/wording.ts";
import { fold } from "./format.ts";
import type { Canvas } from "./table.ts";

/** What to do next, as the last words of a screen: a command stays whole, to be pasted; a sentence is broken into lines. */
export function nextLine(next: string, { colour, width, wording = asWritten }: Canvas): string {
  const text = wording(next);
  const lines = /^(?:prewarm|curl) /.test(next) ? [`Next: ${text}`] : fold(`Next: ${text}`, width - 1, "  ");
  return lines
    .map((line) => line.replace(/^(Next: | *)(.*)$/, (_, lead, rest) => lead + colour.bold(rest)))
    .join("\n");
}
