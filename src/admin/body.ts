import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { refuse } from "./answers.ts";

/** Requests with more bytes are refused: some 10,000 manifest entries fit. */
const MAX_BODY_BYTES = 1024 * 1024;

/** A thousand keys of 1,024 bytes, escaped as JSON may have it. */
const MAX_IDS_BYTES = 4 * 1024 * 1024;

/** The same for lookups and reports, a thousand of which fit. */
export const limitIds = bodyLimit({
  maxSize: MAX_IDS_BYTES,
  onError: (context) =>
    refuse(context, 413, "BODY_TOO_LARGE", "send at most 4 MiB: split it into several requests"),
});

/** Refuses a body above {@link MAX_BODY_BYTES} with 413, with or without a Content-Length. */
export const limitBody = bodyLimit({
  maxSize: MAX_BODY_BYTES,
  onError: (context) =>
    refuse(context, 413, "BODY_TOO_LARGE", "send at most 1 MiB: split it into several requests"),
});

/** The JSON of a request, or the response that refuses it. */
export type ReadBody =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly answer: Response };

/** Reads the JSON of a request; without JSON, or with broken JSON, it is refused with 400 and told the right `forms`. */
export async function readJson(context: Context, forms: string): Promise<ReadBody> {
  const text = await context.req.text();
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return {
      ok: false,
      answer: refuse(context, 400, "INVALID_JSON", `the body is not valid JSON: ${forms}`),
    };
  }
}
