import type { Operation } from "./operation.ts";

/**
 * A request as a fault hook sees it.
 * @internal
 */
export interface R2FaultRequest {
  readonly method: string;
  readonly operation: Operation;
  readonly bucket: string | null;
  readonly key: string | null;
  /** Counts from 1 over the life of the server. */
  readonly ordinal: number;
}

/** What goes wrong with one request; fields can be combined. Times and bandwidth follow the server's time scale. */
export interface R2Fault {
  /** Wait before the request is processed, in milliseconds. */
  readonly latencyMs?: number | undefined;
  /** Speed of the answer's body. */
  readonly bytesPerSecond?: number | undefined;
  /**
   * Reset the connection after this many bytes of the answer's body (a reset may overtake the last of them); 0 resets before
   * the status line. A shorter answer comes whole.
   */
  readonly resetAfterBytes?: number | undefined;
  /** Answer with this status instead of processing the request. */
  readonly status?: number | undefined;
  /** Body for `status`; empty by default. */
  readonly body?: string | undefined;
  /** Type of `body`; `text/html` by default, as from a proxy. */
  readonly contentType?: string | undefined;
  /** Accept the request and never answer. */
  readonly hang?: true | undefined;
}

/** Decides what goes wrong with a request; `undefined` for nothing. */
export type R2FaultHook = (request: R2FaultRequest) => R2Fault | undefined;

/** Waits `ms` real milliseconds; does not keep the process alive. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}

/** How many slices a second of a throttled body are sent. */
const SLICES = 50;

/** Yields pieces at `bytesPerSecond`, measured from the first one, so that late timers do not add up. */
export async function* throttled(
  pieces: Iterable<Uint8Array>,
  bytesPerSecond: number,
): AsyncGenerator<Uint8Array> {
  const slice = Math.max(1, Math.floor(bytesPerSecond / SLICES));
  const started = performance.now();
  let sent = 0;
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at += slice) {
      const part = piece.subarray(at, at + slice);
      sent += part.length;
      const due = started + (sent / bytesPerSecond) * 1000;
      if (due > performance.now()) await pause(due - performance.now());
      yield part;
    }
  }
}

/** Yields the first `limit` bytes. */
export function* cutAt(pieces: Iterable<Uint8Array>, limit: number): Generator<Uint8Array> {
  let left = limit;
  for (const piece of pieces) {
    if (left <= 0) return;
    yield piece.subarray(0, left);
    left -= piece.length;
  }
}
