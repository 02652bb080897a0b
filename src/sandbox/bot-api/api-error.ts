/** A refusal as the Bot API words it: `description` is complete, prefix included. */
export interface ApiError {
  readonly code: number;
  readonly description: string;
  readonly parameters?: { readonly retry_after?: number; readonly migrate_to_chat_id?: number };
}

/** What a method comes to. */
export type Answered<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: ApiError };

export function answered<T>(value: T): Answered<T> {
  return { ok: true, value };
}

export function refused<T = never>(error: ApiError): Answered<T> {
  return { ok: false, error };
}

/** 400 with its prefix. */
export function badRequest(text: string, parameters?: ApiError["parameters"]): ApiError {
  const description = `Bad Request: ${text}`;
  return parameters ? { code: 400, description, parameters } : { code: 400, description };
}

/** 403 with its prefix. */
export function forbidden(text: string): ApiError {
  return { code: 403, description: `Forbidden: ${text}` };
}

/** 429 with the seconds to wait (BAS Query.cpp). */
export function tooManyRequests(retryAfter: number): ApiError {
  return {
    code: 429,
    description: `Too Many Requests: retry after ${retryAfter}`,
    parameters: { retry_after: retryAfter },
  };
}

/** A flood wait met while file parts were pushed: HTTP 400, nothing in `parameters` (TD FileManager.cpp). */
export function floodAsBadRequest(retryAfter: number): ApiError {
  return badRequest(`too Many Requests: retry after ${retryAfter}`);
}

export const UNAUTHORIZED: ApiError = { code: 401, description: "Unauthorized" };
export const NOT_FOUND: ApiError = { code: 404, description: "Not Found" };
export const METHOD_NOT_FOUND: ApiError = { code: 404, description: "Not Found: method not found" };
export const TOO_LARGE: ApiError = { code: 413, description: "Request Entity Too Large" };
