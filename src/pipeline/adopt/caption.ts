/**
 * Characters that nobody sees and that Telegram keeps at the end of a caption: WORD JOINER and the invisible operators. TDLib trims
 * only blanks and line ends there, takes U+2028 to U+202E out, and turns runs of U+200E and U+200F into others (tdlib/td misc.cpp
 * clean_input_string, MessageEntity.cpp fix_formatted_text); it counts zero-width spaces and joiners as empty, and these not.
 */
const INVISIBLE = ["\u2060", "\u2062", "\u2063", "\u2064"] as const;

/** So many of them, so that an end is one of 1,024 and hardly ever the one that is there. */
const LENGTH = 5;

/** The caption with its tag, and with an end of which nobody sees that it changed. `random` gives numbers from 0 to below 1. */
export function adoptedCaption(tag: string | null, random: () => number): string {
  const end = Array.from({ length: LENGTH }, () => INVISIBLE[Math.floor(random() * INVISIBLE.length)] ?? "");
  return `${tag ?? ""}${end.join("")}`;
}
