import { type Clock, systemClock } from "../domain/clock.ts";
import type { StopSignal } from "../domain/events.ts";
import type { Stop } from "../pipeline/stop.ts";

/**
 * What ends a process: Ctrl-C, a service manager, a terminal that goes away, Ctrl-Break of Windows; with the exit code of a
 * process that it stopped: 128 and its number, as shells have it (SIGBREAK is 21).
 */
const CODES: Readonly<Record<StopSignal, number>> = {
  SIGHUP: 129,
  SIGINT: 130,
  SIGTERM: 143,
  SIGBREAK: 149,
};
const SIGNALS = Object.keys(CODES) as StopSignal[];

/**
 * Real milliseconds that a drain may take when the window of a console is closed: Windows sends SIGHUP and ends the process
 * 5 to 10 seconds later, whatever it does (nodejs.org, process, signal events).
 */
const CLOSING_WINDOW_MS = 4_000;

/** The exit code of a process that a signal stopped. */
export function codeOfSignal(signal: StopSignal): number {
  return CODES[signal];
}

/** Whether a signal stopped the process that ends with this exit code. */
export function isCodeOfSignal(code: number): boolean {
  return Object.values(CODES).includes(code);
}

/** Calls back at each signal, which then does not end the process; returns a function that ends that. */
export function onSignal(listener: (signal: StopSignal) => void): () => void {
  const offs = SIGNALS.map((signal) => {
    const handler = () => listener(signal);
    process.on(signal, handler);
    return () => process.off(signal, handler);
  });
  return () => {
    for (const off of offs) off();
  };
}

/**
 * Calls back at the first signal only: a second one ends the process as if nobody watched, but for SIGHUP, which comes more
 * than once where a terminal goes away. Returns a function that ends the watch.
 */
export function onFirstSignal(listener: (signal: StopSignal) => void): () => void {
  const ignore = () => {};
  const off = onSignal((signal) => {
    process.on("SIGHUP", ignore);
    off();
    listener(signal);
  });
  return () => {
    off();
    process.off("SIGHUP", ignore);
  };
}

/**
 * What this comes to, or the signal that came before. Of a process that watches for none, a container that it is the first of
 * could not be stopped, and who reads its last line would get none.
 */
export async function unlessSignalled<T>(
  opening: Promise<T>,
): Promise<{ readonly opened: T } | { readonly signal: StopSignal }> {
  let unwatch = () => {};
  const signalled = new Promise<{ signal: StopSignal }>((resolve) => {
    unwatch = onFirstSignal((signal) => resolve({ signal }));
  });
  // Whatever becomes of it once nobody waits for it.
  opening.catch(() => {});
  return Promise.race([opening.then((opened) => ({ opened })), signalled]).finally(unwatch);
}

/**
 * Does what is left when the work is over: a first signal cuts it no shorter, since its end was told or is about to be; a second one
 * ends the process.
 */
export async function pastOneSignal<T>(work: () => Promise<T>): Promise<T> {
  const unwatch = onFirstSignal(() => {});
  return work().finally(unwatch);
}

/**
 * The first signal drains, the second aborts. SIGHUP never aborts: where a terminal goes away it may come twice, and systemd
 * can send it behind SIGTERM; on Windows it leaves {@link CLOSING_WINDOW_MS} to drain. Returns a function that takes the
 * handlers off again.
 */
export function stopOnSignals(
  stop: Stop,
  platform: NodeJS.Platform = process.platform,
  clock: Pick<Clock, "after"> = systemClock(),
): () => void {
  let isDraining = false;
  let isClosing = false;
  let endClosing = () => {};
  const off = onSignal((signal) => {
    if (signal === "SIGHUP" && platform === "win32" && !isClosing) {
      isClosing = true;
      endClosing = clock.after(CLOSING_WINDOW_MS, () => stop.abort());
    }
    if (!isDraining) stop.drain({ type: "signal", signal });
    else if (signal !== "SIGHUP") stop.abort();
    isDraining = true;
  });
  return () => {
    endClosing();
    off();
  };
}
