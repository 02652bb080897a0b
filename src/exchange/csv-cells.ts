/**
 * A text that a reader of csv would change, or a spreadsheet would run: blank, or beginning with a sign of a formula
 * (owasp.org/www-community/attacks/CSV_Injection), perhaps behind apostrophes.
 */
const UNSAFE = /^'*(?:[=+\-@\t\r]|\s*$)/;
const MADE_SAFE = /^'+(?:[=+\-@\t\r]|\s*$)/;
const NUMBER = /^-?\d+(?:\.\d+)?$/;

/**
 * A value as a cell of csv (RFC 4180). Nothing is an empty cell. A text that is blank, or that a spreadsheet would take for a
 * formula, gets an apostrophe before it, which {@link cellText} takes away again; numbers, such as the id of a chat, do not.
 */
export function csvCell(value: string | number | boolean | null): string {
  if (value === null) return "";
  const text = String(value);
  const safe = UNSAFE.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The text of a cell: the inverse of {@link csvCell}. */
export function cellText(cell: string): string {
  return MADE_SAFE.test(cell) ? cell.slice(1) : cell;
}
