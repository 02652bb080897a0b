/** What a request to the Bot API holds. */
export interface Form {
  readonly fields: ReadonlyMap<string, string>;
  /** The bytes of its file, of several those of the last; null where it has none. */
  readonly file: string | null;
  /** Those of all its files, by the names of their parts. */
  readonly files: ReadonlyMap<string, string>;
}

/** Reads a form that is small and well made, as our own client makes it. */
export function readForm(type: string, body: string): Form {
  const boundary = /boundary=(.+)$/.exec(type)?.[1];
  if (boundary === undefined)
    return { fields: new Map(new URLSearchParams(body)), file: null, files: new Map() };
  const fields = new Map<string, string>();
  const files = new Map<string, string>();
  for (const part of body.split(`--${boundary}`).slice(1, -1)) {
    const split = part.indexOf("\r\n\r\n");
    const head = part.slice(0, split);
    const value = part.slice(split + 4, -2);
    const name = /\bname="([^"]+)"/.exec(head)?.[1] ?? "";
    if (/filename=/.test(head)) files.set(name, value);
    else fields.set(name, value);
  }
  return { fields, file: [...files.values()].at(-1) ?? null, files };
}
