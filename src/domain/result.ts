import type { Failure } from "./failure.ts";

/** What an operation returns: a value, or a failure with a class. Only bugs are thrown. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure };

/** A result with a value. */
export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

/** A result with a failure. */
export function failed<T = never>(failure: Failure): Result<T> {
  return { ok: false, failure };
}
