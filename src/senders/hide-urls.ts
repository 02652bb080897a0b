/** The whole query of a presigned URL is secret. */
const QUERY = /\?[^\s"'<>]*X-Amz-[^\s"'<>]*/gi;
/** How deep libraries keep the parameters of a refused call: `payload`, `on.payload`. */
const LEVELS = 3;

/** Takes the queries of presigned URLs out of an error, which libraries give the parameters of the call. */
export function hideUrls(error: unknown, levels = LEVELS): void {
  if (typeof error !== "object" || error === null || levels < 0) return;
  const fields = error as Record<string, unknown>;
  for (const name of Object.getOwnPropertyNames(fields)) {
    const slot = Object.getOwnPropertyDescriptor(fields, name);
    const shown = typeof slot?.value === "string" ? slot.value.replace(QUERY, "?***") : null;
    if (shown === null) hideUrls(slot?.value, levels - 1);
    else if (shown !== slot?.value && slot?.writable) fields[name] = shown;
  }
}
