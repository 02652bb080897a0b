/** A page is handed on before it is full when its next item takes longer than this (a manifest typed by hand). */
const IDLE_MS = 50;

/** Groups what a source yields, so that the ledger is asked by page; what a slow source has yielded does not wait. */
export async function* pagesOf<T>(source: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  const iterator = source[Symbol.asyncIterator]();
  let page: T[] = [];
  let pending: Promise<IteratorResult<T>> | null = null;
  try {
    for (;;) {
      pending ??= iterator.next();
      const next = page.length === 0 ? await pending : await withinIdle(pending);
      if (next !== null) pending = null;
      if (next?.done === false) page.push(next.value);
      if (page.length > 0 && (next === null || next.done || page.length >= size)) {
        yield page;
        page = [];
      }
      if (next?.done) return;
    }
  } finally {
    // A source that is still being waited for (a terminal, a slow pipe) is left to itself.
    const closed = iterator.return?.();
    if (pending === null) await closed;
  }
}

/** null when it takes longer. Items that are there already cost no timer. */
async function withinIdle<T>(pending: Promise<T>): Promise<T | null> {
  const soon = await Promise.race([pending, afterMicrotasks()]);
  if (soon !== null) return soon;
  let timer: NodeJS.Timeout | undefined;
  const idle = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, IDLE_MS, null);
  });
  try {
    return await Promise.race([pending, idle]);
  } finally {
    clearTimeout(timer);
  }
}

function afterMicrotasks(): Promise<null> {
  return new Promise((resolve) => setImmediate(resolve, null));
}
