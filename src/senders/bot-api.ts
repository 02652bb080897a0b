import { BotApiError } from "./error.ts";
import { ObjectUpload } from "./object-upload.ts";
import type { SendFunction } from "./port.ts";

/** A bot without a library. */
export interface BotCallerOptions {
  /** Secret. */
  readonly token: string;
  /** `https://api.telegram.org` by default. */
  readonly apiRoot?: string | undefined;
}

/**
 * Makes calls of the Bot API by `fetch` alone, without retries. Uploads are held in memory, since `fetch` does so anyway:
 * use the bot of a library for those of a server in local mode.
 */
export function botApi({ token, apiRoot = "https://api.telegram.org" }: BotCallerOptions): SendFunction {
  const base = `${apiRoot.replace(/\/+$/, "")}/bot${token}`;
  return async ({ method, params }) => {
    const body = await bodyOf(params);
    const headers = typeof body === "string" ? { "content-type": "application/json" } : {};
    const { status, text } = await answerOf(`${base}/${method}`, { method: "POST", headers, body }, token);
    const answer = read(text);
    if (answer?.ok === true) return answer.result;
    if (answer?.ok !== false) throw new BotApiError(status, "the answer is not one of the Bot API");
    const { error_code: code = status, description = "", parameters } = answer;
    throw new BotApiError(status >= 500 ? status : code, description, parameters);
  };
}

async function answerOf(url: string, init: RequestInit, token: string) {
  try {
    const response = await fetch(url, init);
    return { status: response.status, text: await response.text() };
  } catch (error) {
    const { message, cause } = error instanceof Error ? error : { message: String(error), cause: null };
    const code = cause instanceof Error && "code" in cause ? ` (${cause.code})` : "";
    const said = `no answer from the Bot API: ${message}${code}`;
    throw new BotApiError(null, token === "" ? said : said.replaceAll(token, "***"));
  }
}

/** A form where there is something to upload, with the files last; else JSON. */
async function bodyOf(params: Readonly<Record<string, unknown>>): Promise<string | FormData> {
  const uploads = Object.entries(params).filter(([, value]) => value instanceof ObjectUpload);
  if (uploads.length === 0) return JSON.stringify(params);
  const form = new FormData();
  for (const [name, value] of Object.entries(params))
    if (value !== undefined && value !== null && !(value instanceof ObjectUpload))
      form.set(name, textOf(value));
  for (const [name, upload] of uploads as [string, ObjectUpload][])
    form.set(name, new Blob([await upload.whole()]), upload.filename);
  return form;
}

/** Structures are JSON within a form (core.telegram.org/bots/api#making-requests). */
function textOf(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

interface BotApiAnswer {
  readonly ok?: unknown;
  readonly result?: unknown;
  readonly error_code?: number;
  readonly description?: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

function read(text: string): BotApiAnswer | null {
  try {
    return JSON.parse(text) as BotApiAnswer | null;
  } catch {
    return null;
  }
}
