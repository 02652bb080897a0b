import { stripVTControlCharacters } from "node:util";
import stringWidth from "string-width";
import { onceSync } from "../domain/memo.ts";

/** Made for the first text that is not ASCII only, which a run without a terminal seldom prints: this and {@link emoji} take 20 ms. */
const segmenter = onceSync(() => new Intl.Segmenter("en", { granularity: "grapheme" }));
/** Of regular expressions about whole emoji: newer than the syntax that the compiler knows; Node has it since version 20. */
const UNICODE_SETS: string = "v";
const emoji = onceSync(() => new RegExp("^\\p{RGI_Emoji}$", UNICODE_SETS));
const ASCII = /^[ -~]*$/;

/** How many cells of a terminal a text takes: two for a CJK character or an emoji, none for a mark or a colour code. */
export function cells(text: string): number {
  if (ASCII.test(text)) return text.length;
  return graphemes(stripVTControlCharacters(text)).reduce((sum, each) => sum + cellsOf(each), 0);
}

/** The text with blanks behind it, up to this many cells. */
export function padCells(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - cells(text)));
}

/** As much of the text from its beginning as fits into this many cells, and the rest. Takes at least one character. */
export function splitAt(text: string, width: number): [head: string, rest: string] {
  if (ASCII.test(text)) return [text.slice(0, Math.max(1, width)), text.slice(Math.max(1, width))];
  let [taken, at] = [0, 0];
  for (const each of graphemes(text)) {
    taken += cellsOf(each);
    if (taken > width && at > 0) break;
    at += each.length;
  }
  return [text.slice(0, at), text.slice(at)];
}

function graphemes(text: string): string[] {
  return Array.from(segmenter().segment(text), ({ segment }) => segment);
}

/** string-width is what measures the cells of tables too; it does not know emoji newer than itself. */
function cellsOf(grapheme: string): number {
  return emoji().test(grapheme) ? 2 : stringWidth(grapheme);
}
