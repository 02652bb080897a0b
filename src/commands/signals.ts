import type { Stop } from "../pipeline/stop.ts";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** The first signal drains (and is told to `first`), the second aborts; answers a function that takes the handlers off again. */
export function watchSignals(stop: Stop, first: () => void = () => {}): () => void {
  let seen = 0;
  const handlers = SIGNALS.map((signal) => {
    const handler = () => {
      seen += 1;
      if (seen > 1) stop.abort();
      else {
        stop.drain({ type: "signal", signal });
        first();
      }
    };
    process.on(signal, handler);
    return () => process.off(signal, handler);
  });
  return () => {
    for (const off of handlers) off();
  };
}
