import { extensionOf } from "../domain/media.ts";

/** TD clean_filename: so many characters stay of a name before its last dot, and after it. */
const STEM_CHARS = 64;
const EXTENSION_CHARS = 16;

/** ASCII that becomes a space, of what is printable. */
const FORBIDDEN = new Set("<>:\"|?*&`'");

/**
 * Returns a file name as Telegram's server cleans it (tdlib/td tdutils/td/utils/filesystem.cpp), so that what we say is what
 * people see: without folders, quotes and signs that file systems refuse, of other scripts only letters and digits, at most 64
 * characters and an extension of 16. Composed first: the server drops what stands above a letter by itself. A backslash is left
 * out, since the form it goes in gives it another meaning.
 */
export function cleanName(name: string): string {
  const last = name
    .slice(name.lastIndexOf("/") + 1)
    .replaceAll("\\", "")
    .normalize("NFC");
  const end = extensionOf(last) === "" ? last.length : last.lastIndexOf(".");
  const stem = cleaned(last.slice(0, end), STEM_CHARS);
  const extension = cleaned(last.slice(end + 1), EXTENSION_CHARS);
  if (extension === "") return stem;
  // Without a stem the server takes the extension for one, and no longer for a type.
  return `${stem || "file"}.${extension}`;
}

function cleaned(text: string, most: number): string {
  const kept: string[] = [];
  for (const char of text) {
    if (kept.length === most) break;
    const seen = asSeen(char);
    if (seen === "" || (kept.length === 0 && (seen === " " || seen === "."))) continue;
    kept.push(seen);
  }
  return kept.join("").replace(/[ .]+$/, "");
}

/** The character, a space in its place, or nothing. */
function asSeen(char: string): string {
  if (char >= " " && char <= "~") return FORBIDDEN.has(char) ? " " : char;
  if (/[\p{L}\p{N}]/u.test(char)) return char;
  return char === "\0" || char === "\u00B7" || /[\p{M}\p{Cf}]/u.test(char) ? "" : " ";
}
