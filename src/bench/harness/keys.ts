/** Keys of so many objects below a prefix, in order. Telegram takes documents by URL as .zip, .pdf and .gif only. */
export function keysBelow(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, n) => `${prefix}${String(n).padStart(6, "0")}.zip`);
}
