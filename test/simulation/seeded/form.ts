/** What a request to the Bot API holds. */
export interface Form {
  readonly fields: ReadonlyMap<string, string>;
  /** The bytes of its file; null where it has none. */
  readonly file: string | null;
}

/** Reads a form that is small and well made, as our own client makes it. */
export function readForm(type: string, body: string): Form {
  const boundary = /boundary=(.+)$/.exec(type)?.[1];
  if (boundary === undefined) return { fields: new Map(new URLSearchParams(body)), file: null };
  const fields = new Map<string, string>();
  let file: string | null = null;
  for (const part of body.split(`--${boundary}`).slice(1, -1)) {
    const split = part.indexOf("\r\n\r\n");
    const head = part.slice(0, split);
    const value = part.slice(split + 4, -2);
    if (/filename=/.test(head)) file = value;
    else fields.set(/name="([^"]+)"/.exec(head)?.[1] ?? "", value);
  }
  return { fields, file };
}
