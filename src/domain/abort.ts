/**
 * Calls `listener` once when the signal aborts, or right away when it has. Returns a function that takes the listener
 * away again; call it when the wait is over, or a signal that lives as long as the process collects listeners. Not
 * `AbortSignal.any`: in Node 20 each signal that it makes stays known to the one it was made of.
 */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (signal?.aborted) {
    listener();
    return () => {};
  }
  signal?.addEventListener("abort", listener, { once: true });
  return () => signal?.removeEventListener("abort", listener);
}

/**
 * Resolves as soon as what `begin` sets up calls `done`, or the signal aborts; never rejects. `begin` is not called when
 * the signal has already aborted. It must not call `done` synchronously, and returns a function that undoes what it set
 * up; that is called once, at the end. Leaves no listener behind.
 */
export function waitUnlessAborted(
  begin: (done: () => void) => () => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      undo();
      removeListener();
      resolve();
    };
    const undo = begin(done);
    const removeListener = onAbort(signal, done);
  });
}

/**
 * Resolves or rejects as `work` does, or resolves with null as soon as the signal aborts; the work then goes on, and how it
 * ends is ignored. Leaves no listener behind once `work` has ended.
 */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const removeListener = onAbort(signal, () => resolve(null));
    work.then(resolve, reject).finally(removeListener);
  });
}
