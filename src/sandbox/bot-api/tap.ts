import { Readable } from "node:stream";
import type { Clock } from "../../domain/clock.ts";
import type { Fault } from "../faults.ts";
import { wait } from "./wait.ts";

/** What {@link tapBody} needs to know. */
export interface Tap {
  /** Early faults of this call. */
  readonly fault: Fault | undefined;
  readonly clock: Clock;
  readonly stop: AbortSignal;
  /** Called when `fault` cuts the connection. */
  readonly cut: () => void;
}

/** Returns the body, slowed down or cut off by faults. A body shorter than the cut is cut at its end. */
export function tapBody(body: Readable, tap: Tap): Readable {
  const { fault } = tap;
  if (fault?.bytesPerSecond === undefined && fault?.resetAfterBytes === undefined) return body;
  return Readable.from(passing(body, fault, tap), { objectMode: false });
}

async function* passing(body: Readable, fault: Fault, { clock, stop, cut }: Tap): AsyncGenerator<Buffer> {
  const { resetAfterBytes, bytesPerSecond } = fault;
  const began = clock.now();
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (resetAfterBytes !== undefined && bytes >= resetAfterBytes) cutOff(cut);
    if (bytesPerSecond !== undefined) {
      await wait(clock, began + (bytes / bytesPerSecond) * 1000 - clock.now(), stop);
    }
    yield chunk;
  }
  if (resetAfterBytes !== undefined) cutOff(cut);
}

function cutOff(cut: () => void): never {
  cut();
  throw new Error("cut off by a fault");
}
