import type { Context } from "hono";
import { refuse } from "./answers.ts";

/** Requests with more bytes are refused: some 10,000 manifest entries fit. */
const MAX_BODY_BYTES = 1024 * 1024;

export type ReadBody =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly answer: Response };

/** The JSON of a request, or the answer that refuses it: 413 above {@link MAX_BODY_BYTES}, 400 for no or broken JSON. */
export async function readJson(context: Context): Promise<ReadBody> {
  const text = await readText(context);
  if (text === null)
    return refused(context, 413, "BODY_TOO_LARGE", "send at most 1 MiB: split it into several requests");
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return refused(context, 400, "INVALID_JSON", "the body is not valid JSON");
  }
}

function refused(context: Context, status: 400 | 413, error: string, message: string): ReadBody {
  return { ok: false, answer: refuse(context, status, error, message) };
}

/** The body as UTF-8; null as soon as it is known to be too large. What is left of it is not read. */
async function readText({ req }: Context): Promise<string | null> {
  if (Number(req.header("content-length") ?? 0) > MAX_BODY_BYTES) return null;
  const reader = req.raw.body?.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
    size += next.value.byteLength;
    if (size > MAX_BODY_BYTES) return null;
    chunks.push(next.value);
  }
  return Buffer.concat(chunks).toString("utf8");
}
