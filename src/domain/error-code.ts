/**
 * Returns the original error: connect errors come wrapped as `cause`, and in an AggregateError with one for each address
 * that was tried.
 */
export function innermostError(error: unknown): unknown {
  const inner = wrappedError(error);
  return inner === undefined ? error : innermostError(inner);
}

/**
 * Returns a code such as ECONNREFUSED or UND_ERR_SOCKET: that of the innermost error that has one, or null. A code is safe
 * to show; a message may hold a URL, and with it a token or a signature.
 */
export function errorCode(error: unknown): string | null {
  const inner = wrappedError(error);
  const code = inner === undefined ? null : errorCode(inner);
  if (code !== null || !(error instanceof Error)) return code;
  return "code" in error && typeof error.code === "string" ? error.code : null;
}

function wrappedError(error: unknown): unknown {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors[0];
  return error instanceof Error && error.cause instanceof Error ? error.cause : undefined;
}

/** Why something that was open could not be written to its end, in words. */
export function whyNotWritten(error: unknown): string {
  const code = errorCode(error);
  if (code === "ENOSPC" || code === "EDQUOT") return "its disk is full";
  return code ?? (error instanceof Error ? error.message : String(error));
}
