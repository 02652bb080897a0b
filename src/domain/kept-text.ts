/** NUL, which PostgreSQL does not keep and up to which libsql reads a text, and halves of characters, which UTF-8 cannot express. */
const NOT_KEPT = /[\0\p{Surrogate}]/u;

/** Whether every ledger gives a text back as it was given. */
export function isKeptText(text: string): boolean {
  return !NOT_KEPT.test(text);
}
