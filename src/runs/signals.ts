import type { StopSignal } from "../domain/events.ts";
import type { Stop } from "../pipeline/stop.ts";

const CODES: Readonly<Record<StopSignal, number>> = { SIGINT: 130, SIGTERM: 143 };
const SIGNALS = Object.keys(CODES) as StopSignal[];

/** The exit code of a process that a signal stopped: 128 and the number of the signal, as shells have it. */
export function codeOfSignal(signal: StopSignal): number {
  return CODES[signal];
}

/** Whether a signal stopped the process that ends with this exit code. */
export function isCodeOfSignal(code: number): boolean {
  return Object.values(CODES).includes(code);
}

/** Calls back at each signal, which then does not end the process; returns a function that ends that. */
function onSignal(listener: (signal: StopSignal) => void): () => void {
  const offs = SIGNALS.map((signal) => {
    const handler = () => listener(signal);
    process.on(signal, handler);
    return () => process.off(signal, handler);
  });
  return () => {
    for (const off of offs) off();
  };
}

/** Calls back at the first signal only: a second one ends the process as if nobody watched. Returns a function that ends the watch. */
export function onFirstSignal(listener: (signal: StopSignal) => void): () => void {
  const off = onSignal((signal) => {
    off();
    listener(signal);
  });
  return off;
}

/** The first signal drains, the second aborts. Returns a function that takes the handlers off again. */
export function stopOnSignals(stop: Stop): () => void {
  let isDraining = false;
  return onSignal((signal) => {
    if (isDraining) stop.abort();
    else stop.drain({ type: "signal", signal });
    isDraining = true;
  });
}
