/** Lengths of the two halves of a name (TD filesystem.cpp). */
const LONGEST = { stem: 64, extension: 16 };

/** Category by category what the server keeps of a character that is not ASCII (TD unicode.cpp). */
const KEPT = /^[\p{L}\p{N}]$/u;
const DROPPED = /^[\p{M}\p{Cf}]$/u;

/**
 * Returns the name of a file part as Telegram's server reads it: percent-decoded (TD HttpReader.cpp), then cleaned (TD
 * clean_filename). Bytes that are no UTF-8 after that make it empty.
 */
export function receivedName(sent: string): string {
  return cleanFileName(percentDecoded(sent));
}

/** Returns a name as the server stores it. */
export function cleanFileName(name: string): string {
  const own = name.split(/[/\\]/).pop() ?? "";
  const dot = own.lastIndexOf(".");
  if (dot < 1) return half(own, LONGEST.stem);
  const [stem, extension] = [
    half(own.slice(0, dot), LONGEST.stem),
    half(own.slice(dot + 1), LONGEST.extension),
  ];
  return [stem, extension].filter((part) => part !== "").join(".");
}

function half(text: string, longest: number): string {
  let made = "";
  let length = 0;
  for (const char of text) {
    if (length >= longest) break;
    const stored = storedChar(char);
    if (stored === null || (made === "" && /^[ .]$/.test(stored))) continue;
    made += stored;
    length += 1;
  }
  return made.replace(/[ .]*$/, "");
}

function storedChar(char: string): string | null {
  const code = char.codePointAt(0) ?? 0;
  if (code >= 32 && code < 127) return "<>:\"/\\|?*&`'".includes(char) ? " " : char;
  if (KEPT.test(char)) return char;
  return code === 0 || code === 0xb7 || DROPPED.test(char) ? null : " ";
}

/** A `%` that no two hex digits follow stays. */
function percentDecoded(text: string): string {
  if (!/%[0-9a-f]{2}/i.test(text)) return text;
  const bytes: Buffer[] = text
    .split(/(%[0-9a-f]{2})/i)
    .map((part) => (/^%[0-9a-f]{2}$/i.test(part) ? Buffer.from(part.slice(1), "hex") : Buffer.from(part)));
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(bytes));
  } catch {
    return "";
  }
}
