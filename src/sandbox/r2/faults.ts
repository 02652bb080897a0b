import type { Operation } from "./operation.ts";

/**
 * What a faults hook is told of a request.
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

/** Trouble made on the wire for one request; fields can be combined. Times and bandwidth follow the server's time scale. */
export interface R2Fault {
  /** Wait before anything is done with the request, in milliseconds. */
  readonly latencyMs?: number | undefined;
  /** Pace of the answer's body. */
  readonly bytesPerSecond?: number | undefined;
  /**
   * Reset the connection once that many bytes of the answer's body were sent (a reset may overtake the last of them); 0 resets
   * before the status line. An answer that is no longer than that comes whole.
   */
  readonly resetAfterBytes?: number | undefined;
  /** Answer with this status instead of doing what was asked. */
  readonly status?: number | undefined;
  /** Body to go with `status`; empty by default. */
  readonly body?: string | undefined;
  /** Type to go with `body`; `text/html` by default, as from a proxy. */
  readonly contentType?: string | undefined;
  /** Take the request and never answer. */
  readonly hang?: true | undefined;
}

/** Decides on the trouble of a request; `undefined` for none. */
export type R2FaultHook = (request: R2FaultRequest) => R2Fault | undefined;

/** Waits `ms` real milliseconds; keeps no process alive. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}

/** Slices a second of a throttled body is sent in. */
const SLICES = 50;

/** Gives pieces on at `bytesPerSecond`, measured from the first on, so that slow timers do not add up. */
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

/** The first `limit` bytes. */
export function* cutAt(pieces: Iterable<Uint8Array>, limit: number): Generator<Uint8Array> {
  let left = limit;
  for (const piece of pieces) {
    if (left <= 0) return;
    yield piece.subarray(0, left);
    left -= piece.length;
  }
}
