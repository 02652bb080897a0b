import type { Stop } from "../pipeline/stop.ts";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** The first signal drains, the second aborts; answers a function that takes the handlers off again. */
export function watchSignals(stop: Stop): () => void {
  let seen = 0;
  const handlers = SIGNALS.map((signal) => {
    const handler = () => {
      seen += 1;
      if (seen === 1) stop.drain({ type: "signal", signal });
      else stop.abort();
    };
    process.on(signal, handler);
    return () => process.off(signal, handler);
  });
  return () => {
    for (const off of handlers) off();
  };
}
