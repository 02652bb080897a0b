const DISABLED = "AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED";

/**
 * Returns what `make` returns, with the warning off that the SDK prints to stderr about old Node versions when a client
 * is made.
 */
export function withoutVersionWarning<T>(make: () => T): T {
  const before = process.env[DISABLED];
  process.env[DISABLED] = "true";
  try {
    return make();
  } finally {
    if (before === undefined) delete process.env[DISABLED];
    else process.env[DISABLED] = before;
  }
}
