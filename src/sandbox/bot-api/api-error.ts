/** A refusal in the Bot API's words: `description` is complete, prefix included. */
export interface ApiError {
  readonly code: number;
  readonly description: string;
  readonly parameters?: { readonly retry_after?: number; readonly migrate_to_chat_id?: number };
}

/** What a method returns: the result, or the refusal. */
export type Answered<T> =
  | { readonly ok: true; readonly value: T; readonly description?: string }
  | { readonly ok: false; readonly error: ApiError };

/** A method's result, with the words that some methods add. */
export function answered<T>(value: T, description?: string): Answered<T> {
  return description === undefined ? { ok: true, value } : { ok: true, value, description };
}

/** A method's refusal. */
export function refused<T = never>(error: ApiError): Answered<T> {
  return { ok: false, error };
}

/** Returns a 400, with its prefix. */
export function badRequest(text: string, parameters?: ApiError["parameters"]): ApiError {
  const description = `Bad Request: ${text}`;
  return parameters ? { code: 400, description, parameters } : { code: 400, description };
}

/** Returns a 403, with its prefix. */
export function forbidden(text: string): ApiError {
  return { code: 403, description: `Forbidden: ${text}` };
}

/** Returns a 409, with its prefix. */
export function conflict(text: string): ApiError {
  return { code: 409, description: `Conflict: ${text}` };
}

/** Returns the answer to a method that Telegram has and the sandbox does not play; its own, Telegram has none like it. */
export function notPlayed(method: string): ApiError {
  return { code: 501, description: `Not Implemented: the sandbox does not play ${method}; Telegram has it` };
}

/** Returns a 429 with the seconds to wait (BAS Query.cpp). */
export function tooManyRequests(retryAfter: number): ApiError {
  return {
    code: 429,
    description: `Too Many Requests: retry after ${retryAfter}`,
    parameters: { retry_after: retryAfter },
  };
}

/** Returns a flood wait that hits while file parts are sent: HTTP 400 without `parameters` (TD FileManager.cpp). */
export function floodAsBadRequest(retryAfter: number): ApiError {
  return badRequest(`too Many Requests: retry after ${retryAfter}`);
}

/** The answer to an unknown token. */
export const UNAUTHORIZED: ApiError = { code: 401, description: "Unauthorized" };
/** The answer to an unknown path, or a text without the form of a token. */
export const NOT_FOUND: ApiError = { code: 404, description: "Not Found" };
/** The answer to an unknown method. */
export const METHOD_NOT_FOUND: ApiError = { code: 404, description: "Not Found: method not found" };
/** The answer to a body that is too large. */
export const TOO_LARGE: ApiError = { code: 413, description: "Request Entity Too Large" };
